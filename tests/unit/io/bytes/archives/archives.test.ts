import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { FileReadOptions } from '../../../../../src/io/bytes/file-options.ts';
import { textReader } from '../../../../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../../../../src/testing/index.ts';
import { tempFolder } from '../../temp-folder.ts';
import { hostileZip, type Packed, tar, zip } from './packing.ts';

async function read(path: string, options: FileReadOptions = {}) {
  const probe = probeReader(textReader(path, options));
  try {
    await probe.rest();
    return probe;
  } finally {
    await probe.close();
  }
}

const MANY = Array.from({ length: 3000 }, (_, at) => `${at} ${at * 7919}`);
const FILES: readonly Packed[] = [
  ['b.txt', 'b1\nb2\n'],
  ['2025/', ''],
  ['2025/a.txt', 'é1\né2'],
  ['empty.txt', ''],
  ['2025/many.txt', `${MANY.join('\n')}\n`],
  ['2025/ü.txt', 'last'],
];
const LINES = ['b1', 'b2', 'é1', 'é2', ...MANY, 'last'];

const KINDS: readonly (readonly [string, (files: readonly Packed[]) => Promise<Buffer>])[] = [
  ['x.zip', zip],
  ['stored.zip', (files) => zip(files, { compress: false })],
  ['x.tar', tarOf],
  ['x.tar.gz', async (files) => gzipSync(await tarOf(files))],
  ['x.tgz', async (files) => gzipSync(await tarOf(files))],
  ['x.tar.zst', async (files) => zstdCompressSync(await tarOf(files))],
  ['x.TAR.BR', async (files) => brotliCompressSync(await tarOf(files))],
];

function tarOf(files: readonly Packed[]): Promise<Buffer> {
  return tar(files.map((file) => (file[0].endsWith('/') ? { name: file[0], type: 'directory' } : file)));
}

