import { describe, expect, test } from 'vitest';
import {
  concat,
  count,
  defineOperator,
  forEach,
  from,
  map,
  mapAsync,
  type Pipeline,
  pipeline,
  readFrom,
  retry,
  rx,
  skip,
  sort,
  start,
  sum,
  toArray,
} from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { OnError } from '../../../../src/interfaces/policy.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { scripted } from '../runtime/scripted-reader.ts';
import { begin, counting, never, of, position, type Started } from './checkpointed-run.ts';
import { type Disk, disk, durable } from './durable.ts';

/** Runs until the reader waits, makes a checkpoint, and kills the run. */
async function killed(p: Pipeline, store: CheckpointStore): Promise<Started> {
  const started = begin(p, store);
  await turns(50);
  await started.clock.advance(10_000);
  await turns(20);
  await started.live.abort('killed');
  return started;
}

const sums = (
  out: Disk<{ key: string; n: number; total: number }>,
  held?: (n: number) => Promise<void> | undefined,
) =>
  pipeline(
    'sums',
    counting(20, held)
      .pipe(map((n) => ({ n, parity: n % 2 === 0 ? 'even' : 'odd' })))
      .keyBy(({ parity }) => parity)
      .aggregate({ n: count(), total: sum('n') })
      .to(durable(out)),
  );

describe('a run that was killed', () => {
  test('goes on with what its operators remembered, and its balance is that of an undisturbed run', async () => {
    const store = memoryStore();
    const out = disk<{ key: string; n: number; total: number }>();
    await killed(
      sums(out, (n) => (n === 15 ? never() : undefined)),
      store,
    );
    const { live, events } = begin(sums(out), store);
    const { balance, checkpoints } = await live.done;
    expect(out.records).toEqual([
      { key: 'odd', n: 10, total: 100 },
      { key: 'even', n: 10, total: 110 },
    ]);
    expect(balance).toMatchObject({ read: 20, written: 2, closed: true });
    expect(checkpoints).toMatchObject({ resumedFrom: 2, runs: 2 });
    expect(of(events, 'resumed')).toMatchObject([{ checkpoint: 2, damaged: [], counted: true }]);
  });

  test('does not give up what its sinks have prepared', async () => {
    const out = disk<number>();
    await killed(
      pipeline('p', counting(9, (n) => (n === 5 ? never() : undefined)).to(durable(out))),
      memoryStore(),
    );
    expect(out.calls).toEqual(['open new', 'prepare 1', 'commit 1', 'prepare 2', 'commit 2', 'suspend']);
  });

  test('goes on although it was killed before anything was read', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const first = begin(pipeline('p', counting(3, never).to(durable(out))), store);
    await turns(20);
    await first.live.abort('killed');
    await begin(pipeline('p', counting(3).to(durable(out))), store).live.done;
    expect(out.records).toEqual([1, 2, 3]);
  });

  test('publishes when it is started again, where it died between its last checkpoint and that', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const p = (close?: () => Promise<void>) =>
      pipeline('p', counting(3).to(durable(out, close === undefined ? {} : { close })));
    const first = begin(
      p(() => never()),
      store,
    );
    await turns(50);
    await first.live.abort('killed');
    expect(out.published).toBe(false);
    const { balance } = await begin(p(), store).live.done;
    expect(out).toMatchObject({ records: [1, 2, 3], published: true });
    expect(balance).toMatchObject({ read: 3, written: 3, closed: true });
  });

  test('goes on with what operators remembered that do not run in the way of the records', async () => {
    const remembering = () => {
      let sum = 0;
      return {
        add: (n: number) => (sum += n),
        snapshot: () => sum,
        restore(state: unknown) {
          sum = state as number;
        },
      };
    };
    const shared = { name: 'running', cardinality: 'one', remembers: 'snapshot' } as const;
    const inTheWay = (onError?: OnError) =>
      defineOperator<number, number>({
        ...shared,
        ...(onError !== undefined && { onError }),
        create() {
          const { add, ...state } = remembering();
          return { push: (n, emit) => emit(add(n)), ...state };
        },
      });
    const calling = defineOperator<number, number>({
      ...shared,
      kind: 'async',
      create() {
        const { add, ...state } = remembering();
        return { call: async (n) => add(n), ...state };
      },
    });
    const again = retry({ attempts: 2, backoff: '1ms..1ms' });
    for (const operator of [inTheWay(), inTheWay(again), calling]) {
      const store = memoryStore();
      const out = disk<number>();
      await killed(
        pipeline(
          'p',
          counting(9, (n) => (n === 5 ? never() : undefined))
            .pipe(operator)
            .to(durable(out)),
        ),
        store,
      );
      await begin(pipeline('p', counting(9).pipe(operator).to(durable(out))), store).live.done;
      expect(out.records).toEqual([1, 3, 6, 10, 15, 21, 28, 36, 45]);
    }
  });

  test('counts failures on, so that a budget holds over all runs', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const failing = (held?: (n: number) => Promise<void> | undefined) =>
      pipeline(
        'p',
        counting(10, held)
          .pipe(
            map(
              (n: number) => {
                if (n % 2 === 0) throw new Error('even');
                return n;
              },
              { onError: skip({ budget: 3 }) },
            ),
          )
          .to(durable(out)),
      );
    await killed(
      failing((n) => (n === 7 ? never() : undefined)),
      store,
    );
    await expect(begin(failing(), store).live.done).rejects.toMatchObject({ code: 'ERR_BUDGET' });
  });
});

