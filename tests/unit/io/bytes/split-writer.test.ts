import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { text } from '../../../../src/formats.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import type { FileWriteOptions } from '../../../../src/io/bytes/file-options.ts';
import type { FileSystem } from '../../../../src/io/bytes/file-system.ts';
import { fileWriter } from '../../../../src/io/bytes/file-writer.ts';
import { csvWriter } from '../../../../src/io/formats/csv/csv-writer.ts';
import { jsonWriter } from '../../../../src/io/formats/json/json-writer.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { errno, faultyFileSystem } from '../faulty-file-system.ts';
import { tempFolder } from '../temp-folder.ts';

type Entry = { readonly k: unknown; readonly n: number | string };

/** Lines with a first and a last one, so that a file that is begun or ended twice shows. */
function entryWriter(path: string, options: FileWriteOptions, fileSystem?: FileSystem) {
  const encoder = () => {
    let begun = false;
    let before = false;
    return {
      encode(records: readonly Entry[]) {
        const poisoned = records.findIndex(({ n }) => n === 'poison');
        if (poisoned !== -1) throw Object.assign(new Error('poison'), { at: poisoned });
        before = begun;
        begun = true;
        return (before ? '' : '<\n') + records.map(({ n }) => `${n}\n`).join('');
      },
      undo() {
        begun = before;
      },
      finish: () => '>\n',
    };
  };
  const spec = { name: 'entries', path, options, encoder };
  return fileWriter<Entry>(fileSystem === undefined ? spec : { ...spec, fileSystem });
}

async function open<T>(writer: ReturnType<typeof fileWriter<T>>, clock: Clock = virtualClock()) {
  let wrote = 0;
  const sink = await writer.open({
    signal: new AbortController().signal,
    clock,
    wrote: (bytes) => {
      wrote += bytes;
    },
  });
  return {
    write: async (...records: readonly T[]) => sink.write(batch(records, new CountedOrigin('test', 1))),
    close: () => sink.close(),
    abort: () => sink.abort(new Error('the run failed')),
    wrote: () => wrote,
  };
}

/** All files beneath a folder with what they hold, by their path in it. */
function tree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const names = files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const folders = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

const entries = (count: number, keys: number): Entry[] =>
  Array.from({ length: count }, (_, n) => ({ k: `k${n % keys}`, n }));

const expected = (records: readonly Entry[], name: (key: unknown) => string) => {
  const files: Record<string, string> = {};
  for (const { k, n } of records) files[name(k)] = `${files[name(k)] ?? '<\n'}${n}\n`;
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `${text}>\n`]));
};

const BY_K = { partitionBy: 'k' } as const;

