import { join } from 'node:path';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  constants as zlib,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../../src/io/bytes/byte-source.ts';
import type { Compression } from '../../../../src/io/bytes/compression.ts';
import { FileSource } from '../../../../src/io/bytes/file-source.ts';
import { Inflation } from '../../../../src/io/bytes/inflation.ts';
import { UnwrappedSource } from '../../../../src/io/bytes/unwrapped-source.ts';
import { tempFolder } from '../temp-folder.ts';

const FIRST = Buffer.from('the first member\n'.repeat(100));
const SECOND = Buffer.from('the second member, é\n'.repeat(100));
const BOTH = Buffer.concat([FIRST, SECOND]);

const COMPRESS: readonly (readonly [Exclude<Compression, 'none'>, (bytes: Uint8Array) => Buffer])[] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['deflate-raw', deflateRawSync],
  ['brotli', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['zstd', (bytes) => zstdCompressSync(bytes, { params: { [zlib.ZSTD_c_checksumFlag]: 1 } })],
];

/** A frame of zstd that holds something else than data. */
function skippable(length: number, kind = 0x50): Buffer {
  const frame = Buffer.alloc(8 + length, 'not data');
  frame.set([kind, 0x2a, 0x4d, 0x18]);
  frame.writeUInt32LE(length, 4);
  return frame;
}

/** A source of the given pieces. */
function pieces(...all: readonly Uint8Array[]): ByteSource & { readonly closed: boolean } {
  const left = all.filter((piece) => piece.length > 0);
  return {
    closed: false,
    async read() {
      return left.shift();
    },
    async close() {
      Object.assign(this, { closed: true });
    },
  };
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) all.push(bytes.subarray(at, at + size));
  return all;
}

interface Settings {
  readonly compression?: 'auto' | Compression;
  readonly maxInflation?: number;
  readonly path?: string;
  readonly chunkBytes?: number;
}

function unwrapped(source: ByteSource, settings: Settings = {}): UnwrappedSource {
  const path = settings.path ?? '/data/x';
  const inflation = new Inflation(path, settings.maxInflation ?? 1000);
  const counted: ByteSource = {
    async read() {
      const piece = await source.read();
      inflation.took(piece?.length ?? 0);
      return piece;
    },
    close: () => source.close(),
  };
  const { compression = 'auto', chunkBytes = 2 ** 17 } = settings;
  return new UnwrappedSource(counted, { path, compression, chunkBytes, inflation });
}

async function unwrap(source: ByteSource, settings?: Settings): Promise<Buffer> {
  const opened = unwrapped(source, settings);
  const all: Uint8Array[] = [];
  try {
    for (let piece = await opened.read(); piece !== undefined; piece = await opened.read()) all.push(piece);
  } finally {
    await opened.close();
  }
  return Buffer.concat(all);
}

