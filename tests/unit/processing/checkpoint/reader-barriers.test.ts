import { expect, test } from 'vitest';
import {
  batch,
  deadLetter,
  defineOperator,
  type Flow,
  pipeline,
  readFrom,
  start,
} from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunHandle } from '../../../../src/interfaces/run.ts';
import type { Branch } from '../../../../src/processing/graph/branch.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, never } from '../runtime/recording-writer.ts';
import { disk, durable } from './durable.ts';
import { type Paced, type PacedReader, paced } from './paced-reader.ts';

function begin(branch: Branch, store: CheckpointStore): { live: RunHandle; clock: VirtualClock } {
  const clock = virtualClock();
  const made = pipeline('p', branch, { edgeCapacity: 1 });
  const live = start(made, { clock, stallAfter: false, checkpoint: { store, every: '10s' } });
  live.done.catch(() => {});
  return { live, clock };
}

/** Lets nothing through before it is open. */
function door(opened: Promise<void>) {
  return <T>(flow: Flow<T>): Flow<T> =>
    flow.pipe(
      defineOperator<T, T>({
        name: 'door',
        kind: 'async',
        cardinality: 'one',
        remembers: 'none',
        async: { concurrency: 1 },
        create: () => ({ call: (record) => opened.then(() => record) }),
      }),
    );
}

const open = Promise.resolve();

test('what a reader emits although it is to pause is on one side of the barrier, and counted there', async () => {
  const [store, out] = [memoryStore(), disk<Paced>()];
  const branch = (reader: PacedReader, opened: Promise<void>) =>
    door(opened)(readFrom(reader)).to(durable(out));
  const [goes, opens] = [gate(), gate()];
  const reader = paced({
    name: 'hasty',
    count: 6,
    burst: 3,
    pace: (n) => (n === 0 ? goes.opened : never),
    tells: (n) => n >= 2,
  });
  const { live, clock } = begin(branch(reader, opens.opened), store);
  await turns(20);
  await clock.advance(10_000);
  goes.open();
  await turns(20);
  opens.open();
  await turns(50);
  await live.abort('killed');

  const { balance, checkpoints } = await begin(branch(paced({ name: 'hasty', count: 6 }), open), store).live
    .done;
  expect(checkpoints).toMatchObject({ resumedFrom: 2 });
  expect(out.records.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(balance).toMatchObject({ read: 6, written: 6, closed: true });
});

test('a bad record that is found while a barrier waits is behind it', async () => {
  const [store, out, letters] = [memoryStore(), disk<Paced[]>(), disk<never>()];
  const branch = (reader: PacedReader, opened: Promise<void>) => {
    const flow = readFrom({ ...reader, onError: deadLetter(durable(letters)) });
    return door(opened)(flow.pipe(batch(10, { within: '1s' }))).to(durable(out));
  };
  const [goes, opens] = [[gate(), gate(), gate()], gate()] as const;
  const pace = (n: number) => (n < 3 ? goes[n]!.opened : never);
  const { live, clock } = begin(
    branch(paced({ name: 'spoilt', count: 6, bad: 2, pace }), opens.opened),
    store,
  );
  // What the batch of its own accord gives, when its time has come, waits for room.
  for (const record of [0, 1]) {
    await turns(20);
    goes[record]!.open();
    await turns(20);
    await clock.advance(1000);
  }
  await clock.advance(10_000);
  goes[2]!.open();
  await turns(20);
  opens.open();
  await turns(50);
  await live.abort('killed');

  const later = begin(branch(paced({ name: 'spoilt', count: 6, bad: 2 }), open), store);
  const { balance, checkpoints } = await later.live.done;
  expect(checkpoints).toMatchObject({ resumedFrom: 2 });
  expect(letters.records).toHaveLength(1);
  expect(out.records.flat().map(({ n }) => n)).toEqual([0, 1, 3, 4, 5]);
  expect(balance).toMatchObject({ read: 6, deadLettered: 1, closed: true });
});
