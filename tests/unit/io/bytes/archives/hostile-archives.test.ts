import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { FileReadOptions } from '../../../../../src/io/bytes/file-options.ts';
import { textReader } from '../../../../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../../../../src/testing/index.ts';
import { tempFolder } from '../../temp-folder.ts';
import { type Packed, tar, zip } from './packing.ts';

const MEBIBYTE = 2 ** 20;
/** Long, so that the bytes are what takes the time. */
const LINE = `${'x'.repeat(MEBIBYTE / 4 - 1)}\n`;

/** Lines of so many bytes. */
function lines(bytes: number): string {
  return LINE.repeat(bytes / LINE.length);
}

async function read(path: string, options: FileReadOptions = {}) {
  const probe = probeReader(textReader(path, options));
  let records = 0;
  let error: unknown;
  try {
    records = (await probe.rest()).length;
  } catch (caught) {
    records = probe.records.length;
    error = caught;
  } finally {
    await probe.close();
  }
  return { records, error, probe };
}

/** An entry of a zip archive made by hand: what its directory says of it, and the data that it shares or has. */
interface Listed {
  readonly name: string;
  /** Where its header is, among those of `data`. */
  readonly of: number;
  readonly bytes?: number;
  readonly checksum?: number;
}

/** A zip archive whose directory may say anything. */
function forgedZip(data: readonly string[], listed: readonly Listed[]): Buffer {
  const parts: Buffer[] = [];
  const places: { at: number; packed: Buffer; text: string }[] = [];
  let at = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const text of data) {
    const packed = deflateRawSync(text);
    places.push({ at, packed, text });
    const header = Buffer.alloc(30);
    header.write('PK\u0003\u0004', 'latin1');
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(crc32(text), 14);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(text.length, 22);
    add(header);
    add(packed);
  }
  const begin = at;
  for (const { name, of, bytes, checksum } of listed) {
    const { at: offset, packed, text } = places[of]!;
    const record = Buffer.alloc(46);
    record.write('PK\u0001\u0002', 'latin1');
    record.writeUInt16LE(8, 10);
    record.writeUInt32LE(checksum ?? crc32(text), 16);
    record.writeUInt32LE(packed.length, 20);
    record.writeUInt32LE(bytes ?? text.length, 24);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt32LE(offset, 42);
    add(record);
    add(Buffer.from(name));
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(listed.length, 8);
  end.writeUInt16LE(listed.length, 10);
  end.writeUInt32LE(at - begin, 12);
  end.writeUInt32LE(begin, 16);
  add(end);
  return Buffer.concat(parts);
}

describe('a decompression bomb is stopped at its limit', () => {
  const large = Buffer.from(lines(72 * MEBIBYTE));
  const BOMBS: Readonly<Record<string, () => Buffer | Promise<Buffer>>> = {
    'one.zip': () => zip([['a', large]]),
    'one.tar.gz': async () => gzipSync(await tar([['a', large]]), { level: 1 }),
    'in-an-entry.tar': () => tar([['a.gz', gzipSync(large, { level: 1 })]]),
  };

  test.each(Object.entries(BOMBS))('%s', async (name, make) => {
    const folder = tempFolder();
    const bomb = await make();
    expect(bomb.length).toBeLessThan(MEBIBYTE);
    const { records, error } = await read(folder.write(name, bomb), { maxInflation: 50 });
    expect(error).toMatchObject({
      code: 'ERR_LIMIT',
      message: expect.stringContaining('more than 50 times'),
      hint: expect.stringContaining('maxInflation'),
    });
    expect(records).toBeLessThan(4 * 66);
    expect(folder.open()).toEqual([]);
  });

  test('without an option, too, where it grows a thousandfold', async () => {
    const bomb = await zip([['a.zst', zstdCompressSync(large)]]);
    const { error } = await read(tempFolder().write('x.zip', bomb));
    expect(error).toMatchObject({
      code: 'ERR_LIMIT',
      message: expect.stringContaining('more than 1000 times'),
    });
  });

  test('and what stays below 64 MiB is none, however well it is packed', async () => {
    const path = tempFolder().write('x.zip', await zip([['a', large.subarray(0, 32 * MEBIBYTE)]]));
    const { records, error } = await read(path, { maxInflation: 2 });
    expect([records, error]).toEqual([4 * 32, undefined]);
  });

  test('made of many entries that are none by themselves', async () => {
    const files = Array.from({ length: 9 }, (_, at): Packed => [`${at}`, large.subarray(0, 8 * MEBIBYTE)]);
    const { records, error } = await read(tempFolder().write('x.zip', await zip(files)), {
      maxInflation: 50,
    });
    expect(error).toMatchObject({ code: 'ERR_LIMIT' });
    expect(records).toBeLessThan(4 * 66);
  });
});

