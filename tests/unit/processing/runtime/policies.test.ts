import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MillraceError } from '../../../../src/core/errors.ts';
import { deadLetters, from, readFrom } from '../../../../src/from.ts';
import type { DeadLetter } from '../../../../src/interfaces/failure.ts';
import type { ReadContext } from '../../../../src/interfaces/reader.ts';
import type { RunEvent, Summary } from '../../../../src/interfaces/run.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { validate } from '../../../../src/processing/operators/validate.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { fail } from '../../../../src/processing/policies/fail.ts';
import { fallback } from '../../../../src/processing/policies/fallback.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { recording } from './recording-writer.ts';
import { type Line, scripted } from './scripted-reader.ts';

const odd = (n: number): number => {
  if (n % 2 === 1) throw new Error(`${n} is odd`);
  return n;
};

function counts(summary: Summary, name: string) {
  return summary.nodes.find((node) => node.name === name)!;
}

const hundred = Array.from({ length: 100 }, (_, n) => n);

describe('a dead letter', () => {
  test('holds the record, the error, the node, the attempts, the time and the origin', async () => {
    const clock = virtualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
    const rejects = toArray<DeadLetter<number>>();
    const broken = new Error('cannot', { cause: new Error('the reason') });
    const flow = from([1, 2, 3]).pipe(
      mapAsync(
        (n) => {
          if (n === 2) throw broken;
          return n;
        },
        { onError: [retry({ attempts: 3, backoff: '1s..1s' }), deadLetter(rejects)] },
      ),
    );
    const live = start(pipeline('letters', flow.as('enrich').to(discard())), {
      clock,
      stallAfter: false,
      seed: 1,
    });
    await clock.advance(10_000);
    await live.done;
    const [letter] = rejects.records;
    expect(letter).toEqual({
      record: 2,
      error: { code: 'ERR_CALLBACK', message: 'cannot', cause: 'the reason' },
      node: 'enrich',
      attempts: 3,
      time: expect.stringMatching(/^2026-01-02T03:04:0\d/),
      origin: { source: 'array (3 records)', record: 2 },
    });
  });

  test('holds the raw text and the origin where the record came from text, behind filters and expansions as well', async () => {
    const origin = { source: 'file', file: 'orders.csv', record: 7, line: 9, byte: 120 };
    const bad = (context: ReadContext): void => {
      context.failed({
        error: new MillraceError('ERR_CSV_RAGGED', 'too short'),
        origin,
        raw: 'a,b',
        partial: { a: 1 },
      });
    };
    const rejects = toArray<DeadLetter>();
    const reader = scripted<number>([bad, [1, 2]], { onError: deadLetter(rejects), name: 'file' });
    const { balance } = await run(pipeline('raw', readFrom(reader).to(discard())));
    expect(rejects.records).toEqual([
      {
        record: { a: 1 },
        raw: 'a,b',
        error: { code: 'ERR_CSV_RAGGED', message: 'too short' },
        node: 'file',
        attempts: 1,
        time: expect.any(String),
        origin,
      },
    ]);
    expect(balance).toMatchObject({ read: 3, written: 2, deadLettered: 1, closed: true });
  });

  test('has null for a record that nobody could build', async () => {
    const rejects = toArray<DeadLetter>();
    const bad = (context: ReadContext): void => {
      context.failed({ error: new Error('no'), origin: { source: 's', record: 1 } });
    };
    await run(pipeline('null', readFrom(scripted([bad], { onError: deadLetter(rejects) })).to(discard())));
    expect(rejects.records[0]).toMatchObject({ record: null });
  });

  test('names the record at which it failed, whatever stands between it and the reader', async () => {
    const rejects = toArray<DeadLetter>();
    const flow = readFrom(
      scripted<number>(
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        { name: 'src' },
      ),
    ).pipe(
      map((n) => n),
      mapAsync(async (n) => n),
      map(
        (n) => {
          if (n % 3 === 1) throw new Error('one');
          return n;
        },
        { onError: skip() },
      ),
      map(
        (n) => {
          if (n === 5) throw new Error('five');
          return n;
        },
        { onError: deadLetter(rejects) },
      ),
    );
    await run(pipeline('origins', flow.to(discard())));
    expect(rejects.records.map(({ origin }) => origin)).toEqual([{ source: 'src', record: 6 }]);
  });

  test('goes to one writer from many nodes, which is opened once', async () => {
    const rejects = recording<DeadLetter>();
    const onError = deadLetter(rejects);
    const { positive, rest } = from([1, 2, 3, 4])
      .pipe(map(odd, { onError }))
      .split({ positive: (n) => n > 2, rest: otherwise });
    const summary = await run(
      pipeline('shared', [
        positive.pipe(mapAsync(() => Promise.reject(new Error('never')), { onError })).to(discard()),
        rest.to(discard()),
      ]),
    );
    expect(rejects.calls.filter((call) => call === 'open')).toHaveLength(1);
    expect(rejects.records.map(({ node, record }) => `${node} ${record}`).toSorted()).toEqual([
      'map 1',
      'map 3',
      'mapAsync 4',
    ]);
    expect(summary.balance).toMatchObject({ read: 4, written: 1, deadLettered: 3, closed: true });
  });

  test('can go on as a flow: counted, routed, and back into the main graph', async () => {
    const letters = deadLetters();
    const [out, log] = [toArray<number>(), toArray<string>()];
    const good = from([1, 2, 3, 4]).pipe(map(odd, { onError: deadLetter(letters) }));
    const mended = letters.pipe(map(({ record }) => (record as number) * 100));
    const { balance } = await run(
      pipeline('mended', [
        merge(good, mended).to(out),
        letters.pipe(map(({ error }) => error.message)).to(log),
      ]),
    );
    expect(out.records.toSorted((a, b) => a - b)).toEqual([2, 4, 100, 300]);
    expect(log.records).toEqual(['1 is odd', '3 is odd']);
    expect(balance).toMatchObject({ read: 4, written: 4, deadLettered: 2, created: 2, closed: true });
  });

  test('that cannot be written fails the run', async () => {
    const rejects = recording({ write: () => Promise.reject(new Error('rejects are full')) });
    const flow = from([1]).pipe(map(odd, { onError: deadLetter(rejects) }));
    await expect(run(pipeline('full', flow.to(discard())))).rejects.toThrow(/rejects are full/);
  });
});