describe.each(KINDS)('%s', (name, pack) => {
  test.each([1, 7, 1000, 2 ** 17])(
    'is read file by file, in its order, in pieces of %i bytes',
    async (chunkBytes) => {
      const folder = tempFolder();
      const path = folder.write(name, await pack(FILES));
      const probe = await read(path, { chunkBytes });
      expect(probe.records).toEqual(LINES);
      expect(probe.origins[2]).toMatchObject({ file: `${path}#2025/a.txt`, record: 1, line: 1, byte: 0 });
      expect(probe.origins[3]).toMatchObject({ file: `${path}#2025/a.txt`, record: 2, line: 2, byte: 4 });
      expect(probe.origins.at(-1)).toMatchObject({ file: `${path}#2025/ü.txt`, record: 1 });
      expect(folder.open()).toEqual([]);
    },
    20_000,
  );

  test('gives the entries that are asked for', async () => {
    const { write } = tempFolder();
    const path = write(name, await pack(FILES));
    expect((await read(path, { entries: '2025/?.txt' })).records).toEqual(['é1', 'é2', 'last']);
    expect((await read(path, { entries: ['*.txt', '**/a.*'] })).records).toEqual(['b1', 'b2', 'é1', 'é2']);
    await expect(read(path, { entries: 'a.txt' })).rejects.toMatchObject({
      code: 'ERR_NO_MATCH',
      message: `Cannot read ${path}: none of its 5 files is asked for`,
    });
    expect((await read(path, { entries: 'a.txt', allowEmpty: true })).records).toEqual([]);
  });

  test('without a file in it fails unless that is allowed', async () => {
    const { write } = tempFolder();
    const path = write(name, await pack([['folder/', '']]));
    await expect(read(path)).rejects.toMatchObject({
      code: 'ERR_NO_MATCH',
      message: `Cannot read ${path}: there is no file in it`,
    });
    expect((await read(path, { allowEmpty: true })).records).toEqual([]);
  });

  test('keeps its hidden files to itself unless they are asked for', async () => {
    const { write } = tempFolder();
    const path = write(
      name,
      await pack([
        ['a', 'a'],
        ['__MACOSX/._a', 'fork'],
        ['.git/config', 'config'],
        ['..b', 'b'],
      ]),
    );
    expect((await read(path)).records).toEqual(['a']);
    expect((await read(path, { entries: '**' })).records).toEqual(['a']);
    expect((await read(path, { entries: '.git/*' })).records).toEqual(['config']);
    expect((await read(path, { hidden: true })).records).toEqual(['a', 'fork', 'config', 'b']);
    expect((await read(path, { hidden: true, entries: '**/*' })).records).toHaveLength(4);
  });

  test('may hold files that are compressed by themselves', async () => {
    const { write } = tempFolder();
    const path = write(
      name,
      await pack([
        ['a.txt.gz', gzipSync('a\n')],
        ['b.zst', zstdCompressSync('b\n')],
        ['c.br', brotliCompressSync('c\n')],
        ['d', gzipSync('d\n')],
        ['e', 'e\n'],
      ]),
    );
    for (const chunkBytes of [1, 2 ** 17]) {
      expect((await read(path, { chunkBytes })).records).toEqual(['a', 'b', 'c', 'd', 'e']);
    }
  });

  test('whose compressed file was cut short says which', async () => {
    const { write } = tempFolder();
    const path = write(name, await pack([['a.gz', gzipSync('a\n').subarray(0, -1)]]));
    await expect(read(path)).rejects.toMatchObject({
      code: 'ERR_TRUNCATED',
      message: `Cannot decompress ${path}#a.gz: the gzip data ends too early`,
    });
  });

  test('with text in another encoding says in which file, after the records before it', async () => {
    const { write } = tempFolder();
    const path = write(
      name,
      await pack([
        ['a', 'a1\na2\n'],
        ['b', Buffer.from('b1\n\xff\n', 'latin1')],
      ]),
    );
    const probe = probeReader(textReader(path));
    await expect(probe.rest()).rejects.toMatchObject({
      code: 'ERR_ENCODING',
      details: { file: `${path}#b`, byte: 3 },
    });
    expect(probe.records).toEqual(['a1', 'a2', 'b1']);
    await probe.close();
  });

  test('names are names only: none of them leads anywhere on the disk', async () => {
    const { write, names } = tempFolder();
    const hostile = ['../up.txt', '/etc/passwd', 'a/../../b', 'C:evil', 'x\u001b[2Jy', '__proto__'];
    const files = hostile.map((entry, at): Packed => [entry, `${at}`]);
    const path = write(name, await (name.endsWith('.zip') ? hostileZip(files) : pack(files)));
    const probe = await read(path, { hidden: true });
    expect(probe.records).toEqual(hostile.map((_, at) => `${at}`));
    expect(probe.origins.map(({ file }) => file!.slice(path.length + 1))).toEqual(
      hostile.map((entry) => entry.replace('\u001b', '\ufffd')),
    );
    expect(names()).toEqual([name]);
  });

  test('that is cut short anywhere fails', async () => {
    const { write } = tempFolder();
    const bytes = await pack([
      ['a', `a${'x'.repeat(600)}\n`],
      ['b', 'b\n'],
    ]);
    const whole = (await read(write('whole'.concat(name), bytes))).records;
    const codes = new Map<unknown, number>();
    for (let length = 0; length < bytes.length; length += length > 100 && bytes.length > 4000 ? 97 : 13) {
      const path = write(`cut${name}`, bytes.subarray(0, length));
      const outcome = await read(path).then(
        ({ records }) => records,
        (error) => error.code,
      );
      // A tar archive ends in zeros of which some can be missing without a loss.
      if (Array.isArray(outcome)) expect(outcome).toEqual(whole);
      else codes.set(outcome, length);
    }
    for (const code of codes.keys()) expect(['ERR_TRUNCATED', 'ERR_ARCHIVE']).toContain(code);
    expect(codes.has('ERR_TRUNCATED')).toBe(true);
  });

  test('is closed when it is left on the way', async () => {
    const folder = tempFolder();
    const path = folder.write(name, await pack(FILES));
    const probe = probeReader(textReader(path, { chunkBytes: 1000 }));
    await probe.request(3);
    expect(folder.open().length).toBeLessThanOrEqual(1);
    await probe.close();
    expect(folder.open()).toEqual([]);
    const unread = probeReader(textReader(path));
    await unread.close();
    expect(folder.open()).toEqual([]);
  });

  test('is taken piece by piece while nobody asks for more', async () => {
    const folder = tempFolder();
    const random = Array.from({ length: 40_000 }, () => Math.random()).join('\n');
    const bytes = await pack([['a', random]]);
    const path = folder.write(name, bytes);
    const probe = probeReader(textReader(path, { chunkBytes: 4096 }));
    await probe.request(2);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(probe.consumed).toBeLessThan(bytes.length / 2);
    expect(probe.unasked).toBe(0);
    await probe.rest();
    expect(probe.consumed).toBe(bytes.length);
    await probe.close();
  });

  test('is no archive when the user says so', async () => {
    const { write } = tempFolder();
    const path = write(name, 'one\ntwo\n');
    expect((await read(path, { archive: 'none', compression: 'none' })).records).toEqual(['one', 'two']);
  });

  test('that is a text says what to do', async () => {
    const { write } = tempFolder();
    const path = write(name, 'one\ntwo\n'.repeat(200));
    await expect(read(path, { compression: 'none' })).rejects.toMatchObject({
      code: expect.stringMatching('ERR_ARCHIVE'),
      hint: expect.stringContaining('archive: "none"'),
    });
  });
});