describe('entries of a zip archive that lie on top of each other', () => {
  const shared = (count: number) =>
    Array.from({ length: count }, (_, at): Listed => ({ name: `${at}`, of: 0 }));

  test('are read each, with their checksums, while that is little', async () => {
    const path = tempFolder().write('x.zip', forgedZip(['one\ntwo\n'], shared(1000)));
    const { records, error, probe } = await read(path);
    expect([records, error]).toEqual([2000, undefined]);
    expect(probe.consumed).toBe(Buffer.byteLength(forgedZip(['one\ntwo\n'], shared(1000))));
  });

  test('are a bomb when there is much of them: 4 GiB out of a few KiB', async () => {
    const bomb = forgedZip([lines(MEBIBYTE)], shared(4096));
    const { records, error } = await read(tempFolder().write('x.zip', bomb), { maxInflation: 100 });
    expect(error).toMatchObject({ code: 'ERR_LIMIT' });
    expect(records).toBeLessThan(4 * 66);
  });
});

describe('a zip archive whose directory does not say the truth', () => {
  test.each([
    ['fewer bytes than there are', { bytes: 3 }, /it has more than \d+ bytes, and should have 3/],
    ['more bytes than there are', { bytes: 9 }, /it has 8 bytes, and should have 9/],
    ['another checksum', { checksum: 1 }, /its checksum is wrong/],
  ])('of an entry, but %s, fails with its name', async (_, lie, message) => {
    const folder = tempFolder();
    const path = folder.write(
      'x.zip',
      forgedZip(
        ['one\ntwo\n'],
        [
          { name: 'a', of: 0 },
          { name: 'b', of: 0, ...lie },
        ],
      ),
    );
    const { error, probe } = await read(path);
    expect(error).toMatchObject({ code: 'ERR_DECOMPRESS', message: expect.stringMatching(message) });
    expect((error as Error).message).toContain(`${path}#b`);
    expect(probe.records.slice(0, 2)).toEqual(['one', 'two']);
    expect(folder.open()).toEqual([]);
  });

  test('of the number of its entries ends in an error, and in no hang', async () => {
    const whole = forgedZip(['one\n'], [{ name: 'a', of: 0 }]);
    const count = whole.length - 22;
    for (const said of [0, 2, 0xff, 0xfffe]) {
      whole.writeUInt16LE(said, count + 8);
      whole.writeUInt16LE(said, count + 10);
      const { error } = await read(tempFolder().write('x.zip', whole));
      expect(error, `${said}`).toMatchObject({
        code: expect.stringMatching(/^ERR_(ARCHIVE|TRUNCATED|NO_MATCH)$/),
      });
    }
  });
});

describe('an archive with nothing at all in it', () => {
  test.each([
    ['x.zip', forgedZip([], [])],
    ['x.tar', Buffer.alloc(1024)],
    ['x.tgz', gzipSync(Buffer.alloc(1024))],
  ])('%s fails unless that is allowed', async (name, bytes) => {
    const { write } = tempFolder();
    const path = write(name, bytes);
    expect((await read(path)).error).toMatchObject({
      code: 'ERR_NO_MATCH',
      message: `Cannot read ${path}: there is no file in it`,
    });
    expect(await read(path, { allowEmpty: true })).toMatchObject({ records: 0, error: undefined });
  });

  test.each(['x.zip', 'x.tar', 'x.tgz'])('%s of no bytes was cut short or is none', async (name) => {
    const { error } = await read(tempFolder().write(name, ''), { allowEmpty: true });
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(ARCHIVE|TRUNCATED)$/) });
  });
});