describe.each(COMPRESS)('data of %s', (compression, compress) => {
  const data = compress(FIRST);

  test.each([1, 7, 2 ** 20])('is read wholly in pieces of %i bytes', async (size) => {
    expect(await unwrap(pieces(...cut(data, size)), { compression })).toEqual(FIRST);
  });

  test('is given in pieces of the size that is asked for', async () => {
    const source = unwrapped(pieces(compress(BOTH)), { compression, chunkBytes: 100 });
    const sizes: number[] = [];
    for (let piece = await source.read(); piece !== undefined; piece = await source.read())
      sizes.push(piece.length);
    expect(Math.max(...sizes)).toBe(100);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(BOTH.length);
    await source.close();
  });

  test('may end in zero bytes, cut anywhere', async () => {
    const padded = Buffer.concat([data, Buffer.alloc(1000)]);
    for (const size of [1, 7, data.length, data.length + 1, 2 ** 20]) {
      expect(await unwrap(pieces(...cut(padded, size)), { compression })).toEqual(FIRST);
    }
  });

  test('with other bytes behind the zeros fails with their place, cut anywhere', async () => {
    const garbage = Buffer.concat([data, Buffer.alloc(20), Buffer.from('x')]);
    for (const size of [1, 7, data.length, data.length + 1, data.length + 20, 2 ** 20]) {
      await expect(unwrap(pieces(...cut(garbage, size)), { compression })).rejects.toMatchObject({
        code: 'ERR_DECOMPRESS',
        message: expect.stringContaining(
          `/data/x: byte ${data.length + 20}, after the end of the ${compression}`,
        ),
      });
    }
  });

  test('with garbage right behind it fails, cut anywhere', async () => {
    const garbage = Buffer.concat([data, Buffer.from('no data')]);
    for (const size of [1, 7, data.length, data.length + 1, 2 ** 20]) {
      await expect(unwrap(pieces(...cut(garbage, size)), { compression })).rejects.toMatchObject({
        code: 'ERR_DECOMPRESS',
        message: expect.stringContaining('/data/x'),
      });
    }
  });

  test('pain P42: cut short anywhere fails with ERR_TRUNCATED', async () => {
    const codes = new Set<unknown>();
    for (let length = 0; length < data.length; length++) {
      for (const size of [7, 2 ** 20]) {
        const outcome = await unwrap(pieces(...cut(data.subarray(0, length), size)), { compression }).then(
          () => `whole at ${length}`,
          (error) => error.code,
        );
        codes.add(outcome);
      }
    }
    expect([...codes]).toEqual(['ERR_TRUNCATED']);
  });

  test('that is none of it says what to do', async () => {
    const text = pieces(Buffer.from('id,name\n1,a\n'));
    await expect(unwrap(text, { compression })).rejects.toMatchObject({
      code: 'ERR_DECOMPRESS',
      hint: expect.stringContaining('compression: "none"'),
    });
  });

  test('that was damaged fails or gives other bytes, and never hangs', async () => {
    for (let at = 0; at < data.length; at++) {
      const damaged = Buffer.from(data);
      damaged[at]! ^= 0x55;
      const error = await unwrap(pieces(damaged), { compression }).then(
        () => undefined,
        (reason) => reason,
      );
      if (error !== undefined) expect(['ERR_DECOMPRESS', 'ERR_TRUNCATED']).toContain(error.code);
    }
  });

  test('fails with the error of its source', async () => {
    const error = new Error('the disk is gone');
    const reads: (() => Promise<Uint8Array>)[] = [
      async () => data.subarray(0, 5),
      () => Promise.reject(error),
    ];
    const source = { ...pieces(), read: () => reads.shift()!() };
    await expect(unwrap(source, { compression })).rejects.toBe(error);
  });

  test('closes its source when it is left on the way', async () => {
    const folder = tempFolder();
    const random = Buffer.from(Array.from({ length: 20_000 }, () => Math.random()).join('\n'));
    folder.write('big', compress(random));
    const source = await FileSource.open(join(folder.path, 'big'), 1024);
    const opened = unwrapped(source, { compression, chunkBytes: 64 });
    await opened.read();
    expect(folder.open()).toHaveLength(1);
    const reading = opened.read();
    await opened.close();
    expect(folder.open()).toEqual([]);
    expect((await reading)?.length ?? 64).toBe(64);
    expect(await opened.read()).toBeUndefined();
  });
});

describe.each([
  ['gzip', gzipSync(FIRST), gzipSync(SECOND)],
  ['zstd', zstdCompressSync(FIRST), zstdCompressSync(SECOND)],
] as const)('pain P42: several members of %s', (compression, first, second) => {
  const members = Buffer.concat([first, second]);

  test('are read wholly, cut anywhere', async () => {
    for (let edge = 1; edge < members.length; edge++) {
      const source = pieces(members.subarray(0, edge), members.subarray(edge));
      expect(await unwrap(source, { compression })).toEqual(BOTH);
    }
    expect(await unwrap(pieces(...cut(members, 1)), { compression })).toEqual(BOTH);
  });

  test('cut short anywhere fail with ERR_TRUNCATED, but between two', async () => {
    const codes = new Set<unknown>();
    for (let length = 0; length < members.length; length++) {
      const outcome = await unwrap(pieces(members.subarray(0, length)), { compression }).then(
        () => 'whole',
        (error) => error.code,
      );
      if (length === first.length) expect(outcome).toBe('whole');
      else codes.add(outcome);
    }
    expect([...codes]).toEqual(['ERR_TRUNCATED']);
  });

  test('of which one lies behind zeros fail rather than lose it', async () => {
    const hidden = Buffer.concat([first, Buffer.alloc(20), second]);
    await expect(unwrap(pieces(hidden), { compression })).rejects.toMatchObject({ code: 'ERR_DECOMPRESS' });
  });

  test('of which one is empty are read wholly', async () => {
    const empty = compression === 'gzip' ? gzipSync('') : zstdCompressSync('');
    const source = pieces(Buffer.concat([empty, first, empty, empty, second, empty]));
    expect(await unwrap(source, { compression })).toEqual(BOTH);
  });
});

