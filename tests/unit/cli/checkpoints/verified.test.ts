import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  type Verified,
  verdictText,
  verified,
  verifiedText,
} from '../../../../src/cli/checkpoints/verified.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { CheckpointView } from '../../../../src/interfaces/checkpoint.ts';
import { encodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import type { FilePrint } from '../../../../src/processing/checkpoint/run-manifest.ts';

interface Beside {
  readonly files?: readonly string[];
  readonly prints?: readonly FilePrint[];
}

function checkpoint(id: number, beside: Beside = {}): Uint8Array {
  const manifest = {
    graph: { nodes: [], edges: [] },
    nodes: [],
    edges: [],
    over: [],
    ...beside,
    runs: 1,
    started: '2026-01-01T00:00:00.000Z',
    elapsedMs: 5,
  };
  return Buffer.concat([
    ...encodeCheckpoint({ id, time: 1000, pipeline: 'p', complete: 'running', manifest, states: [] }),
  ]);
}

const printOf = (name: string, bytes: Uint8Array): FilePrint => [name, bytes.length, crc32(bytes)];

/** What is there, and what has been done with its files. */
function store(there: Map<number, Uint8Array>, files: Map<string, Uint8Array>) {
  const opened: string[] = [];
  const reads: number[] = [];
  let open = 0;
  const view: CheckpointView = {
    label: 'here',
    list: async () => [...there.keys()].sort((a, b) => b - a).map((id) => ({ id, time: 7, bytes: 10 })),
    read: async (id) => there.get(id)!,
    files: async () => [...files.keys()],
    async openFile(name) {
      const bytes = files.get(name);
      if (bytes === undefined) throw new MillraceError('ERR_NOT_FOUND', 'Cannot open it: it does not exist');
      opened.push(name);
      open++;
      return {
        name,
        bytes: bytes.length,
        append: async () => {},
        async read(into, position) {
          reads.push(into.length);
          const piece = bytes.subarray(position, position + into.length);
          into.set(piece);
          return piece.length;
        },
        sync: async () => {},
        close: async () => void open--,
      };
    },
  };
  return { view, opened, reads, left: () => open };
}

async function all(view: CheckpointView): Promise<readonly Verified[]> {
  const found: Verified[] = [];
  for await (const one of verified(view, 'p')) found.push(one);
  return found;
}

test('a file beside several checkpoints is read once, piece by piece, and closed', async () => {
  const bytes = Buffer.alloc(3 * 2 ** 20 + 5, 'abc');
  const beside = { files: ['f'], prints: [printOf('f', bytes)] };
  const there = new Map([1, 2, 3].map((id) => [id, checkpoint(id, beside)]));
  const { view, opened, reads, left } = store(there, new Map([['f', bytes]]));
  expect(await all(view)).toMatchObject([
    { id: 3, files: 1 },
    { id: 2, files: 1 },
    { id: 1, files: 1 },
  ]);
  expect(opened).toEqual(['f']);
  expect(Math.max(...reads)).toBe(2 ** 20);
  expect(left()).toBe(0);
});

test('no bit of a file may be another, and none be missing; what has been added since is no damage', async () => {
  const bytes = Buffer.from('some of what was sorted');
  const there = new Map([[1, checkpoint(1, { files: ['f'], prints: [printOf('f', bytes)] })]]);
  const files = new Map<string, Uint8Array>([['f', Buffer.concat([bytes, Buffer.from(' and more')])]]);
  const { view, left } = store(there, files);
  const problem = async () => (await all(view))[0]!.problem;
  expect(await problem()).toBeUndefined();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    files.set('f', changed);
    expect(await problem()).toBe('the file "f" beside it has changed');
  }
  for (let length = 0; length < bytes.length; length++) {
    files.set('f', bytes.subarray(0, length));
    expect(await problem()).toBe(`the file "f" beside it has ${length} bytes, and had ${bytes.length}`);
  }
  expect(left()).toBe(0);
});

test('all that is wrong with the files of a checkpoint is said', async () => {
  const prints = ['a', 'b', 'c', 'd'].map((name) => printOf(name, Buffer.from('right')));
  const there = new Map([[1, checkpoint(1, { files: ['a', 'b', 'c', 'd'], prints })]]);
  const { view } = store(
    there,
    new Map([
      ['b', Buffer.from('wrong')],
      ['c', Buffer.from('right')],
      ['d', Buffer.from('rig')],
    ]),
  );
  const [found] = await all(view);
  expect(verifiedText(found!)).toBe(
    'p 1: 10 B, cannot be used: files beside it are missing: "a"; the file "b" beside it has changed; ' +
      'the file "d" beside it has 3 bytes, and had 5',
  );
});

test('files of which an earlier version wrote no checksum are said to be unchecked', async () => {
  const right = Buffer.from('right');
  const there = new Map([
    [3, checkpoint(3, { files: ['old', 'new'], prints: [printOf('new', right)] })],
    [2, checkpoint(2, { files: ['old'] })],
    [1, checkpoint(1)],
  ]);
  const files = new Map([
    ['old', right],
    ['new', right],
  ]);
  const { view, opened } = store(there, files);
  const found = await all(view);
  expect(found.map(verifiedText)).toEqual([
    'p 3: 10 B, whole, 0 states, 2 files beside it, 1 of them without a checksum, as earlier versions wrote: only seen to be there',
    'p 2: 10 B, whole, 0 states, 1 file beside it, 1 of them without a checksum, as earlier versions wrote: only seen to be there',
    'p 1: 10 B, whole, 0 states',
  ]);
  expect(found[0]).toMatchObject({ files: 2, unchecked: ['old'] });
  expect(verdictText(found, 'here')).toBe('3 checkpoints in here: all whole; 1 file without a checksum');
  expect(opened).toEqual(['new']);
  files.delete('old');
  expect((await all(view))[1]).toMatchObject({ problem: 'files beside it are missing: "old"' });
});

test('checkpoints that a run removes with their files meanwhile are left out', async () => {
  const bytes = Buffer.from('right');
  const there = new Map(
    [1, 2].map((id) => [id, checkpoint(id, { files: [`f${id}`], prints: [printOf(`f${id}`, bytes)] })]),
  );
  const files = new Map([1, 2].map((id) => [`f${id}`, bytes]));
  const { view } = store(there, files);
  const { read } = view;
  const found = await all({
    ...view,
    async read(id) {
      const taken = await read(id);
      if (id === 1) {
        there.delete(1);
        files.delete('f1');
      }
      return taken;
    },
  });
  expect(found).toMatchObject([{ id: 2, files: 1 }]);
});