describe('fallback', () => {
  test('puts a record in the place of one that failed, which goes on like any other', async () => {
    const out = toArray<number>();
    const flow = from([1, 2, 3]).pipe(
      map(odd, { onError: fallback(({ record }) => (record as number) * 10) }),
      map((n) => n + 1),
    );
    const summary = await run(pipeline('fallback', flow.to(out)));
    expect(out.records).toEqual([11, 3, 31]);
    expect(counts(summary, 'map')).toMatchObject({ replaced: 2, failed: 2, in: 3, out: 3 });
  });

  test('that fails itself ends the run', async () => {
    const flow = from([1]).pipe(
      map(odd, {
        onError: fallback(() => {
          throw new Error('no way out');
        }),
      }),
    );
    await expect(run(pipeline('fallback', flow.to(discard())))).rejects.toThrow(
      /Cannot replace .*no way out/,
    );
  });
});

describe('on a reader', () => {
  const bad =
    (n: number, found: unknown[] = []) =>
    (context: ReadContext): void => {
      found.push(
        context.failed({ error: new Error(`bad ${n}`), origin: { source: 's', record: n }, partial: n }),
      );
    };

  test('skip leaves a bad record out and counts it as read', async () => {
    const reader = scripted<number>([bad(1), [2], bad(3)], { onError: skip() });
    const { balance } = await run(pipeline('skip', readFrom(reader).to(discard())));
    expect(balance).toMatchObject({ read: 3, written: 1, skipped: 2, closed: true });
  });

  test('fallback hands the reader what to put in its place', async () => {
    const found: unknown[] = [];
    const reader = scripted<number>([bad(1, found), [2]], { onError: fallback(({ record }) => [record]) });
    await run(pipeline('fallback', readFrom(reader).to(discard())));
    expect(found).toEqual([{ record: [1] }]);
  });

  test('fail, which is the default, ends the run through the reader', async () => {
    const reader = scripted<number>([[1], bad(2), [3]]);
    const error = await run(pipeline('fail', readFrom(reader).to(discard()))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', node: 'script', origin: { source: 's', record: 2 } });
    expect(reader.emitted).toBe(1);
  });

  test('a file of nothing but bad records terminates (pain P22), with all its dead letters', async () => {
    const rejects = toArray<DeadLetter>();
    const lines: Line<number>[] = Array.from({ length: 5000 }, (_, n) => bad(n));
    const { balance } = await run(
      pipeline('bad', readFrom(scripted(lines, { onError: deadLetter(rejects) })).to(discard())),
    );
    expect(rejects.records).toHaveLength(5000);
    expect(balance).toMatchObject({ read: 5000, written: 0, deadLettered: 5000, closed: true });
  });

  test('retry opens it again as long as it has given nothing', async () => {
    const clock = virtualClock();
    let fails = 2;
    const reader = scripted<number>(
      [
        () => {
          if (fails-- > 0) throw new Error('refused');
        },
        [1, 2],
      ],
      { onError: retry({ attempts: 3, backoff: '1s..1s' }) },
    );
    const out = toArray<number>();
    const live = start(pipeline('open', readFrom(reader).to(out)), { clock, stallAfter: false });
    await clock.advance(5000);
    await live.done;
    expect([reader.opened, out.records]).toEqual([3, [1, 2]]);
  });

  test('retry does not read again what was read', async () => {
    const clock = virtualClock();
    for (const first of [[1], bad(1)]) {
      const reader = scripted<number>([first, new Error('torn')], {
        onError: [retry({ attempts: 3 }), skip()],
      });
      const live = start(pipeline('torn', readFrom(reader).to(discard())), { clock, stallAfter: false });
      live.done.catch(() => {});
      await clock.advance(60_000);
      await expect(live.done).rejects.toThrow(/torn/);
      expect(reader.opened).toBe(1);
    }
  });
});

describe('on a writer', () => {
  /** Takes whole batches without a poisoned record, and fails on the others. */
  const poisoned =
    (log: (readonly number[])[]) =>
    (records: readonly number[]): void => {
      log.push(records);
      if (records.includes(3)) throw new Error('poisoned');
    };

  test('retry tries the whole batch again, with the waits of the backoff', async () => {
    const clock = virtualClock();
    let fails = 2;
    const writer = recording<number>({
      write: async () => {
        if (fails-- > 0) throw new Error('busy');
      },
      onError: retry({ attempts: 3, backoff: { first: 100, most: 100 } }),
    });
    const live = start(pipeline('busy', from([1, 2, 3]).to(writer)), { clock, stallAfter: false });
    await clock.advance(1000);
    const summary = await live.done;
    expect(writer.batches).toEqual([[1, 2, 3]]);
    expect(counts(summary, 'recording')).toMatchObject({ in: 3, out: 3, retried: 2, failed: 2 });
  });

  test.each([
    ['throws', (work: () => void) => work()],
    ['rejects', async (work: () => void) => work()],
  ])('one poisoned record does not take its batch along when the sink %s', async (_, act) => {
    const log: (readonly number[])[] = [];
    const rejects = toArray<DeadLetter>();
    const writer = recording<number>({
      write: (records) => act(() => poisoned(log)(records)),
      onError: deadLetter(rejects),
    });
    const { balance } = await run(pipeline('poison', from([1, 2, 3, 4]).to(writer)));
    expect(writer.records).toEqual([1, 2, 4]);
    expect(log).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]]);
    expect(rejects.records).toMatchObject([{ record: 3, node: 'recording', origin: { record: 3 } }]);
    expect(balance).toMatchObject({ read: 4, written: 3, deadLettered: 1, closed: true });
  });

  test('retries and then goes record by record, each with its own tries', async () => {
    const clock = virtualClock();
    const log: (readonly number[])[] = [];
    const writer = recording<number>({
      write: poisoned(log),
      onError: [retry({ attempts: 2, backoff: '1s..1s' }), skip()],
    });
    const live = start(pipeline('poison', from([1, 3]).to(writer)), { clock, stallAfter: false });
    await clock.advance(10_000);
    const { balance } = await live.done;
    expect(log).toEqual([[1, 3], [1, 3], [1], [3], [3]]);
    expect(balance).toMatchObject({ written: 1, skipped: 1, closed: true });
  });

  test('fallback writes another record in its place', async () => {
    const writer = recording<number>({ write: poisoned([]), onError: fallback(30) });
    const { balance } = await run(pipeline('fallback', from([1, 3, 5]).to(writer)));
    expect(writer.records).toEqual([1, 30, 5]);
    expect(balance).toMatchObject({ written: 3, closed: true });
  });

  test('errors that concern the whole sink are no matter of one record', async () => {
    const writer = recording<number>({
      write: () => {
        throw new MillraceError('ERR_SPACE', 'Cannot write: the disk is full');
      },
      onError: skip(),
    });
    await expect(run(pipeline('disk', from([1, 2]).to(writer)))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SPACE' }),
    );
  });
});

