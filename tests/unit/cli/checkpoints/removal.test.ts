import { describe, expect, test } from 'vitest';
import { pruneCheckpoints, removeCheckpoints } from '../../../../src/cli/checkpoints/removal.ts';
import { removedText } from '../../../../src/cli/checkpoints/removed-text.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { encodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { headBytes } from '../../../../src/processing/checkpoint/checkpoint-format.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';

const pipeline = 'p';

function whole(id: number, files: readonly string[] = []): Uint8Array {
  const content = { id, time: 0, pipeline, complete: 'running' as const, manifest: { files }, states: [] };
  return Buffer.concat([...encodeCheckpoint(content)]);
}

const damaged = Buffer.from('none');
const newer = headBytes(99, '99.0.0');

/** A store with these checkpoints, from number 1 on. */
async function stored(...checkpoints: Uint8Array[]): Promise<CheckpointStore> {
  const store = memoryStore({ keep: 20 });
  const session = await store.open({ pipeline });
  for (const [index, bytes] of checkpoints.entries()) await session.write(index + 1, [bytes]);
  await session.close();
  return store;
}

async function left(store: CheckpointStore): Promise<readonly number[]> {
  return (await (await store.inspect({ pipeline })).list()).map(({ id }) => id);
}

const prune = (store: CheckpointStore, keep: number) =>
  pruneCheckpoints({ store, pipeline, takeOver: false }, keep);

describe('pruning', () => {
  test('leaves the newest ones', async () => {
    const store = await stored(whole(1), whole(2), whole(3), whole(4));
    expect(await prune(store, 2)).toEqual({ removed: [2, 1], kept: [4, 3] });
    expect(await left(store)).toEqual([4, 3]);
    expect(await prune(store, 2)).toEqual({ removed: [], kept: [4, 3] });
  });

  test.each([
    [
      'none of the newer ones is',
      [whole(1), whole(2), damaged, damaged],
      { removed: [1], kept: [4, 3, 2], spared: 2 },
    ],
    ['a newer one is', [whole(1), whole(2), whole(3), damaged], { removed: [2, 1], kept: [4, 3] }],
    ['none is', [damaged, damaged, damaged], { removed: [1], kept: [3, 2] }],
    ['a later millrace wrote the newest', [whole(1), damaged, newer], { removed: [1], kept: [3, 2] }],
  ])('leaves the newest that is whole, where %s', async (_where, checkpoints, done) => {
    const store = await stored(...checkpoints);
    expect(await prune(store, 2)).toEqual(done);
    expect(await left(store)).toEqual(done.kept);
  });

  test('takes along the files that no checkpoint has any more', async () => {
    const store = await stored(whole(1, ['a', 'b']), whole(2, ['b']));
    const session = await store.open({ pipeline });
    for (const name of ['a', 'b', 'c']) await (await session.createFile(name)).close();
    await session.close();
    await prune(store, 1);
    const after = await store.open({ pipeline });
    expect(await after.files()).toEqual(['b']);
    await after.close();
  });

  test('is refused while a run has the lock, and gives the lock back when it fails', async () => {
    const store = await stored(whole(1), whole(2));
    const session = await store.open({ pipeline });
    await expect(prune(store, 1)).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await session.close();
    const failing: CheckpointStore = {
      ...store,
      async open(options) {
        const open = await store.open(options);
        open.remove = () => Promise.reject(new Error('the disk is gone'));
        return open;
      },
    };
    await expect(prune(failing, 1)).rejects.toThrow('the disk is gone');
    await expect(prune(store, 1)).resolves.toMatchObject({ removed: [1] });
  });
});

test('resetting removes all, damaged ones and files too, the oldest first', async () => {
  const store = await stored(whole(1, ['a']), damaged, whole(3));
  const session = await store.open({ pipeline });
  await (await session.createFile('a')).close();
  await session.close();
  const order: number[] = [];
  const watched: CheckpointStore = {
    ...store,
    async open(options) {
      const open = await store.open(options);
      const remove = open.remove.bind(open);
      open.remove = (id) => {
        order.push(id);
        return remove(id);
      };
      return open;
    },
  };
  expect(await removeCheckpoints({ store: watched, pipeline, takeOver: false })).toEqual({
    removed: [3, 2, 1],
    kept: [],
  });
  expect(order).toEqual([1, 2, 3]);
  const after = await store.open({ pipeline });
  expect([await after.list(), await after.files()]).toEqual([[], []]);
  await after.close();
});

test.each([
  ['removed checkpoints 2, 1 of p in s; left: checkpoint 3', { removed: [2, 1], kept: [3] }],
  ['nothing to remove of p in s; left: checkpoint 3', { removed: [], kept: [3] }],
  [
    'removed checkpoint 1 of p in s; left: checkpoints 4, 3, 2, of which 2 is the newest that is whole',
    { removed: [1], kept: [4, 3, 2], spared: 2 },
  ],
  ['removed 21 checkpoints of p in s', { removed: Array.from({ length: 21 }, (_, n) => n), kept: [] }],
])('says: %s', (says, done) => {
  expect(removedText('p', 's', done)).toBe(says);
});
