import { describe, expect, test } from 'vitest';
import { encodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { headBytes } from '../../../../src/processing/checkpoint/checkpoint-format.ts';
import { newestWhole } from '../../../../src/processing/checkpoint/newest-whole.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';

const fileOf = (id: number) =>
  Buffer.concat([
    ...encodeCheckpoint({ id, time: 0, pipeline: 'orders', complete: 'running', manifest: null, states: [] }),
  ]);

/** What is found in a store that holds these files as checkpoints 1, 2 and so on. */
async function found(...files: readonly Uint8Array[]) {
  const session = await memoryStore().open({ pipeline: 'orders' });
  for (const [index, file] of files.entries()) await session.write(index + 1, [file]);
  return newestWhole(session);
}

describe('the newest whole checkpoint', () => {
  test('is the newest, when it is whole', async () => {
    expect(await found(fileOf(1), fileOf(2))).toMatchObject({ checkpoint: { id: 2 }, damaged: [] });
  });

  test('is absent when there are none', async () => {
    expect(await found()).toEqual({ checkpoint: undefined, damaged: [] });
  });

  test('is the one before those that are damaged, which are reported', async () => {
    const { checkpoint, damaged } = await found(fileOf(1), fileOf(2).subarray(1), Buffer.alloc(0));
    expect(checkpoint?.id).toBe(1);
    expect(damaged).toMatchObject([
      {
        id: 3,
        bytes: 0,
        error: { message: 'Cannot read checkpoint 3 in memory: it is damaged, it is empty' },
      },
      { id: 2, error: { code: 'ERR_CHECKPOINT' } },
    ]);
  });

  test('is not one that stands under the name of another', async () => {
    const { checkpoint, damaged } = await found(fileOf(1), fileOf(1));
    expect(checkpoint?.id).toBe(1);
    expect(damaged).toMatchObject([
      { id: 2, error: { message: expect.stringContaining('it is checkpoint 1') } },
    ]);
  });

  test('is an error when all are damaged: a start from nothing would do everything again', async () => {
    await expect(found(fileOf(1).subarray(1), fileOf(2).subarray(2))).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/^Cannot go on from memory: none of its 2 checkpoints is whole; /),
      details: { damaged: [2, 1] },
    });
  });

  test('is an error when a newer millrace wrote the newest: an older one would do things again', async () => {
    await expect(found(fileOf(1), headBytes(5, '9.0.0'))).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT_VERSION',
    });
  });

  test('is an error when the newest cannot be read from the disk, for it may be whole', async () => {
    const cause = new Error('the disk does not answer');
    const view = {
      label: 'disk',
      list: async () => [
        { id: 2, time: 0, bytes: 1 },
        { id: 1, time: 0, bytes: 1 },
      ],
      read: async (id: number) => (id === 1 ? fileOf(1) : Promise.reject(cause)),
    };
    await expect(newestWhole(view)).rejects.toBe(cause);
  });
});