describe('a run that is stopped', () => {
  test('leaves a checkpoint, emits nothing of what it holds, and goes on from there', async () => {
    const store = memoryStore();
    const out = disk<{ key: string; n: number; total: number }>();
    const first = begin(
      sums(out, (n) => (n === 15 ? never() : undefined)),
      store,
    );
    await turns(50);
    const stopped = await first.live.stop();
    expect(stopped).toMatchObject({ state: 'stopped', balance: { read: 14, written: 0, closed: true } });
    expect(out.calls.at(-1)).toBe('suspend');
    await begin(sums(out), store).live.done;
    expect(out.records.map(({ n }) => n)).toEqual([10, 10]);
  });

  test('before it has read anything goes on from the beginning', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const first = begin(pipeline('p', counting(3).to(durable(out))), store);
    expect(await first.live.stop()).toMatchObject({ state: 'stopped' });
    await begin(pipeline('p', counting(3).to(durable(out))), store).live.done;
    expect(out.records).toEqual([1, 2, 3]);
  });
});

describe('a run that has come to its end', () => {
  test('does nothing when it is started again, and gives the summary that it gave', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const p = () => pipeline('p', counting(3).to(durable(out)));
    const first = await begin(p(), store).live.done;
    const calls = [...out.calls];
    const again = begin(p(), store);
    expect(await again.live.done).toEqual(first);
    expect(of(again.events, 'over-before')).toMatchObject([{ checkpoint: 3 }]);
    expect(out.calls).toEqual(calls);
  });

  test('begins anew when it is told to', async () => {
    const store = memoryStore();
    const out = disk<number>();
    await begin(pipeline('p', counting(3).to(durable(out))), store).live.done;
    out.published = false;
    const { checkpoints } = await begin(pipeline('p', counting(4).to(durable(out))), store, { fresh: true })
      .live.done;
    expect(out.records).toEqual([1, 2, 3, 4]);
    expect(checkpoints).toMatchObject({ runs: 1 });
    expect(checkpoints).not.toHaveProperty('resumedFrom');
  });
});