describe('on a split', () => {
  test('a record that no route takes fails the run, ERR_UNROUTED', async () => {
    const { two } = from([2, 3]).split({ two: (n) => n === 2 });
    await expect(run(pipeline('split', two.to(discard())))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNROUTED', node: 'split', hint: expect.any(String) }),
    );
  });

  test('its own policy takes what no route takes, and what a predicate throws', async () => {
    const rejects = toArray<DeadLetter>();
    const { two, four } = from([1, 2, 3, 4]).split(
      { two: (n) => odd(n) === 2, four: (n) => n === 4 },
      { onError: deadLetter(rejects) },
    );
    const { balance } = await run(pipeline('split', [two.to(discard()), four.to(discard())]));
    expect(rejects.records.map(({ record }) => record)).toEqual([1, 3]);
    expect(balance).toMatchObject({ written: 2, deadLettered: 2, closed: true });
  });

  test('a fallback is routed like any other record; one that no route takes either ends the run', async () => {
    const out = toArray<number>();
    const { two } = from([2, 3]).split({ two: (n) => n === 2 }, { onError: fallback(2) });
    await run(pipeline('split', two.to(out)));
    expect(out.records).toEqual([2, 2]);
    const before = map((n: number) => n, { onError: skip() });
    const { three } = from([2])
      .pipe(before)
      .split({ three: (n) => n === 3 }, { onError: fallback(4) });
    await expect(run(pipeline('split', three.to(discard())))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_UNROUTED', node: 'split' }),
    );
  });
});

