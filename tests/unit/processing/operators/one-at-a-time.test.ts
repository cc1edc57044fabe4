import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { never } from '../runtime/recording-writer.ts';

const BATCH = 1024;
const CAPACITY = 2;
/** What waits on the edge, what is in work, and what the source has handed out meanwhile. */
const AHEAD = (CAPACITY + 2) * BATCH;
const RECORDS = 100_000;

/** A source that is as fast as it is let, and calls that take a turn for one record in ten. */
class Work {
  given = 0;
  begun = 0;
  ended = 0;
  mostAhead = 0;
  mostOpen = 0;

  *records(): Generator<number> {
    for (let n = 0; n < RECORDS; n++) {
      this.given++;
      this.mostAhead = Math.max(this.mostAhead, this.given - this.ended);
      yield n;
    }
  }

  begin(): void {
    this.begun++;
    this.mostOpen = Math.max(this.mostOpen, this.begun - this.ended);
  }

  async call(n: number): Promise<number> {
    this.begin();
    await (n % 10 === 0 ? turns(1) : undefined);
    this.ended++;
    return n;
  }

  async *pull(n: number): AsyncGenerator<number> {
    yield n;
    yield await this.call(n);
  }
}

const ONE = { concurrency: 1 } as const;
const WAYS: Readonly<Record<string, readonly [number, (work: Work) => Operator<number, number>]>> = {
  'mapAsync, one at a time': [1, (work) => mapAsync((n) => work.call(n), ONE)],
  'mapAsync, one at a time, unordered': [
    1,
    (work) => mapAsync((n) => work.call(n), { ...ONE, ordered: false }),
  ],
  'flatMapAsync to promises of arrays': [
    2,
    (work) => flatMapAsync(async (n) => [n, await work.call(n)], ONE),
  ],
  'flatMapAsync to async iterables': [2, (work) => flatMapAsync((n) => work.pull(n), ONE)],
};

describe.each(Object.entries(WAYS))('pain P5: %s', (_, [each, operator]) => {
  test('takes no more from a fast source than the edges hold, and calls once at a time', async () => {
    const work = new Work();
    const flow = from(work.records()).pipe(operator(work));
    const { balance } = await run(pipeline('one', flow.to(discard())));
    expect(balance).toMatchObject({ read: RECORDS, written: each * RECORDS, closed: true });
    expect(work.mostOpen).toBe(1);
    expect(work.mostAhead).toBeLessThanOrEqual(AHEAD);
  });
});

test('pain P5: the first call that never settles stops the source, however much there is', async () => {
  let calls = 0;
  let given = 0;
  function* endless(): Generator<number> {
    for (;;) yield given++;
  }
  const stuck = flatMapAsync(() => {
    calls++;
    return never;
  }, ONE);
  const live = start(pipeline('stuck', from(endless()).pipe(stuck).to(discard())));
  await turns(300);
  expect(calls).toBe(1);
  expect(given).toBeLessThanOrEqual(AHEAD);
  await live.abort();
  await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
});