describe('a checkpoint that goes wrong', () => {
  test('harms no record, is reported, and the next one has what it would have had', async () => {
    const store = memoryStore();
    const out = disk<number>();
    const prepare = (id: number) => {
      if (id === 2) throw new Error('the disk is busy');
    };
    const held = (n: number) => (n === 5 ? never() : undefined);
    const { live, clock, events } = begin(
      pipeline('p', counting(9, held).to(durable(out, { prepare }))),
      store,
    );
    await turns(50);
    await clock.advance(10_000);
    await turns(20);
    expect(of(events, 'checkpoint-failed')).toMatchObject([
      { id: 2, inRow: 1, error: { message: expect.stringContaining('the disk is busy') } },
    ]);
    await clock.advance(10_000);
    await turns(20);
    await live.abort('killed');
    await begin(pipeline('p', counting(9).to(durable(out))), store).live.done;
    expect(out.records).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(out.calls).toContain('open 4');
  });

  test('fails the run when so many in a row do', async () => {
    const out = disk<number>();
    const prepare = (id: number) => {
      if (id > 1) throw new Error('the disk is full');
    };
    const { live, clock } = begin(
      pipeline('p', counting(9, (n) => (n === 5 ? never() : undefined)).to(durable(out, { prepare }))),
      memoryStore(),
      { failures: 2 },
    );
    await turns(50);
    await clock.advance(10_000);
    await turns(20);
    await clock.advance(10_000);
    await turns(20);
    await expect(live.done).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('2 in a row came to nothing'),
    });
  });

  test('as it takes too long names who holds it up, and the run goes on', async () => {
    const out = disk<number>();
    const prepare = (id: number) => (id === 2 ? never() : undefined);
    const held = (n: number) => (n === 5 ? never() : undefined);
    const { live, clock, events } = begin(
      pipeline('p', counting(9, held).to(durable(out, { prepare }))),
      memoryStore(),
      { timeout: '1s' },
    );
    await turns(50);
    await clock.advance(10_000);
    await turns(20);
    await clock.advance(1000);
    expect(of(events, 'checkpoint-failed')).toMatchObject([
      { id: 2, error: { message: expect.stringContaining('its barrier has not passed "durable"') } },
    ]);
    await live.abort('enough');
  });

  test('waits for what is given at the end of an input, however long that takes', async () => {
    const [out, other] = [disk<number>(), disk<number>()];
    const gate = Promise.withResolvers<void>();
    const more = Promise.withResolvers<void>();
    const sorted = counting(3).pipe(
      sort((n: number) => -n),
      mapAsync(async (n: number) => {
        await gate.promise;
        return n;
      }),
    );
    const { live, clock, events } = begin(
      pipeline('p', [
        sorted.to(durable(out)),
        counting(9, (n) => (n === 5 ? more.promise : undefined)).to(durable(other)),
      ]),
      memoryStore(),
      { timeout: '1s', failures: 1 },
    );
    await turns(50);
    await clock.advance(10_000);
    for (let count = 0; count < 5; count++) {
      await clock.advance(1000);
      await turns(20);
    }
    expect([of(events, 'checkpoint').length, of(events, 'checkpoint-failed')]).toEqual([1, []]);
    gate.resolve();
    await turns(50);
    expect(of(events, 'checkpoint').length).toBe(2);
    more.resolve();
    await live.done;
    expect([out.records, other.records.length]).toEqual([[3, 2, 1], 9]);
  });

  test('as an operator remembers what cannot be kept names the place', async () => {
    const strange = defineOperator<number, number>({
      name: 'strange',
      remembers: 'snapshot',
      create: () => ({ push: (n, emit) => emit(n), snapshot: () => ({ fn: () => 1 }), restore() {} }),
    });
    const held = (n: number) => (n === 5 ? never() : undefined);
    const { live, clock, events } = begin(
      pipeline('p', counting(9, held).pipe(strange).to(durable(disk<number>()))),
      memoryStore(),
    );
    await turns(50);
    await clock.advance(10_000);
    await turns(20);
    expect(of(events, 'checkpoint-failed')).toMatchObject([
      { error: { code: 'ERR_SNAPSHOT', message: expect.stringContaining('"strange"') } },
    ]);
    await live.abort('enough');
  });
});

describe('what is one run', () => {
  test('has the store for itself', async () => {
    const store = memoryStore();
    const first = begin(pipeline('p', counting(3, never).to(durable(disk<number>()))), store);
    await turns(20);
    const second = begin(pipeline('p', counting(3).to(durable(disk<number>()))), store);
    await expect(second.live.done).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await first.live.abort('enough');
    const third = begin(pipeline('p', counting(3).to(durable(disk<number>()))), store);
    await third.live.done;
  });

  test('commits when the checkpoint is there, and not before', async () => {
    const seen: string[] = [];
    const inner = memoryStore();
    const store: CheckpointStore = {
      label: 'watched',
      inspect: (options) => inner.inspect(options),
      pipelines: () => inner.pipelines(),
      async open(options) {
        const session = await inner.open(options);
        return {
          label: 'watched',
          list: () => session.list(),
          read: (id) => session.read(id),
          remove: (id) => session.remove(id),
          createFile: (name) => session.createFile(name),
          openFile: (name) => session.openFile(name),
          files: () => session.files(),
          removeFile: (name) => session.removeFile(name),
          close: () => session.close(),
          async write(id, chunks) {
            await session.write(id, chunks);
            seen.push(`written ${id}`);
          },
        };
      },
    };
    const commit = (id: number) => void seen.push(`commit ${id}`);
    await begin(pipeline('p', counting(3).to(durable(disk<number>(), { commit }))), store).live.done;
    expect(seen).toEqual(['written 1', 'commit 1', 'written 2', 'commit 2', 'written 3']);
  });
});

