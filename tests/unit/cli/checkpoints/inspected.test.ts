import { describe, expect, test } from 'vitest';
import { type Inspected, inspected, problemOf } from '../../../../src/cli/checkpoints/inspected.ts';
import { listing } from '../../../../src/cli/checkpoints/listing.ts';
import { oneCheckpoint } from '../../../../src/cli/checkpoints/one-checkpoint.ts';
import { verified } from '../../../../src/cli/checkpoints/verified.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { CheckpointView } from '../../../../src/interfaces/checkpoint.ts';
import { encodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { headBytes } from '../../../../src/processing/checkpoint/checkpoint-format.ts';

const gone = new MillraceError('ERR_NOT_FOUND', 'Cannot read it: it does not exist');

function fileOf(id: number, { pipeline = 'p', files = [] as string[], state = [] as Uint8Array[] } = {}) {
  const manifest = {
    graph: { nodes: [], edges: [] },
    nodes: [],
    edges: [],
    over: [],
    files,
    runs: 2,
    started: '2026-01-01T00:00:00.000Z',
    elapsedMs: 5,
  };
  const states: [string, Uint8Array[]][] = state.length === 0 ? [] : [['a', state]];
  return Buffer.concat([
    ...encodeCheckpoint({ id, time: 1000, pipeline, complete: 'running', manifest, states }),
  ]);
}

/** A view of what is there, by number; functions are asked when it is read. */
function viewOf(
  there: Readonly<Record<number, Uint8Array | Error>>,
  files: readonly string[] = [],
): CheckpointView {
  const ids = Object.keys(there)
    .map(Number)
    .sort((a, b) => b - a);
  return {
    label: 'here',
    list: async () => ids.map((id) => ({ id, time: 7, bytes: 10 })),
    read: async (id) => {
      const found = there[id]!;
      if (found instanceof Error) throw found;
      return found;
    },
    files: async () => files,
    openFile: async () => {
      throw new Error('a file is read that need not be');
    },
  };
}

async function gathered<T>(some: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of some) all.push(one);
  return all;
}

const all = (view: CheckpointView): Promise<readonly Inspected[]> => gathered(inspected(view, 'p'));

describe('checkpoints that are looked at', () => {
  test('are told apart: whole, damaged, of another pipeline or number, of a newer format, without their files', async () => {
    const whole = fileOf(6);
    const view = viewOf(
      {
        6: whole,
        5: whole.subarray(0, -1),
        4: fileOf(4, { pipeline: 'q' }),
        3: whole,
        2: headBytes(99, '9.9.9'),
        1: fileOf(1, { files: ['1-1', '1-2'] }),
      },
      ['1-2'],
    );
    expect((await all(view)).map((one) => problemOf(one, 'here'))).toEqual([
      undefined,
      'it was cut off',
      'it is of the pipeline "q"',
      'it is checkpoint 6',
      expect.stringMatching(/^millrace 9\.9\.9 wrote it in format 99/),
      'files beside it are missing: "1-1"',
    ]);
    expect(await listing(view, 'p')).toMatchObject([
      { id: 6, taken: '1970-01-01T00:00:01.000Z', complete: 'running', runs: 2, read: { records: 0 } },
      { id: 5, taken: '1970-01-01T00:00:00.007Z', problem: 'it was cut off' },
      { id: 4 },
      { id: 3 },
      { id: 2 },
      { id: 1, complete: 'running', problem: 'files beside it are missing: "1-1"' },
    ]);
  });

  test('are left out when a run removes them meanwhile; what else fails is an error', async () => {
    const view = viewOf({ 2: gone, 1: fileOf(1) });
    expect((await all(view)).map(({ entry }) => entry.id)).toEqual([1]);
    const broken = viewOf({ 1: new MillraceError('ERR_IO', 'the disk does not answer') });
    await expect(all(broken)).rejects.toMatchObject({ code: 'ERR_IO' });
  });

  test('are verified down to their states', async () => {
    // Bytes that match their checksum, and make no value.
    const view = viewOf({
      2: fileOf(2, { state: [Buffer.from([1, 5])] }),
      1: fileOf(1, { state: [Buffer.from([1, 1])] }),
    });
    expect((await all(view)).map((one) => problemOf(one, 'here'))).toEqual([undefined, undefined]);
    expect(await gathered(verified(view, 'p'))).toEqual([
      { pipeline: 'p', id: 2, bytes: 10, problem: expect.stringContaining('the state of "a"') },
      { pipeline: 'p', id: 1, bytes: 10, states: 1 },
    ]);
  });
});

describe('one checkpoint', () => {
  test('is the newest that is whole, with what is wrong with newer ones', async () => {
    const view = viewOf({ 3: Buffer.alloc(0), 2: fileOf(2, { files: ['x'] }), 1: fileOf(1) });
    expect(await oneCheckpoint(view, 'p', undefined)).toMatchObject({
      checkpoint: { id: 2 },
      bytes: 10,
      warnings: [
        'checkpoint 3 is passed over: it is empty',
        'no run can go on from checkpoint 2: files beside it are missing: "x"',
      ],
    });
    expect(await oneCheckpoint(view, 'p', 1)).toMatchObject({ checkpoint: { id: 1 }, warnings: [] });
  });

  test('is an error when it is not there, or none is whole', async () => {
    const view = viewOf({ 2: Buffer.alloc(0), 1: Buffer.alloc(0) });
    await expect(oneCheckpoint(view, 'p', undefined)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('checkpoint 2'),
    });
    await expect(oneCheckpoint(view, 'p', 7)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: 'There are: 2, 1.',
    });
    await expect(oneCheckpoint(viewOf({ 1: gone }), 'p', 1)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
