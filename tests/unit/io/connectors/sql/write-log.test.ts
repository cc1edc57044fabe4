import { describe, expect, test } from 'vitest';
import type { KeptFile, NodeFiles } from '../../../../../src/interfaces/checkpoint.ts';
import { type LogState, readLog, WriteLog } from '../../../../../src/io/connectors/sql/write-log.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';

const bytes = (length: number, seed = 0) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index + seed) * 7 + (index >> 8)));

async function piecesOf(files: NodeFiles, logs: readonly LogState[]): Promise<string[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readLog(files, logs)) pieces.push(piece);
  return textOf(...pieces);
}

/** Long arrays of bytes are compared one by one; text is not. */
const textOf = (...pieces: readonly Uint8Array[]) =>
  pieces.map((piece) => Buffer.from(piece).toString('latin1'));

/** Files of which the given ones lose bytes, or have others. */
function changed(files: MemoryFiles, change: (content: Buffer) => Buffer): NodeFiles {
  return {
    create: () => files.create(),
    retain: (name) => files.retain(name),
    drop: (name) => files.drop(name),
    async open(name) {
      const file = await files.open(name);
      const content = Buffer.alloc(file.bytes);
      await file.read(content, 0);
      const read = change(content);
      return {
        ...file,
        name,
        bytes: read.length,
        read: async (into, at) => read.copy(into, 0, at),
        close: () => file.close(),
      };
    },
  };
}

describe('the log of a sink', () => {
  test.each([
    ['none', []],
    ['small ones', [1, 7, 300, 8]],
    ['one that is larger than a block', [3 * 2 ** 20 + 1]],
    ['large ones among small ones', [5, 2 ** 20, 2 ** 20 - 8, 1, 2 ** 21, 3]],
  ])('gives back its pieces as they were cut: %s', async (_, lengths) => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    const pieces = lengths.map((length, seed) => bytes(length, seed));
    for (const piece of pieces) log.append(piece);
    const state = await log.state();
    expect(state).toHaveLength(lengths.length === 0 ? 0 : 1);
    expect(await piecesOf(files, state)).toEqual(textOf(...pieces));
  });

  test('is what it was when its state was told, whatever is appended behind', async () => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    log.append(bytes(10));
    const early = await log.state();
    log.append(bytes(20));
    const late = await log.state();
    log.append(bytes(30));
    await log.flush();
    expect(await piecesOf(files, early)).toEqual(textOf(bytes(10)));
    expect(await piecesOf(files, late)).toEqual(textOf(bytes(10), bytes(20)));
  });

  test('begins another file when it is dropped, and has nothing of the one before', async () => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    log.append(bytes(10));
    const first = await log.state();
    expect(files.live).toEqual([first[0]!.file]);
    await log.drop();
    expect(files.live).toEqual([]);
    expect(await log.state()).toEqual([]);
    log.append(bytes(20));
    const second = await log.state();
    expect(files.live).toEqual([second[0]!.file]);
    expect(await piecesOf(files, second)).toEqual(textOf(bytes(20)));
  });

  test('passes over what is no bytes at all', async () => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    log.append(bytes(0));
    expect(await log.state()).toEqual([]);
    for (const length of [0, 3, 0]) log.append(bytes(length));
    expect(await piecesOf(files, await log.state())).toEqual(textOf(bytes(3)));
  });

  test('says when so much waits that it should be flushed', async () => {
    const log = new WriteLog(new MemoryFiles());
    log.append(bytes(2 ** 20 - 100));
    expect(log.full).toBe(false);
    log.append(bytes(100));
    expect(log.full).toBe(true);
    await log.flush();
    expect(log.full).toBe(false);
  });

  test('loses and repeats nothing when the file takes nothing for a while', async () => {
    const files = new MemoryFiles();
    let broken = false;
    const failing: NodeFiles = {
      create: async () => brittle(await files.create(), () => broken),
      retain: (name) => files.retain(name),
      open: (name) => files.open(name),
      drop: (name) => files.drop(name),
    };
    const log = new WriteLog(failing);
    const pieces = [bytes(2 ** 20, 1), bytes(2 ** 20, 2), bytes(10, 3), bytes(5, 4)];
    log.append(pieces[0]!);
    await log.flush();
    broken = true;
    log.append(pieces[1]!);
    log.append(pieces[2]!);
    await expect(log.flush()).rejects.toThrow('no space');
    await expect(log.state()).rejects.toThrow('no space');
    log.append(pieces[3]!);
    broken = false;
    expect(await piecesOf(files, await log.state())).toEqual(textOf(...pieces));
  });

  test('puts pieces in order when it is flushed while it is being flushed', async () => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    const pieces = Array.from({ length: 20 }, (_, seed) => bytes(2 ** 18, seed));
    const flushes = pieces.map((piece) => {
      log.append(piece);
      return log.flush();
    });
    await Promise.all(flushes);
    expect(await piecesOf(files, await log.state())).toEqual(textOf(...pieces));
  });

  test.each<[string, (content: Buffer) => Buffer, RegExp]>([
    ['a byte of a piece', (content) => flipped(content, 20), /the piece at byte 8 has changed/],
    [
      'a byte of a later piece',
      (content) => flipped(content, content.length - 1),
      /the piece at byte 116 has changed/,
    ],
    ['a length', (content) => flipped(content, 3), /beyond its end/],
    ['a checksum', (content) => flipped(content, 5), /has changed/],
    ['its end', (content) => content.subarray(0, -1), /it has 315 bytes, and the checkpoint 316 of it/],
    ['all of it', () => Buffer.alloc(0), /it has 0 bytes/],
    ['all but its length', (content) => content.fill(0), /there is no piece at byte 8/],
    ['what comes behind a piece', (content) => content.fill(0, 108), /there is no piece at byte 116/],
  ])('is refused when %s is not as it was', async (_, change, message) => {
    const files = new MemoryFiles();
    const log = new WriteLog(files);
    log.append(bytes(100));
    log.append(bytes(200));
    const state = await log.state();
    const reading = piecesOf(changed(files, change), state);
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(message),
    });
  });

  test('says so when its file is gone', async () => {
    const reading = piecesOf(new MemoryFiles(), [{ file: 'f', bytes: 9 }]);
    await expect(reading).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

function flipped(content: Buffer, at: number): Buffer {
  content[at]! ^= 0x40;
  return content;
}

function brittle(file: KeptFile, broken: () => boolean): KeptFile {
  return {
    name: file.name,
    get bytes() {
      return file.bytes;
    },
    append: async (piece) => {
      if (broken()) throw new Error('no space');
      await file.append(piece);
    },
    read: (into, at) => file.read(into, at),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}
