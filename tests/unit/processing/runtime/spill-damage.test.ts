import { describe, expect, test } from 'vitest';
import type { KeptFile, NodeFiles } from '../../../../src/interfaces/checkpoint.ts';
import type { SpillFile } from '../../../../src/interfaces/memory.ts';
import { KeptFilesSpill } from '../../../../src/processing/runtime/spill/kept-files-spill.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';

const BLOCKS = [40, 3, 70, 1, 12].map((length, index) => Buffer.alloc(length, `${index} and so on`));

/** A file as a run has left it, and what reads it with other bytes. */
async function written() {
  const session = await memoryStore().open({ pipeline: 'p' });
  let bytes: Buffer = Buffer.alloc(0);
  const files: NodeFiles = {
    create: () => session.createFile('f'),
    retain() {},
    drop() {},
    open: async () => fileOf(bytes),
  };
  const spill = new KeptFilesSpill(true, files, () => {});
  const file = await spill.create();
  for (const block of BLOCKS) await file.write(block);
  const kept = await file.keep();
  const opened = await session.openFile('f');
  bytes = Buffer.alloc(opened.bytes);
  await opened.read(bytes, 0);
  const right = bytes;
  return {
    bytes: right,
    read: (other: Buffer) => {
      bytes = other;
      return blocksOf(spill.reopen(kept));
    },
  };
}

function fileOf(content: Buffer): KeptFile {
  return {
    name: 'f',
    bytes: content.length,
    append: async () => {},
    read: async (into, position) => content.copy(into, 0, position),
    sync: async () => {},
    close: async () => {},
  };
}

async function blocksOf(file: SpillFile): Promise<Buffer[]> {
  const reader = file.read();
  const all: Buffer[] = [];
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
    all.push(Buffer.from(next));
  }
  return all;
}

describe('a file of blocks that was damaged after it had been looked at', () => {
  test('gives what was put into it, or an error, whichever bit is another', async () => {
    const { bytes, read } = await written();
    expect(await read(bytes)).toEqual(BLOCKS);
    const silent: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const found = await read(changed).catch((error: unknown) => error);
      if (Array.isArray(found)) {
        if (!found.every((block, index) => block.equals(BLOCKS[index]!)) || found.length !== BLOCKS.length)
          silent.push(bit);
      } else expect(found).toMatchObject({ code: 'ERR_IO' });
    }
    expect(silent).toEqual([]);
  });

  test('gives an error where bytes are nothing but zeros, as a disk leaves them that has lost some', async () => {
    const { bytes, read } = await written();
    for (let from = 0; from < bytes.length; from++) {
      const changed = Buffer.from(bytes).fill(0, from);
      await expect(read(changed), `from byte ${from}`).rejects.toMatchObject({ code: 'ERR_IO' });
    }
  });

  test('gives an error where it is shorter', async () => {
    const { bytes, read } = await written();
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'ERR_IO',
      });
    }
  });
});