describe('partitions', () => {
  test('each value gets its file, and none is under its name before all are complete', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}/x.txt'), BY_K));
    await sink.write({ k: 'a', n: 1 }, { k: 'b', n: 2 }, { k: 'a', n: 3 });
    await sink.write({ k: 'b', n: 4 });
    expect(Object.keys(tree(path))).toEqual([
      expect.stringMatching(/^a\/\.x\.txt\.\d+-[0-9a-f]{12}\.partial$/),
      expect.stringMatching(/^b\/\.x\.txt\..*\.partial$/),
    ]);
    await sink.close();
    expect(tree(path)).toEqual({ 'a/x.txt': '<\n1\n3\n>\n', 'b/x.txt': '<\n2\n4\n>\n' });
    expect(sink.wrote()).toBe(16);
  });

  test('many values with few open files: all records arrive, in order, and no more files are open', async () => {
    const folder = tempFolder();
    const sink = await open(
      entryWriter(join(folder.path, '{k}'), { ...BY_K, maxOpenFiles: 3, bufferBytes: 1 }),
    );
    const records = entries(2000, 50);
    let most = 0;
    for (let start = 0; start < records.length; start += 77) {
      await sink.write(...records.slice(start, start + 77));
      most = Math.max(most, folder.open().length);
    }
    await sink.close();
    expect(most).toBe(3);
    expect(folder.open()).toEqual([]);
    expect(tree(folder.path)).toEqual(expected(records, (key) => String(key)));
  });

  test('what is gathered over all partitions has one bound', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem(() => undefined);
    const sink = await open(entryWriter(join(path, '{k}'), { ...BY_K, maxOpenFiles: 4 }, fileSystem));
    const block = 'x'.repeat(2 ** 20);
    let given = 0;
    let most = 0;
    for (let n = 0; n < 80; n++) {
      await sink.write({ k: n % 20, n: block });
      given += block.length + 1;
      most = Math.max(most, given - sink.wrote());
    }
    expect(most).toBeLessThan(35 * 2 ** 20);
    expect(fileSystem.calls.filter((call) => call === 'write').length).toBeGreaterThan(20);
    await sink.close();
    expect(statSync(join(path, '7')).size).toBe(4 * (2 ** 20 + 1) + 4);
  });

  test('by several fields, and by what a function gives', async () => {
    const { path } = tempFolder();
    const two = await open(
      fileWriter<object>({
        name: 'x',
        path: join(path, '{a}/{b}_{c}'),
        options: { partitionBy: ['c', 'a', 'b'] },
        encoder: () => ({ encode: (records) => `${records.length}`, finish: () => '' }),
      }),
    );
    await two.write(
      { a: 1, b: true, c: new Date(0) },
      { a: 1, b: 'x_y', c: 10n },
      { a: '1', b: 'x', c: 'y_10' },
    );
    await two.close();
    const by = (entry: Entry) => ({ odd: Number(entry.n) % 2 === 1, k: entry.k });
    const one = await open(entryWriter(join(path, 'f/{odd}'), { partitionBy: by, mkdir: true }));
    await one.write({ k: 'a', n: 1 }, { k: 'b', n: 2 }, { k: 'c', n: 3 });
    await one.close();
    expect(tree(path)).toEqual({
      '1/true_1970-01-01T00%3A00%3A00.000Z': '1',
      '1/x%5Fy_10': '1',
      '1/x_y%5F10': '1',
      'f/false': '<\n2\n>\n',
      'f/true': '<\n1\n3\n>\n',
    });
  });

  test('the same text is the same partition, whatever its type', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}'), BY_K));
    await sink.write(
      { k: 1, n: 1 },
      { k: '1', n: 2 },
      { k: 1n, n: 3 },
      { k: true, n: 4 },
      { k: 'true', n: 5 },
    );
    await sink.close();
    expect(tree(path)).toEqual({ '1': '<\n1\n2\n3\n>\n', true: '<\n4\n5\n>\n' });
  });

  test.each([
    [{ n: 1 }, 'it has nothing in k'],
    [{ k: null, n: 1 }, 'it has nothing in k'],
    [{ k: '', n: 1 }, 'it has nothing in k'],
    [{ k: { a: 1 }, n: 1 }, 'its k is '],
    [{ k: new Date(Number.NaN), n: 1 }, 'its k is '],
    [{ k: () => 1, n: 1 }, 'its k is '],
    [{ k: 'x'.repeat(300), n: 1 }, 'is too long for the name of a file'],
    [{ k: 'good', n: 1 }, '"good" would have the same file as "GOOD" on some systems'],
    ['text', 'has no fields'],
    [null, 'has no fields'],
  ])(
    '%j has no place: it is refused with its place in the batch, and nothing is taken',
    async (bad, found) => {
      const { path } = tempFolder();
      const sink = await open(entryWriter(join(path, '{k}.txt'), BY_K));
      const good = { k: 'GOOD', n: 1 };
      await sink.write(good);
      await expect(sink.write(good, { k: 'other', n: 2 }, bad as Entry)).rejects.toMatchObject({
        code: 'ERR_PARTITION',
        message: expect.stringMatching(/^Cannot find the file of record 3 of a batch: /),
        details: { index: 2 },
      });
      await expect(sink.write(bad as Entry)).rejects.toThrow(found);
      await sink.close();
      expect(tree(path)).toEqual({ 'GOOD.txt': '<\n1\n>\n' });
    },
  );

  test('what is inherited is no value, and fields that are called so are', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{constructor}'), { partitionBy: 'constructor' }));
    await expect(sink.write({ k: 1, n: 1 })).rejects.toThrow('it has nothing in constructor');
    await sink.write(JSON.parse('{"constructor":"x","n":1}'));
    await sink.close();
    expect(tree(path)).toEqual({ x: '<\n1\n>\n' });
  });

  test('records without a value go where that is said, but not where others are', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, 'k={k}'), { ...BY_K, nullPartition: '__none__' }));
    await sink.write({ k: null, n: 1 }, { k: '', n: 2 }, { k: 'a', n: 3 });
    await expect(sink.write({ k: '__none__', n: 4 })).rejects.toMatchObject({ code: 'ERR_PARTITION' });
    await sink.close();
    expect(tree(path)).toEqual({ 'k=__none__': '<\n1\n2\n>\n', 'k=a': '<\n3\n>\n' });
  });

  test('a function that fails, or gives nothing, refuses the record', async () => {
    const { path } = tempFolder();
    const partitionBy = ({ n }: Entry) => {
      if (n === 1) throw new RangeError('one is too few');
      return undefined as never;
    };
    const sink = await open(entryWriter(join(path, '{x}'), { partitionBy }));
    await expect(sink.write({ k: 1, n: 1 })).rejects.toMatchObject({
      code: 'ERR_PARTITION',
      message: expect.stringContaining('partitionBy has failed: one is too few'),
      cause: new RangeError('one is too few'),
    });
    await expect(sink.write({ k: 1, n: 2 })).rejects.toThrow('undefined has no fields');
    await sink.abort();
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('late'))],
    ['never settles', () => new Promise(() => {})],
    ['is asynchronous', async () => ({ x: 1 })],
  ])('a function whose promise %s refuses the record', async (_how, partitionBy) => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{x}'), { partitionBy: partitionBy as never }));
    await expect(sink.write({ k: 1, n: 1 })).rejects.toMatchObject({
      code: 'ERR_PARTITION',
      message: expect.stringContaining('returned a promise'),
    });
    await sink.abort();
    expect(tree(path)).toEqual({});
  });

  test('more partitions than there may be are taken for a mistake', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}'), { ...BY_K, maxPartitions: 2 }));
    await sink.write({ k: 1, n: 1 }, { k: 2, n: 2 });
    await expect(sink.write({ k: 3, n: 3 })).rejects.toMatchObject({
      code: 'ERR_PARTITION',
      hint: expect.stringContaining('maxPartitions'),
    });
    await sink.write({ k: 2, n: 4 });
    await sink.close();
    expect(Object.keys(tree(path))).toEqual(['1', '2']);
  });

  test('an abort leaves no file and no folder that was not there', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder.path, 'old'));
    folder.write('old/x', 'old\n');
    const sink = await open(entryWriter(join(folder.path, '{k}/x'), { ...BY_K, maxOpenFiles: 2 }));
    await sink.write({ k: 'old', n: 1 }, { k: 'new', n: 2 }, { k: 'a', n: 3 }, { k: 'b', n: 4 });
    await sink.abort();
    expect(tree(folder.path)).toEqual({ 'old/x': 'old\n' });
    expect(folders(folder.path)).toEqual(['old']);
    expect(folder.open()).toEqual([]);
  });

  test('the constant part of the path must be there, unless it may be made', async () => {
    const { path } = tempFolder();
    await expect(open(entryWriter(join(path, 'no/{k}/x'), BY_K))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      hint: expect.stringContaining('mkdir: true'),
    });
    const sink = await open(entryWriter(join(path, 'no/{k}/x'), { ...BY_K, mkdir: true }));
    await sink.write({ k: 1, n: 1 });
    await sink.close();
    expect(Object.keys(tree(path))).toEqual(['no/1/x']);
  });

  test('files that are there are replaced, refused or appended to, as is said', async () => {
    const folder = tempFolder();
    const path = join(folder.path, '{k}');
    folder.write('a', 'old');
    const keep = await open(entryWriter(path, { ...BY_K, overwrite: false }));
    await expect(keep.write({ k: 'b', n: 1 }, { k: 'a', n: 2 })).rejects.toThrow(/exists already/);
    await keep.abort();
    const append = await open(entryWriter(path, { ...BY_K, append: true, maxOpenFiles: 1 }));
    await append.write({ k: 'b', n: 1 }, { k: 'a', n: 2 });
    await append.close();
    expect(tree(folder.path)).toEqual({ a: 'old\n<\n2\n>\n', b: '<\n1\n>\n' });
    const cut = await open(entryWriter(path, { ...BY_K, append: true, maxOpenFiles: 1, bufferBytes: 1 }));
    await cut.write({ k: 'b', n: 1 }, { k: 'a', n: 2 }, { k: 'c', n: 3 });
    await cut.abort();
    expect(tree(folder.path)).toEqual({ a: 'old\n<\n2\n>\n', b: '<\n1\n>\n' });
    const replace = await open(entryWriter(path, BY_K));
    await replace.write({ k: 'a', n: 3 });
    await replace.close();
    expect(tree(folder.path)).toEqual({ a: '<\n3\n>\n', b: '<\n1\n>\n' });
  });

  test('a name that a folder has is refused', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder.path, 'a'));
    const sink = await open(entryWriter(join(folder.path, '{k}'), BY_K));
    await expect(sink.write({ k: 'a', n: 1 })).rejects.toMatchObject({ code: 'ERR_NOT_A_FILE' });
    await sink.abort();
  });

  test.each(['gz', 'zst'])(
    'compressed to .%s: files go on in another member when too many are open',
    async (end) => {
      const { path } = tempFolder();
      const sink = await open(entryWriter(join(path, `{k}.${end}`), { ...BY_K, maxOpenFiles: 2 }));
      const records = entries(100, 7);
      for (const record of records) await sink.write(record);
      await sink.close();
      const plain: [string, string][] = [];
      for (const name of Object.keys(tree(path))) {
        let content = '';
        for await (const line of text.read(join(path, name))) content += `${line}\n`;
        plain.push([name, content]);
      }
      expect(Object.fromEntries(plain)).toEqual(expected(records, (key) => `${key}.${end}`));
    },
  );

  test('what cannot be continued needs all files open', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}.br'), { ...BY_K, maxOpenFiles: 2 }));
    await sink.write({ k: 1, n: 1 }, { k: 2, n: 2 });
    await expect(sink.write({ k: 3, n: 3 })).rejects.toMatchObject({
      code: 'ERR_PARTITION',
      hint: expect.stringContaining('maxOpenFiles'),
    });
    await sink.close();
    expect(Object.keys(tree(path))).toEqual(['1.br', '2.br']);
  });

  test('csv has a header, and json is an array, in each file, also after a refused batch', async () => {
    const { path } = tempFolder();
    const csv = await open(csvWriter<object>(join(path, '{k}.csv'), { ...BY_K, columns: ['n', 'k'] }));
    await expect(csv.write({ k: 'a', n: 1 }, { k: 'b', n: 2 }, { k: 'b', n: 3, x: 4 })).rejects.toMatchObject(
      {
        code: 'ERR_ENCODE',
        message: expect.stringContaining('record 3 of a batch'),
        details: { index: 2 },
      },
    );
    await csv.write({ k: 'a', n: 1 }, { k: 'b', n: 2 });
    await csv.write({ k: 'a', n: 3 });
    await csv.close();
    const json = await open(jsonWriter<unknown>(join(path, '{k}.json'), BY_K));
    await expect(json.write({ k: 'a' }, { k: 'b', n: 2n })).rejects.toMatchObject({ details: { index: 1 } });
    await json.write({ k: 'a', n: 1 }, { k: 'b', n: 2 });
    await json.close();
    expect(tree(path)).toEqual({
      'a.csv': 'n,k\n1,a\n3,a\n',
      'b.csv': 'n,k\n2,b\n',
      'a.json': '[\n{"k":"a","n":1}\n]\n',
      'b.json': '[\n{"k":"b","n":2}\n]\n',
    });
  });

  test('what is written is what is divided beforehand, for all batches', async () => {
    const key = fc.constantFrom('a', 'b', 'c/d', '..', 'e', null);
    const batches = fc.array(fc.array(key, { maxLength: 10 }), { maxLength: 8 });
    const settings = fc.record({
      maxOpenFiles: fc.integer({ min: 1, max: 4 }),
      records: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(batches, settings, async (keys, { maxOpenFiles, records }) => {
        const { path } = tempFolder();
        const rotate = records === undefined ? undefined : { records };
        const options = { ...BY_K, nullPartition: '-', maxOpenFiles, rotate };
        const sink = await open(
          entryWriter(join(path, records === undefined ? '{k}' : '{k}_{part}'), options),
        );
        let n = 0;
        const all = keys.map((one) => one.map((k) => ({ k, n: n++ })));
        for (const one of all) await sink.write(...one);
        await sink.close();
        const seen = new Map<unknown, number>();
        const nameOf = (k: unknown) => {
          const name = k === null ? '-' : k === 'c/d' ? 'c%2Fd' : k === '..' ? '%2E%2E' : String(k);
          if (records === undefined) return name;
          const count = seen.get(k) ?? 0;
          seen.set(k, count + 1);
          return `${name}_${String(Math.floor(count / records) + 1).padStart(5, '0')}`;
        };
        const files: Record<string, string> = {};
        for (const { k, n } of all.flat()) {
          const name = nameOf(k);
          files[name] = `${files[name] ?? '<\n'}${n}\n`;
        }
        for (const name of Object.keys(files)) files[name] += '>\n';
        expect(tree(path)).toEqual(files);
      }),
      { numRuns: 60 },
    );
  });
});

