import { describe, expect, test } from 'vitest';
import { pruneCheckpoints } from '../../../../src/cli/checkpoints/removal.ts';
import { type Verified, verified } from '../../../../src/cli/checkpoints/verified.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { decodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import type { FilePrint, RunManifest } from '../../../../src/processing/checkpoint/run-manifest.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { of } from './checkpointed-run.ts';
import { disk } from './durable.ts';
import { beginSorting, killedSorting, ROWS, type Row } from './sorting-run.ts';

/** A store, and what can be done to the files beside its checkpoints of the pipeline "sorted". */
export interface Damageable {
  readonly store: CheckpointStore;
  /** Turns a bit of a file around. Twice is as if nothing had been. */
  flip(file: string, at: number): void | Promise<void>;
  /** Leaves the first bytes of a file. */
  cut(file: string, bytes: number): void | Promise<void>;
}

/** What every store has to let be found in the files beside its checkpoints. */
export function damagedFileSuite(name: string, make: () => Damageable | Promise<Damageable>): void {
  describe(`files beside the checkpoints of ${name}`, () => {
    test('are read to the last byte: one bit that is another is found, and in which of them', async () => {
      const { store, flip } = await make();
      const newest = await killedSorting(store, disk());
      const whole = await verifiedAll(store);
      expect(whole.map(({ id }) => id)).toEqual([newest, newest - 1, newest - 2]);
      for (const one of whole) {
        expect(one).toEqual({ ...one, files: expect.any(Number), states: expect.any(Number) });
        expect(one).not.toHaveProperty('problem');
        expect(one).not.toHaveProperty('unchecked');
      }
      const [file, bytes] = await ownOf(store, newest);
      for (const at of [0, 5, bytes >> 1, bytes - 1]) {
        await flip(file, at);
        const [first, ...others] = await verifiedAll(store);
        expect(first).toEqual({ ...whole[0], problem: `the file "${file}" beside it has changed` });
        expect(others).toEqual(whole.slice(1));
        await flip(file, at);
      }
      expect(await verifiedAll(store)).toEqual(whole);
    });

    test('may be shorter than they were, or gone: both are found', async () => {
      const { store, cut } = await make();
      const newest = await killedSorting(store, disk());
      const [file, bytes] = await ownOf(store, newest);
      await cut(file, bytes - 1);
      const [first, ...others] = await verifiedAll(store);
      expect(first).toMatchObject({
        problem: `the file "${file}" beside it has ${bytes - 1} bytes, and had ${bytes}`,
      });
      for (const other of others) expect(other).not.toHaveProperty('problem');
      const session = await store.open({ pipeline: 'sorted' });
      await session.removeFile(file);
      await session.close();
      expect((await verifiedAll(store))[0]).toMatchObject({
        problem: `files beside it are missing: "${file}"`,
      });
    });

    test('that have changed do not count when others are pruned: the newest to go on from stays', async () => {
      const { store, flip } = await make();
      const newest = await killedSorting(store, disk());
      const [file] = await ownOf(store, newest);
      await flip(file, 0);
      const removal = { store, pipeline: 'sorted', takeOver: false };
      expect(await pruneCheckpoints(removal, 1)).toEqual({
        removed: [newest - 2],
        kept: [newest, newest - 1],
        spared: newest - 1,
      });
      expect((await verifiedAll(store))[1]).not.toHaveProperty('problem');
    });

    test('that have changed are not gone on with: the run takes the checkpoint before, and nothing is wrong', async () => {
      const undisturbed = disk<Row>();
      await beginSorting(memoryStore(), undisturbed).live.done;
      const { store, flip } = await make();
      const out = disk<Row>();
      const newest = await killedSorting(store, out);
      const [file, bytes] = await ownOf(store, newest);
      await flip(file, bytes >> 1);
      const { live, events } = beginSorting(store, out);
      const { balance } = await live.done;
      expect(of(events, 'resumed')).toMatchObject([{ checkpoint: newest - 1, damaged: [newest] }]);
      expect(out.records).toEqual(undisturbed.records);
      expect(balance).toMatchObject({ read: ROWS, written: ROWS, closed: true });
    });
  });
}

async function verifiedAll(store: CheckpointStore): Promise<readonly Verified[]> {
  const all: Verified[] = [];
  for await (const one of verified(await store.inspect({ pipeline: 'sorted' }), 'sorted')) all.push(one);
  return all;
}

/** A file of a checkpoint that the one before it does not have. */
async function ownOf(store: CheckpointStore, id: number): Promise<FilePrint> {
  const [own, before] = [await printsOf(store, id), await printsOf(store, id - 1)];
  const print = own.find(([name]) => before.every(([other]) => other !== name));
  expect(print).toBeDefined();
  return print!;
}

async function printsOf(store: CheckpointStore, id: number): Promise<readonly FilePrint[]> {
  const view = await store.inspect({ pipeline: 'sorted' });
  return (decodeCheckpoint(await view.read(id), `${id}`).manifest as RunManifest).prints ?? [];
}
