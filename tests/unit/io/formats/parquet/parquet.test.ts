import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../../src/core/random.ts';
import {
  type DeadLetter,
  deadLetter,
  from,
  isMillraceError,
  parquet,
  pipeline,
  run,
  select,
  skip,
  toArray,
} from '../../../../../src/index.ts';
import { parquetReader } from '../../../../../src/io/formats/parquet/parquet-reader.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';
import { tempFolder } from '../../temp-folder.ts';

const at = new Date('2026-11-27T10:00:00.123Z');
const ROWS = [
  { b: true, n: 1.5, i: 2n ** 62n, s: 'gödel "x"\n', at, x: new Uint8Array([1, 2]), o: { a: [1, 'é'] } },
  { b: null, n: null, i: null, s: null, at: null, x: null, o: null },
  { b: false, n: -0.25, i: -7n, s: '', at: new Date(0), x: new Uint8Array(0), o: [] },
];

async function write(records: readonly unknown[], options = {}): Promise<string> {
  const path = join(tempFolder().path, 'out.parquet');
  await run(pipeline('write', from(records).to(parquet.write(path, options))));
  return path;
}

async function read(path: string, options = {}): Promise<unknown[]> {
  const rows = toArray<unknown>();
  await run(pipeline('read', parquet.read<unknown>(path, options).to(rows)));
  return [...rows.records];
}

describe('what is written as Parquet', () => {
  test.each(['none', 'snappy', 'gzip', 'brotli', 'zstd'])('reads back the same, by %s', async (codec) => {
    expect(await read(await write(ROWS, { codec }))).toEqual(ROWS);
  });

  test('is read the same by the library alone', async () => {
    const bytes = readFileSync(await write(ROWS));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect(await parquetReadObjects({ file, utf8: false })).toEqual(ROWS);
  });

  test('has row groups of about the size asked for, and is read in batches whatever they are', async () => {
    const many = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `n${id}` }));
    const path = await write(many, { groupRows: 3000 });
    const probe = probeReader(parquetReader(path));
    expect(await probe.rest()).toEqual(many);
    expect(await read(path, { columns: ['name'] })).toEqual(many.map(({ name }) => ({ name })));
  });

  test('keeps the columns and kinds that were named, whatever the first record has', async () => {
    const columns = { id: 'int32', count: 'int64', price: 'double', note: 'string' };
    const path = await write(
      [
        { price: 3, id: 1 },
        { note: 'x', count: 5 },
      ],
      { columns },
    );
    expect(await read(path)).toEqual([
      { id: 1, count: null, price: 3, note: null },
      { id: null, count: 5n, price: null, note: 'x' },
    ]);
  });

  test('of no records is a file with the columns that were named', async () => {
    expect(await read(await write([], { columns: { id: 'int32' } }))).toEqual([]);
    expect(await read(await write([]))).toEqual([]);
  });

  test('may be divided among files, each of them whole', async () => {
    const folder = tempFolder().path;
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, of: id % 3 }));
    const writer = parquet.write(join(folder, '{of}.parquet'), { partitionBy: 'of', groupRows: 10 });
    await run(pipeline('parts', from(rows).to(writer)));
    for (const of of [0, 1, 2]) {
      expect(await read(join(folder, `${of}.parquet`))).toEqual(rows.filter((row) => row.of === of));
    }
  });

  test.each([
    [{ n: 'text' }, /column "n" holds double, and "text" is none/],
    [{ n: 1, z: 1 }, /"z" is no column/],
    ['text', /"text" is no object with columns/],
    [[1], /is no object/],
  ])('refuses %j after numbers, and keeps the others', async (poison, message) => {
    const path = join(tempFolder().path, 'out.parquet');
    const letters = toArray<DeadLetter>();
    const good = [{ n: 1 }, { n: 2 }];
    const writer = parquet.write(path, { columns: { n: 'double' }, onError: deadLetter(letters) });
    await run(pipeline('p', from<unknown>([good[0], poison, good[1]]).to(writer)));
    expect(await read(path)).toEqual(good);
    expect(letters.records).toMatchObject([
      { error: { code: 'ERR_ENCODE', message: expect.stringMatching(message) } },
    ]);
  });

  test.each([
    ['int32', 1.5],
    ['int32', 2 ** 31],
    ['int64', 2n ** 63n],
    ['int64', 1e300],
    ['timestamp', new Date(Number.NaN)],
    ['timestamp', '2026-01-01'],
    ['binary', [1, 2]],
    ['json', () => 1],
    ['boolean', 'true'],
  ])('a column of %s refuses %o', async (kind, value) => {
    await expect(write([{ v: value }], { columns: { v: kind } })).rejects.toMatchObject({
      code: 'ERR_ENCODE',
    });
  });
});