describe('rotation', () => {
  test('by records: each file has exactly as many, wherever batches end, and is there when it is complete', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, 'x.txt'), { rotate: { records: 3 } }));
    const all = entries(10, 1);
    await sink.write(...all.slice(0, 8));
    await sink.write(...all.slice(8, 9));
    await sink.write();
    await vi.waitFor(() =>
      expect(Object.keys(tree(path))).toEqual(['x-00001.txt', 'x-00002.txt', 'x-00003.txt']),
    );
    await sink.write(...all.slice(9));
    await sink.close();
    expect(tree(path)).toEqual({
      'x-00001.txt': '<\n0\n1\n2\n>\n',
      'x-00002.txt': '<\n3\n4\n5\n>\n',
      'x-00003.txt': '<\n6\n7\n8\n>\n',
      'x-00004.txt': '<\n9\n>\n',
    });
  });

  test('by bytes: a file is complete with the batch that reaches the size', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{part}'), { rotate: { bytes: 10 } }));
    for (const n of ['aaaa', 'bbbb', 'cccccccccc', 'd', 'e']) await sink.write({ k: 1, n });
    await sink.close();
    expect(tree(path)).toEqual({
      '00001': '<\naaaa\nbbbb\n>\n',
      '00002': '<\ncccccccccc\n>\n',
      '00003': '<\nd\ne\n>\n',
    });
  });

  test('by time, since the first record, also while nothing comes', async () => {
    const folder = tempFolder();
    const clock = virtualClock();
    const sink = await open(entryWriter(join(folder.path, 'x-{part}'), { rotate: { every: '10s' } }), clock);
    await clock.advance(60_000);
    await sink.write({ k: 1, n: 1 });
    await clock.advance(9_999);
    await sink.write({ k: 1, n: 2 });
    expect(folder.names().filter((name) => name.startsWith('x-'))).toEqual([]);
    await clock.advance(1);
    await vi.waitFor(() => expect(folder.names()).toEqual(['x-00001']));
    await clock.advance(60_000);
    await sink.write({ k: 1, n: 3 });
    await clock.advance(5_000);
    await sink.close();
    expect(clock.pending).toBe(0);
    expect(tree(folder.path)).toEqual({ 'x-00001': '<\n1\n2\n>\n', 'x-00002': '<\n3\n>\n' });
  });

  test('a time that is over in the middle of a write does not disturb it', async () => {
    const { path } = tempFolder();
    const clock = virtualClock();
    let advance: Promise<void> | undefined;
    const fileSystem = faultyFileSystem((call, count) => {
      if (call === 'open' && count === 2) advance = clock.advance(1000);
      return undefined;
    });
    const options = { partitionBy: 'k', rotate: { every: 1000 } } as const;
    const sink = await open(entryWriter(join(path, '{k}-{part}'), options, fileSystem), clock);
    await sink.write({ k: 'a', n: 1 });
    await sink.write({ k: 'a', n: 2 }, { k: 'b', n: 3 });
    await advance;
    await sink.write({ k: 'a', n: 4 });
    await sink.close();
    expect(tree(path)).toEqual({ 'a-00001': '<\n1\n2\n>\n', 'a-00002': '<\n4\n>\n', 'b-00001': '<\n3\n>\n' });
  });

  test('of partitions: each counts its own', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}/{part}'), { ...BY_K, rotate: { records: 2 } }));
    await sink.write(...entries(7, 2));
    await sink.close();
    expect(tree(path)).toEqual({
      'k0/00001': '<\n0\n2\n>\n',
      'k0/00002': '<\n4\n6\n>\n',
      'k1/00001': '<\n1\n3\n>\n',
      'k1/00002': '<\n5\n>\n',
    });
  });

  test('compressed files are complete, each for itself', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, 'x.gz'), { rotate: { records: 2 } }));
    await sink.write(...entries(3, 1));
    await sink.close();
    const texts = ['x-00001.gz', 'x-00002.gz'].map((name) =>
      gunzipSync(readFileSync(join(path, name))).toString(),
    );
    expect(texts).toEqual(['<\n0\n1\n>\n', '<\n2\n>\n']);
  });

  test('a refused batch that needed several files leaves none of them behind', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, 'x'), { rotate: { records: 2 } }));
    const poison = { k: 1, n: 'poison' };
    await expect(sink.write(...entries(5, 1), poison)).rejects.toThrow('poison');
    await sink.write(...entries(2, 1));
    await sink.close();
    expect(tree(path)).toEqual({ 'x-00001': '<\n0\n1\n>\n' });
  });

  test('an abort keeps the files that were complete, and no others', async () => {
    const folder = tempFolder();
    const sink = await open(entryWriter(join(folder.path, 'x'), { rotate: { records: 2 } }));
    await sink.write(...entries(5, 1));
    await vi.waitFor(() => expect(folder.names().filter((name) => name.startsWith('x-'))).toHaveLength(2));
    await sink.abort();
    expect(folder.names()).toEqual(['x-00001', 'x-00002']);
    expect(folder.open()).toEqual([]);
  });

  test('without records there is no file', async () => {
    const folder = tempFolder();
    const sink = await open(entryWriter(join(folder.path, 'x'), { rotate: { records: 2 } }));
    await sink.close();
    expect(folder.names()).toEqual([]);
  });
});

