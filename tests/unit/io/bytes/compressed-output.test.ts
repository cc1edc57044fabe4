import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteOutput } from '../../../../src/io/bytes/byte-output.ts';
import { compressedOutput, outputCompression } from '../../../../src/io/bytes/compressed-output.ts';
import type { Compression } from '../../../../src/io/bytes/compression.ts';
import { type FileWriteOptions, FileWriteSchema } from '../../../../src/io/bytes/file-options.ts';

const UNDO: readonly (readonly [Exclude<Compression, 'none'>, (bytes: Uint8Array) => Buffer])[] = [
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['deflate-raw', inflateRawSync],
  ['brotli', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
];

/** An output that keeps what it gets, and has room when it is told so. */
function collect(room: () => Promise<void> | undefined = () => undefined) {
  const pieces: Uint8Array[] = [];
  const ends: string[] = [];
  const output: ByteOutput = {
    settle: room,
    append: (bytes) => void pieces.push(bytes),
    publish: async () => void ends.push('published'),
    abandon: async () => void ends.push('abandoned'),
  };
  return { output, pieces, ends, bytes: () => Buffer.concat(pieces) };
}

/** Lines that compress to about a third. */
const LINES = Array.from({ length: 20_000 }, (_, at) => `${at * 7919} ${(at * 104729) % 999983}\n`);

describe.each(UNDO)('output of %s', (compression, undo) => {
  test('comes back as it was, in small pieces and large ones', async () => {
    for (const step of [1, 50, LINES.length]) {
      const { output, bytes, ends } = collect();
      const compressed = compressedOutput(output, compression);
      for (let at = 0; at < LINES.length; at += step) {
        await compressed.settle();
        compressed.append(Buffer.from(LINES.slice(at, at + step).join('')));
      }
      await compressed.publish();
      expect(undo(bytes()).toString() === LINES.join('')).toBe(true);
      expect(bytes().length).toBeLessThan(LINES.join('').length / 1.5);
      expect(ends).toEqual(['published']);
    }
  });

  test('of nothing is whole, too', async () => {
    const { output, bytes } = collect();
    await compressedOutput(output, compression).publish();
    expect(undo(bytes())).toEqual(Buffer.alloc(0));
  });

  test('is smaller at a higher level', async () => {
    const sizes: number[] = [];
    for (const level of [1, 9]) {
      const { output, bytes } = collect();
      const compressed = compressedOutput(output, compression, level);
      compressed.append(Buffer.from(LINES.join('')));
      await compressed.publish();
      sizes.push(bytes().length);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!);
  });

  test('has no room while much of it waits, and asks the output behind it', async () => {
    let full: PromiseWithResolvers<void> | undefined;
    const { output } = collect(() => full?.promise);
    const compressed = compressedOutput(output, compression);
    let appended = 0;
    while (compressed.settle() === undefined && appended < 100) {
      compressed.append(Buffer.alloc(2 ** 16));
      appended++;
    }
    expect(appended).toBeLessThan(10);
    full = Promise.withResolvers<void>();
    const settled = compressed.settle()!.then(() => 'settled');
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(await Promise.race([settled, Promise.resolve('full')])).toBe('full');
    full.resolve();
    expect(await settled).toBe('settled');
    await compressed.abandon();
  });

  test('that is given up gives up what is behind it, and nothing waits for ever', async () => {
    const { output, ends } = collect();
    const compressed = compressedOutput(output, compression);
    for (let at = 0; at < 20; at++) compressed.append(Buffer.alloc(2 ** 16));
    const waiting = compressed.settle();
    await compressed.abandon();
    await waiting;
    expect(ends).toEqual(['abandoned']);
  });
});

describe('the compression of an output', () => {
  const of = (name: string, options: FileWriteOptions = {}) =>
    outputCompression(name, FileWriteSchema.parse(options));

  test.each([
    ['x.csv', 'none'],
    ['x.csv.gz', 'gzip'],
    ['x.ZST', 'zstd'],
    ['x.json.br', 'brotli'],
    ['x.zz', 'deflate'],
  ])('of %s is %s', (name, compression) => {
    expect(of(name)).toBe(compression);
    expect(of(name, { compression: 'none' })).toBe('none');
    expect(of(name, { compression: 'deflate-raw' })).toBe('deflate-raw');
  });

  test.each([
    ['x.gz', 10, 'gzip has the levels 0 to 9'],
    ['x.zst', 0, 'zstd has the levels 1 to 22'],
    ['x.br', 12, 'brotli has the levels 0 to 11'],
    ['x.zz', -1, 'deflate has the levels 0 to 9'],
    ['x.csv', 6, 'it is not compressed'],
  ])('of %s has no level %i', (name, level, found) => {
    expect(() => of(name, { level })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(found) }),
    );
  });

  test.each(['x.br', 'x.zz'])('of %s cannot be appended to, as it would not be read back', (name) => {
    expect(() => of(name, { append: true })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test.each(['x.gz', 'x.zst', 'x'])('of %s can be appended to', (name) => {
    expect(() => of(name, { append: true })).not.toThrow();
  });
});
