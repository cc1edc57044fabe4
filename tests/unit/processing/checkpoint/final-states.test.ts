import { describe, expect, test } from 'vitest';
import {
  count,
  defineOperator,
  distinct,
  from,
  type Operator,
  type Pipeline,
  pipeline,
  scan,
  start,
  take,
} from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { decodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { FinalStates } from '../../../../src/processing/checkpoint/final-states.ts';
import type { RunManifest } from '../../../../src/processing/checkpoint/run-manifest.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate } from '../runtime/recording-writer.ts';
import { disk, durable } from './durable.ts';

const NUMBERS = [3, 1, 3, 2];

async function run(p: Pipeline, store: CheckpointStore): Promise<void> {
  await start(p, { clock: virtualClock(), stallAfter: false, checkpoint: { store } }).done;
}

/** What the newest checkpoint of the pipeline has. */
async function newest(store: CheckpointStore) {
  const view = await store.inspect({ pipeline: 'p' });
  const [entry] = await view.list();
  const checkpoint = decodeCheckpoint(await view.read(entry!.id), 'it');
  const states = Object.fromEntries(
    [...checkpoint.states].map(([name, state]): [string, unknown] => [name, state.value()]),
  );
  return { states, manifest: checkpoint.manifest as RunManifest };
}

const over = (...operators: Operator<never, never>[]) =>
  pipeline('p', (from(NUMBERS) as any).pipe(...operators).to(durable(disk<unknown>())));

/** Remembers whatever it is told to. */
const remembering = (snapshot: () => unknown, close: () => void = () => {}) =>
  defineOperator<number, number>({
    name: 'own',
    remembers: 'snapshot',
    create: () => ({ push: (n, emit) => emit(n), snapshot, restore() {}, close }),
  });

describe('what nodes remembered at their end', () => {
  test('is in the last checkpoint of a run that is over, and nothing else is', async () => {
    const store = memoryStore();
    const p = pipeline(
      'p',
      from(NUMBERS)
        .pipe(
          distinct(),
          scan((sum: number, n: number) => sum + n, 0),
        )
        .keyBy((n) => (n % 2 === 0 ? 'even' : 'odd'))
        .aggregate({ n: count() })
        .to(durable(disk<unknown>())),
    );
    await run(p, store);
    const { states, manifest } = await newest(store);
    expect(manifest.summary).toMatchObject({ state: 'done' });
    expect(manifest).not.toHaveProperty('withheld');
    expect(Object.keys(states).sort()).toEqual(['aggregate', 'distinct', 'scan']);
    expect(states).toMatchObject({ distinct: [3, 1, 2], scan: { value: 6 } });
  });

  test('is asked for before the operator is closed, of asynchronous ones, too, and where downstream had enough', async () => {
    const store = memoryStore();
    let open = true;
    const own = remembering(
      () => ({ open }),
      () => {
        open = false;
      },
    );
    let calls = 0;
    const counting = defineOperator<number, number>({
      name: 'counting',
      kind: 'async',
      cardinality: 'one',
      remembers: 'snapshot',
      create: () => ({ call: async (n) => ++calls && n, snapshot: () => calls, restore() {} }),
    });
    await run(over(own as never, counting as never, take(1) as never), store);
    const { states } = await newest(store);
    expect(states).toMatchObject({ own: { open: true }, take: 0 });
    expect(states.counting).toBeGreaterThanOrEqual(1);
  });

  test('is left out, by name, where it cannot be kept, and the run is none the worse', async () => {
    const store = memoryStore();
    const throwing = remembering(() => {
      throw new Error('not now');
    });
    await run(over(throwing as never), store);
    expect(await newest(store)).toMatchObject({ states: {}, manifest: { withheld: ['own'] } });
  });

  test('is left out of what was over in an earlier run', async () => {
    const store = memoryStore();
    const door = gate();
    // The stage in front of a sink that does not close is over, and the run is not.
    const p = (close: () => Promise<void>) =>
      pipeline('p', from(NUMBERS).pipe(distinct()).to(durable(disk(), { close })));
    const first = start(
      p(() => door.opened),
      { clock: virtualClock(), stallAfter: false, checkpoint: { store } },
    );
    first.done.catch(() => {});
    await turns(100);
    const aborted = first.abort('killed');
    door.fail(new Error('killed'));
    await aborted;
    await run(
      p(async () => {}),
      store,
    );
    expect(await newest(store)).toMatchObject({ states: {}, manifest: { summary: { state: 'done' } } });
  });

  test('is not asked for when the run stands still behind a last checkpoint, or fails', async () => {
    for (const end of ['stop', 'abort'] as const) {
      let asked = 0;
      const own = remembering(() => ++asked);
      const endless = (function* () {
        for (let n = 0; ; n++) yield n;
      })();
      const resumable = from(endless, { position: (n) => n, resume: () => endless });
      const live = start(pipeline('p', resumable.pipe(own).to(durable(disk<number>()))), {
        checkpoint: { store: memoryStore(), every: '1h' },
      });
      live.done.catch(() => {});
      await turns(20);
      let before = asked;
      live.events$.subscribe(({ type }) => {
        if (type === 'checkpoint') before = asked;
      });
      await live[end]();
      expect({ end, asked }).toEqual({ end, asked: end === 'stop' ? 1 : 0 });
      expect(asked).toBe(before);
    }
  });
});

describe('a run that is over', () => {
  test('is so also where there is no room for what its nodes remembered', async () => {
    const inner = memoryStore();
    let refused = 0;
    const small: CheckpointStore = {
      ...inner,
      async open(options) {
        const session = await inner.open(options);
        const write = session.write.bind(session);
        session.write = async (id, chunks) => {
          const bytes = Buffer.concat([...chunks]);
          if (bytes.length > 50_000) {
            refused++;
            throw new Error('no room');
          }
          await write(id, [bytes]);
        };
        return session;
      },
    };
    const large = remembering(() => 'x'.repeat(60_000));
    await run(over(large as never), small);
    expect(refused).toBe(1);
    expect((await newest(inner)).manifest.summary).toMatchObject({ state: 'done' });
    expect((await newest(inner)).states).toEqual({});
  });
});

test('states are kept up to a bound, together', () => {
  const final = new FinalStates(300_000);
  final.keep('a', () => 'x'.repeat(200_000));
  final.keep('b', () => 'x'.repeat(200_000));
  final.keep('c', () => 'x'.repeat(90_000));
  final.keep('d', () => () => {});
  expect(final.states.map(([name]) => name)).toEqual(['a', 'c']);
  expect(final.withheld).toEqual(['b', 'd']);
});