describe('options of several files', () => {
  test.each([
    [{ partitionBy: 'k' }, '-', 'it is one stream'],
    [{ rotate: { records: 1 } }, '-', 'it is one stream'],
    [{ rotate: { records: 1 }, append: true }, 'x', 'rotate begins new files'],
    [{ partitionBy: ['k'] }, 'x', 'it has no placeholder'],
  ] as const)('%j for %s is refused', (options, path, found) => {
    expect(() => entryWriter(path, options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(found) }),
    );
  });

  test.each([
    { rotate: {} },
    { rotate: { records: 0 } },
    { rotate: { every: 'soon' } },
    { rotate: { bytes: 0 } },
    { partitionBy: [] },
    { partitionBy: 5 },
    { partitionBy: ['a/b'] },
    { partitionBy: 'k', maxOpenFiles: 0 },
    { partitionBy: 'k', nullPartition: '' },
  ])('%j is refused', (options) => {
    expect(() => csvWriter('{k}', options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });

  test('braces without partitionBy are part of the name', async () => {
    const { path } = tempFolder();
    const sink = await open(entryWriter(join(path, '{k}'), {}));
    await sink.write({ k: 'a', n: 1 });
    await sink.close();
    expect(Object.keys(tree(path))).toEqual(['{k}']);
  });

  test('the writer claims its path as it is written, and shows it', () => {
    expect(entryWriter('/x/{k}', BY_K)).toMatchObject({ label: 'entries /x/{k}', target: 'file:/x/{k}' });
  });
});

describe('pains P45 and P46: when the file system fails', () => {
  const full = errno('ENOSPC');
  const options = { partitionBy: 'k', maxOpenFiles: 2 } as const;
  const block = 'x'.repeat(2 ** 20);
  const large = (count: number): Entry[] => entries(count, 5).map(({ k, n }) => ({ k, n: `${n} ${block}` }));

  /** Writes each record until it is taken; returns how often one was refused. */
  async function insist(
    sink: Awaited<ReturnType<typeof open<Entry>>>,
    records: readonly Entry[],
  ): Promise<number> {
    let refused = 0;
    for (const record of records) {
      for (let taken = false; !taken; ) {
        try {
          await sink.write(record);
          taken = true;
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(SPACE|IO)$/), retryable: true });
          refused++;
        }
      }
    }
    return refused;
  }

  test('failed and short writes, and files that do not open: nothing is lost or doubled in another try', async () => {
    const { path } = tempFolder();
    let failing = true;
    const fileSystem = faultyFileSystem((call, count, length) => {
      if (!failing) return undefined;
      if (call === 'write')
        return count % 3 === 1 ? full : count % 3 === 2 ? Math.ceil(length / 3) : undefined;
      return call === 'open' && count > 5 && count % 2 === 0 ? errno('EIO') : undefined;
    });
    const records = large(60);
    const sink = await open(entryWriter(join(path, '{k}'), options, fileSystem));
    expect(await insist(sink, records)).toBeGreaterThan(5);
    failing = false;
    await sink.close();
    expect(tree(path)).toEqual(expected(records, (key) => String(key)));
    expect(sink.wrote()).toBe(Object.values(tree(path)).join('').length);
  });

  test('the same of files that follow one another: a part that could not be written is written later', async () => {
    const { path } = tempFolder();
    let failing = true;
    const fileSystem = faultyFileSystem((call, count) =>
      failing && call === 'write' && count % 2 === 1 ? full : undefined,
    );
    const sink = await open(entryWriter(join(path, 'x'), { rotate: { records: 3 } }, fileSystem));
    const records = entries(20, 1);
    expect(await insist(sink, records)).toBeGreaterThan(2);
    failing = false;
    await sink.close();
    const nameOf = (n: number) => `x-${String(Math.floor(n / 3) + 1).padStart(5, '0')}`;
    const named = records.map(({ n }) => ({ k: nameOf(Number(n)), n }));
    expect(tree(path)).toEqual(expected(named, (name) => String(name)));
  });

  test.each(['write', 'sync', 'close', 'rename'] as const)(
    'a %s that fails at the end leaves nothing under any name',
    async (failing) => {
      for (const nth of [1, 2, 3]) {
        const { path, open: openFiles } = tempFolder();
        const fileSystem = faultyFileSystem((call, count) =>
          call === failing && count === nth ? full : undefined,
        );
        const sink = await open(entryWriter(join(path, '{k}/x'), { partitionBy: 'k' }, fileSystem));
        await sink.write(...entries(9, 4));
        await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_SPACE' });
        expect(tree(path)).toEqual({});
        expect(folders(path)).toEqual([]);
        expect(openFiles()).toEqual([]);
      }
    },
  );

  test('files that have got their names are taken back when another does not get its own', async () => {
    for (const overwrite of [true, false]) {
      const folder = tempFolder();
      const fileSystem = faultyFileSystem((call, count) =>
        call === (overwrite ? 'rename' : 'link') && count === 3 ? full : undefined,
      );
      const sink = await open(entryWriter(join(folder.path, '{k}'), { ...BY_K, overwrite }, fileSystem));
      await sink.write(...entries(9, 4));
      await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_SPACE' });
      expect(folder.names()).toEqual([]);
    }
  });

  test('each file is synced before any is renamed, and folders after', async () => {
    const { path } = tempFolder();
    const fileSystem = faultyFileSystem(() => undefined);
    const sink = await open(entryWriter(join(path, '{k}'), BY_K, fileSystem));
    await sink.write(...entries(2, 2));
    await sink.close();
    const calls = fileSystem.calls.slice(fileSystem.calls.lastIndexOf('write') + 1);
    expect(calls.slice(0, 4).sort()).toEqual(['close', 'close', 'sync', 'sync']);
    expect(calls.slice(4)).toEqual(['rename', 'rename', 'open', 'sync', 'close']);
  });

  test.each(['sync', 'rename'] as const)(
    'a part whose %s fails ends the run, and is not taken for written',
    async (failing) => {
      const { path } = tempFolder();
      const fileSystem = faultyFileSystem((call) => (call === failing ? full : undefined));
      const sink = await open(entryWriter(join(path, 'x'), { rotate: { records: 1 } }, fileSystem));
      await sink.write({ k: 1, n: 1 });
      await vi.waitFor(async () => {
        await expect(sink.write({ k: 1, n: 2 })).rejects.toMatchObject({ code: 'ERR_SPACE' });
      });
      await expect(sink.write({ k: 1, n: 2 })).rejects.toMatchObject({ code: 'ERR_SPACE' });
      await expect(sink.close()).rejects.toMatchObject({ code: 'ERR_SPACE' });
      expect(tree(path)).toEqual({});
    },
  );

  test('an encoder that cannot be made or ended leaves nothing', async () => {
    const { path, open: openFiles } = tempFolder();
    const broken = new Error('broken');
    const fail = () => {
      throw broken;
    };
    for (const encoder of [fail, () => ({ encode: () => 'a', finish: fail })]) {
      const writer = fileWriter<Entry>({ name: 'x', path: join(path, '{k}/x'), options: BY_K, encoder });
      const sink = await open(writer);
      const work = async () => {
        await sink.write({ k: 1, n: 1 });
        await sink.close();
      };
      await expect(work()).rejects.toBe(broken);
      if (encoder === fail) await sink.abort();
      expect(tree(path)).toEqual({});
      expect(folders(path)).toEqual([]);
      expect(openFiles()).toEqual([]);
    }
  });
});