describe('the default of the pipeline', () => {
  test('holds for every node without a policy of its own, and for no other', async () => {
    const rejects = toArray<DeadLetter>();
    const flow = from([1, 2, 3, 4]).pipe(
      map((n) => (n === 2 ? odd(1) : n)),
      map((n) => (n === 3 ? odd(1) : n), { onError: fallback(0) }),
    );
    const writer = recording<number>({
      write: (records) => {
        if (records.includes(4)) throw new Error('no four');
      },
    });
    const { balance } = await run(pipeline('default', flow.to(writer), { onError: deadLetter(rejects) }));
    expect(writer.records).toEqual([1, 0]);
    expect(rejects.records.map(({ node, record }) => `${node} ${record}`)).toEqual(['map 2', 'recording 4']);
    expect(balance).toMatchObject({ deadLettered: 2, closed: true });
  });

  test('does not hold for the dead letters themselves: what fails there fails the run', async () => {
    const rejects = recording({ write: () => Promise.reject(new Error('rejects are full')) });
    const flow = from([1]).pipe(map(odd));
    await expect(
      run(pipeline('default', flow.to(discard()), { onError: deadLetter(rejects) })),
    ).rejects.toThrow(/rejects are full/);
  });

  test('is overruled by fail() on a node', async () => {
    const flow = from([1]).pipe(map(odd, { onError: fail() }));
    await expect(run(pipeline('default', flow.to(discard()), { onError: skip() }))).rejects.toThrow(
      /1 is odd/,
    );
  });
});