describe('reading Parquet', () => {
  test('of some columns reads no others, by columns or a select behind', async () => {
    const path = await write(ROWS);
    const rows = toArray<unknown>();
    const flow = parquet.read<{ s: string; n: number }>(path).pipe(select('s', 'n'));
    await run(pipeline('read', flow.to(rows)));
    expect(rows.records).toEqual(ROWS.map(({ s, n }) => ({ s, n })));
    expect(Object.keys(rows.records[0] as object)).toEqual(['s', 'n']);
  });

  test('of a column that is not there says which there are', async () => {
    await expect(read(await write(ROWS), { columns: ['o', 'sum'] })).rejects.toMatchObject({
      code: 'ERR_COLUMNS',
      message: expect.stringContaining('there is no column "sum"'),
      details: { column: 'sum', columns: ['b', 'n', 'i', 's', 'at', 'x', 'o'] },
    });
  });

  test('gives big integers as text or numbers; one that no number can say is a bad record', async () => {
    const path = await write(ROWS);
    const integers = async (options: object) =>
      (await read(path, options)).map((row) => (row as { i: unknown }).i);
    expect(await integers({ bigints: 'string' })).toEqual([String(2n ** 62n), null, '-7']);
    await expect(integers({ bigints: 'number' })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(await integers({ bigints: 'number', onError: skip() })).toEqual([null, -7]);
  });

  test('names file and record in origins', async () => {
    const path = await write(ROWS);
    const letters = toArray<DeadLetter>();
    const rows = parquet.read(path, { bigints: 'number', onError: deadLetter(letters) });
    const { balance } = await run(pipeline('read', rows.to(toArray())));
    expect(letters.records).toMatchObject([
      { origin: { file: path, record: 1 }, error: { code: 'ERR_LIMIT' } },
    ]);
    expect(balance).toMatchObject({ read: 3, written: 2, closed: true });
  });

  test('refuses a row group that is too large before it reads it', async () => {
    await expect(read(await write(ROWS), { maxGroupBytes: 10 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test.each([['-'], ['https://user:secret@example.org/a.parquet?token=1']])(
    'of %s, which one cannot seek in, says to save it first',
    async (path) => {
      const failed = read(path);
      await expect(failed).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        hint: expect.stringContaining('Save it'),
      });
      await expect(failed).rejects.not.toThrow(/secret|token/);
    },
  );

  test('counts as many bytes as the file has, whichever columns are read', async () => {
    const path = await write(ROWS);
    const { length } = readFileSync(path);
    for (const options of [{}, { columns: ['s'] }]) {
      const probe = probeReader(parquetReader(path, options));
      await probe.rest();
      expect(probe.consumed).toBe(length);
    }
  });

  test('holds back while nobody asks, and closes the file when the reader leaves', async () => {
    const many = Array.from({ length: 5000 }, (_, id) => ({ id }));
    const folder = tempFolder();
    const path = join(folder.path, 'many.parquet');
    await run(pipeline('write', from(many).to(parquet.write(path))));
    const probe = probeReader<{ id: number }>(parquetReader(path));
    await probe.request(1);
    expect(probe.records).toEqual(many.slice(0, 1024));
    expect(folder.open()).toEqual([path]);
    await probe.close();
    expect(folder.open()).toEqual([]);
    expect(probe.records).toHaveLength(1024);
  });
});

describe('a damaged Parquet file', () => {
  test('is refused at whatever length it ends, with what to do', async () => {
    const path = await write(ROWS);
    const { length } = readFileSync(path);
    for (let to = 0; to < length; to += 7) {
      const cut = join(tempFolder().path, 'cut.parquet');
      writeFileSync(cut, readFileSync(path));
      truncateSync(cut, to);
      const error: unknown = await read(cut).then(
        () => 'read',
        (cause: unknown) => cause,
      );
      expect(error, `cut at ${to}`).toMatchObject({
        code: expect.stringMatching(/^ERR_(PARQUET|TRUNCATED)$/),
      });
      expect(error).toHaveProperty('hint', expect.any(String));
    }
  });

  test('is text or nothing at all', async () => {
    const folder = tempFolder();
    await expect(read(folder.write('a.parquet', 'id,name\n1,Ada\n'))).rejects.toMatchObject({
      code: 'ERR_PARQUET',
    });
    await expect(read(folder.write('b.parquet', ''))).rejects.toMatchObject({ code: 'ERR_PARQUET' });
  });

  // What stands before the footer is up to the library, which takes the lengths of runs on trust.
  test('with any bytes of its footer changed gives records or an error of ours, and ends', async () => {
    const good = readFileSync(await write(ROWS, { codec: 'none' }));
    const footer = good.readUInt32LE(good.length - 8) + 8;
    const folder = tempFolder();
    const random = seededRandom(7);
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(good);
      for (let change = 0; change <= round % 3; change++) {
        bytes[bytes.length - 1 - Math.floor(random() * footer)] = Math.floor(random() * 256);
      }
      const path = folder.write('bad.parquet', bytes);
      const error: unknown = await read(path, { maxGroupBytes: '1 MiB' }).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      if (error !== undefined) expect(isMillraceError(error), `round ${round}: ${String(error)}`).toBe(true);
    }
  });
});