describe('a graph', () => {
  test('of which nobody can tell what it remembers is refused, by the names of its nodes', () => {
    const opaque = defineOperator<number, number>({
      name: 'opaque',
      create: () => ({ push: (n, emit) => emit(n) }),
    });
    const p = pipeline(
      'p',
      counting(3)
        .pipe(
          opaque,
          rx((input) => input),
        )
        .to(durable(disk<number>())),
    );
    expect(() => start(p, { checkpoint: { store: memoryStore() } })).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT',
        message: expect.stringMatching(/"opaque".*"rx"/),
      }),
    );
    const declared = pipeline(
      'p',
      counting(3)
        .pipe(rx((input) => input, { stateless: true }))
        .to(durable(disk<number>())),
    );
    expect(declared.guarantees()).toEqual({
      problems: [],
      sinks: [{ sink: 'durable', killed: 'exactly once', powerLost: 'exactly once', loweredBy: [] }],
    });
  });

  test('says what it can promise, and who lowers it', () => {
    const numbers = counting(3);
    const p = pipeline('p', [
      numbers.to(forEach(() => {})),
      numbers.to(toArray()),
      numbers.to(durable(disk<number>())),
    ]);
    expect(p.guarantees().sinks.map(({ killed }) => killed)).toEqual([
      'at least once',
      'none',
      'exactly once',
    ]);
    expect(p.guarantees().problems).toEqual([expect.stringContaining('cannot go on with its output')]);
    const once = pipeline('once', counting(3).to(forEach(() => {})));
    const options = { checkpoint: { store: memoryStore(), require: 'exactly once' as const } };
    expect(() => start(once, options)).toThrow(/takes nothing back/);
    const blind = readFrom(scripted([[1]], { name: 'blind' }));
    expect(pipeline('b', blind.to(durable(disk<number>()))).guarantees().problems).toEqual([
      expect.stringContaining('"blind"'),
    ]);
  });

  test('that has lost a node which remembered something is refused, unless that may be lost', async () => {
    const store = memoryStore();
    const held = (n: number) => (n === 5 ? never() : undefined);
    const out = disk<unknown>();
    await killed(sums(out as never, held), store);
    const other = () => pipeline('sums', counting(9).to(durable(out)));
    const refused = begin(other(), store);
    await expect(refused.live.done).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('"aggregate"'),
      details: { nodes: ['aggregate'] },
    });
    const { live, events } = begin(other(), store, { allowDroppedState: ['aggregate'] });
    await live.done;
    expect(out.records).toEqual([5, 6, 7, 8, 9]);
    expect(of(events, 'resumed')).toMatchObject([{ counted: false }]);
  });
});

test('what from() is given by an array goes on where it stood', async () => {
  const store = memoryStore();
  const out = disk<number>();
  const numbers = Array.from({ length: 5000 }, (_, n) => n);
  let open = false;
  const gate = defineOperator<number, number>({
    name: 'gate',
    kind: 'async',
    cardinality: 'one',
    remembers: 'none',
    create: () => ({ call: (n) => (n < 3000 || open ? n : never()) }),
  });
  const p = () => pipeline('p', from(numbers).pipe(gate).to(durable(out)));
  const first = begin(p(), store);
  await turns(100);
  await first.live.abort('killed');
  open = true;
  await begin(p(), store).live.done;
  expect(out.records).toEqual(numbers);
});

test('an input of a concat is not read before its turn, nor through an asynchronous operator', async () => {
  const later = scripted<number>([[3], [4]], { name: 'later', traits: position });
  const first = counting(2, (n) => (n === 2 ? never() : undefined));
  const both = concat(first, readFrom(later).pipe(mapAsync(async (n) => n)));
  const { live } = begin(pipeline('p', both.to(durable(disk<number>()))), memoryStore());
  await turns(50);
  expect(later.opened).toBe(0);
  expect(await live.stop()).toMatchObject({ state: 'stopped' });
});