describe('budgets', () => {
  const failing = (budget: string | number, bad: number) =>
    from(hundred).pipe(
      map(
        (n) => {
          if (n < bad) throw new Error(`bad ${n}`);
          return n;
        },
        { onError: skip({ budget }) },
      ),
    );

  test('of a count end the run at the first failure past it', async () => {
    const writer = recording();
    await expect(run(pipeline('count', failing(3, 4).to(writer)))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BUDGET', node: 'map', cause: expect.any(Error) }),
    );
    expect(writer.calls).not.toContain('close');
    await expect(run(pipeline('count', failing(3, 3).to(discard())))).resolves.toMatchObject({
      balance: { skipped: 3 },
    });
  });

  test('of a share are judged at the end, before anything is published', async () => {
    const writer = recording();
    await expect(run(pipeline('share', failing('5%', 6).to(writer)))).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_BUDGET',
        message: expect.stringMatching(/6 failures in 100 records/),
      }),
    );
    expect(writer.calls.at(-1)).toBe('abort');
    await expect(run(pipeline('share', failing('5%', 5).to(discard())))).resolves.toBeDefined();
  });

  test('of a share are judged also when downstream has had enough', async () => {
    const writer = recording();
    const flow = merge(failing('5%', 50)).pipe(take(10));
    await expect(run(pipeline('share', flow.to(writer)))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BUDGET' }),
    );
    expect(writer.calls.at(-1)).toBe('abort');
  });

  test('of a rate forget what is long past', async () => {
    const clock = virtualClock();
    const lines = (pause: number): Line<number>[] =>
      [1, 3, 5].flatMap((n): Line<number>[] => [[n], () => clock.advance(pause)]);
    const flow = (pause: number) =>
      readFrom(scripted<number>(lines(pause))).pipe(map(odd, { onError: skip({ budget: '2/min' }) }));
    const options = { clock, stallAfter: false } as const;
    await expect(start(pipeline('rate', flow(100).to(discard())), options).done).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BUDGET' }),
    );
    await clock.advance(120_000);
    await expect(start(pipeline('rate', flow(40_000).to(discard())), options).done).resolves.toBeDefined();
  });

  test('of retries end the run when too much is repeated', async () => {
    const clock = virtualClock();
    const flow = from([1, 2, 3]).pipe(
      mapAsync(() => Promise.reject(new Error('down')), {
        onError: [retry({ attempts: 10, backoff: '0ms..0ms', budget: 5 }), skip()],
      }),
    );
    const live = start(pipeline('retries', flow.to(discard())), { clock, stallAfter: false });
    live.done.catch(() => {});
    await clock.advance(1000);
    await expect(live.done).rejects.toMatchObject({
      code: 'ERR_BUDGET',
      message: expect.stringMatching(/retry budget/),
    });
  });

  test('are each policy’s own, on readers and writers as well', async () => {
    const bad = (context: ReadContext): void => {
      context.failed({ error: new Error('bad'), origin: { source: 's', record: 1 } });
    };
    const reader = scripted<number>([bad, bad], { onError: skip({ budget: 1 }) });
    await expect(run(pipeline('reader', readFrom(reader).to(discard())))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BUDGET' }),
    );
    const writer = recording({
      write: () => {
        throw new Error('no');
      },
      onError: skip({ budget: '50%' }),
    });
    await expect(run(pipeline('writer', from([1, 2]).to(writer)))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BUDGET' }),
    );
  });
});

test('an error of a record says what failed, where, and where the code stands', async () => {
  const Order = z.object({ id: z.number() });
  const error = (await run(
    pipeline(
      'where',
      from([{ id: 1 }, { id: 'x' }])
        .pipe(validate(Order))
        .as('valid orders')
        .to(discard()),
    ),
  ).catch((thrown: unknown) => thrown)) as MillraceError;
  expect(error).toMatchObject({
    code: 'ERR_VALIDATION',
    node: 'valid orders',
    origin: { source: 'array (2 records)', record: 2 },
  });
  expect(error.message).toMatch(
    /^Cannot process array \(2 records\) record 2 in "valid orders" \(.*policies\.test\.ts:\d+\): id: /,
  );
});

test('each record that fails for good is an event, with what became of it', async () => {
  const events: RunEvent[] = [];
  const flow = from([1, 2, 3]).pipe(
    map((n) => (n === 1 ? odd(n) : n), { onError: skip() }),
    map((n) => (n === 3 ? odd(n) : n), { onError: fallback(0) }),
  );
  const live = start(pipeline('events', flow.to(discard())));
  live.events$.subscribe((event) => events.push(event));
  await live.done;
  await turns(1);
  expect(events.filter(({ type }) => type === 'failed-record')).toMatchObject([
    { node: 'map', settled: 'skipped', origin: { record: 1 } },
    { node: 'map-2', settled: 'replaced', origin: { record: 3 } },
  ]);
});