describe('frames of zstd', () => {
  test('that hold something else are passed over, wherever they lie, cut anywhere', async () => {
    const file = Buffer.concat([
      skippable(0),
      zstdCompressSync(FIRST),
      skippable(33, 0x5f),
      skippable(5),
      zstdCompressSync(SECOND),
      skippable(1000, 0x5e),
    ]);
    for (const size of [1, 3, 4, 7, 64, 2 ** 20]) {
      expect(await unwrap(pieces(...cut(file, size)))).toEqual(BOTH);
    }
  });

  test('that hold something else and are cut short fail', async () => {
    const file = Buffer.concat([zstdCompressSync(FIRST), skippable(20)]);
    await expect(unwrap(pieces(file.subarray(0, -1)))).rejects.toMatchObject({ code: 'ERR_TRUNCATED' });
  });

  test.each([
    ['of many blocks', { [zlib.ZSTD_c_compressionLevel]: 1 }],
    ['with a large window', { [zlib.ZSTD_c_windowLog]: 24 }],
    ['with a checksum', { [zlib.ZSTD_c_checksumFlag]: 1 }],
    ['without their size', { [zlib.ZSTD_c_contentSizeFlag]: 0 }],
  ])('%s are followed block by block', async (_, params) => {
    const numbers = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `${at * 7919}`).join('\n'));
    const frame = zstdCompressSync(numbers, { params });
    const file = Buffer.concat([frame, zstdCompressSync(FIRST), frame]);
    for (const size of [997, 2 ** 20]) {
      const all = await unwrap(pieces(...cut(file, size)), { compression: 'zstd' });
      expect(all.equals(Buffer.concat([numbers, FIRST, numbers]))).toBe(true);
    }
    await expect(unwrap(pieces(frame.subarray(0, -1)))).rejects.toMatchObject({ code: 'ERR_TRUNCATED' });
  });

  test('that need more memory than is safe are refused', async () => {
    const frame = Buffer.from(zstdCompressSync(FIRST, { params: { [zlib.ZSTD_c_contentSizeFlag]: 0 } }));
    // The window descriptor: 2^41 bytes.
    frame[4] = frame[4]! & ~0x20;
    frame[5] = 0xf8;
    await expect(unwrap(pieces(frame))).rejects.toMatchObject({ code: 'ERR_DECOMPRESS' });
  });
});

describe('the way a file is compressed', () => {
  const ways: readonly (readonly [string, Buffer])[] = [
    ['x.gz', gzipSync(FIRST)],
    ['x.GZ', gzipSync(FIRST)],
    ['x.csv.zz', deflateSync(FIRST)],
    ['x.deflate', deflateRawSync(FIRST)],
    ['x.br', brotliCompressSync(FIRST)],
    ['x.json.zst', zstdCompressSync(FIRST)],
    ['x', gzipSync(FIRST)],
    ['x', zstdCompressSync(FIRST)],
    ['x.zst', gzipSync(FIRST)],
    ['x.gz', zstdCompressSync(FIRST)],
    ['x.gz.txt', FIRST],
  ];

  test.each(ways)('is seen in the name or the first bytes of %s', async (path, bytes) => {
    for (const size of [1, 2 ** 20])
      expect(await unwrap(pieces(...cut(bytes, size)), { path })).toEqual(FIRST);
  });

  test('by name must be true: plain bytes in a .gz fail with what to do', async () => {
    await expect(unwrap(pieces(FIRST), { path: 'x.gz' })).rejects.toMatchObject({
      code: 'ERR_DECOMPRESS',
      hint: expect.stringContaining('compression: "none"'),
    });
  });

  test('is not looked for when the user says none', async () => {
    const zipped = gzipSync(FIRST);
    expect(await unwrap(pieces(zipped), { path: 'x.gz', compression: 'none' })).toEqual(zipped);
  });

  test('is looked for in no more bytes than it takes: a plain first byte is passed on at once', async () => {
    const waiting = { ...pieces(), read: () => Promise.resolve(Buffer.from('i')) };
    expect(await unwrapped(waiting).read()).toEqual(Buffer.from('i'));
  });

  test('may not show, as the source gives nothing: it can be closed all the same', async () => {
    let end: ((piece: undefined) => void) | undefined;
    const silent: ByteSource = {
      read: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
      async close() {
        end?.(undefined);
      },
    };
    const source = unwrapped(silent, { path: 'x.gz' });
    const reading = source.read();
    await source.close();
    await expect(reading).resolves.toBeUndefined();
  });
});

describe.each(COMPRESS)('a bomb of %s', (compression, compress) => {
  const bomb = compress(Buffer.alloc(66 * 2 ** 20));

  test('fails above 64 MiB when it grows more than it may', async () => {
    await expect(unwrap(pieces(bomb), { compression, maxInflation: 100 })).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('maxInflation'),
    });
  });

  test('passes when the limit is raised', async () => {
    expect((await unwrap(pieces(bomb), { compression, maxInflation: 1e6 })).length).toBe(66 * 2 ** 20);
  });

  test('of less than 64 MiB does no harm', async () => {
    const small = compress(Buffer.alloc(60 * 2 ** 20));
    expect((await unwrap(pieces(small), { compression, maxInflation: 10 })).length).toBe(60 * 2 ** 20);
  });
});
