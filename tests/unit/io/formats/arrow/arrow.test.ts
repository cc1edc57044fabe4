import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as arrowLibrary from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import {
  arrow,
  type DeadLetter,
  deadLetter,
  from,
  isMillraceError,
  pipeline,
  run,
  select,
  skip,
  toArray,
} from '../../../../../src/index.ts';
import { arrowReader } from '../../../../../src/io/formats/arrow/arrow-reader.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';
import { mutations } from '../../../../properties/mutations.ts';
import { tempFolder } from '../../temp-folder.ts';

const { tableFromIPC, tableToIPC, vectorFromArray } = arrowLibrary;

const at = new Date('2026-11-27T10:00:00.123Z');
const ROWS = [
  { b: true, n: 1.5, i: 2n ** 62n, s: 'gödel "x"\n', at, x: new Uint8Array([1, 2]) },
  { b: null, n: null, i: null, s: null, at: null, x: null },
  { b: false, n: -0.25, i: -7n, s: '', at: new Date(0), x: new Uint8Array(0) },
];

async function write(records: readonly unknown[], options = {}, name = 'out.arrows'): Promise<string> {
  const path = join(tempFolder().path, name);
  await run(pipeline('write', from(records).to(arrow.write(path, options))));
  return path;
}

async function read(path: string, options = {}): Promise<unknown[]> {
  const rows = toArray<unknown>();
  await run(pipeline('read', arrow.read<unknown>(path, options).to(rows)));
  return [...rows.records];
}

const outcome = (path: string, options = {}): Promise<unknown> =>
  read(path, options).then(
    (rows) => rows,
    (error: unknown) => error,
  );

describe('what is written as Arrow', () => {
  test.each(['out.arrows', 'out.arrows.gz', 'out.arrows.zst'])('reads back the same: %s', async (name) => {
    expect(await read(await write(ROWS, {}, name))).toEqual(ROWS);
  });

  test('is read the same by the library alone', async () => {
    const table = tableFromIPC(readFileSync(await write(ROWS)));
    expect(table.numRows).toBe(3);
    expect(table.getChild('s')!.toArray()).toEqual(ROWS.map(({ s }) => s));
    expect([...table.getChild('i')!]).toEqual(ROWS.map(({ i }) => i));
  });

  test('in many batches is one stream, read in batches whatever they are', async () => {
    const many = Array.from({ length: 5000 }, (_, id) => ({ id, name: `n${id}` }));
    const path = await write(many);
    expect(tableFromIPC(readFileSync(path)).batches.length).toBeGreaterThan(1);
    expect(await probeReader(arrowReader(path)).rest()).toEqual(many);
  });

  test('of no records is a stream with the columns that were named', async () => {
    const path = await write([], { columns: { id: 'int32' } });
    expect(await read(path)).toEqual([]);
    expect(tableFromIPC(readFileSync(path)).schema.fields.map(({ name }) => name)).toEqual(['id']);
    expect(await read(await write([]))).toEqual([]);
  });

  test('has lists and objects as text', async () => {
    expect(await read(await write([{ o: { a: [1] } }, { o: [] }]))).toEqual([
      { o: '{"a":[1]}' },
      { o: '[]' },
    ]);
  });

  test('leaves out what a column cannot hold, and keeps the others', async () => {
    const path = join(tempFolder().path, 'out.arrows');
    const letters = toArray<DeadLetter>();
    const writer = arrow.write(path, { columns: { n: 'double' }, onError: deadLetter(letters) });
    await run(pipeline('p', from<unknown>([{ n: 1 }, { n: 'x' }, { n: 2, z: 1 }, { n: 3 }]).to(writer)));
    expect(await read(path)).toEqual([{ n: 1 }, { n: 3 }]);
    expect(letters.records.map(({ error }) => error.code)).toEqual(['ERR_ENCODE', 'ERR_ENCODE']);
  });
});

describe('reading Arrow', () => {
  test.each([1, 7, 64, '1 MiB'])('in pieces of %s bytes gives the same', async (chunkBytes) => {
    const path = await write(ROWS);
    expect(await read(path, { chunkBytes })).toEqual(ROWS);
  });

  test('takes files as well as streams, and the types that others write', async () => {
    const { Field, FixedSizeList, Int32, Int64, List, Struct, Utf8, Decimal, DateDay } = arrowLibrary;
    const list = new List(new Field('item', new Int32(), true));
    const struct = new Struct([new Field('a', new Int64(), true), new Field('b', new Utf8(), true)]);
    const pair = new FixedSizeList(2, new Field('item', new Int32(), true));
    const columns = {
      list: vectorFromArray([[1, null, 3], null, []], list),
      struct: vectorFromArray([{ a: 1n, b: 'x' }, null, { a: null, b: null }], struct),
      pair: vectorFromArray([[1, 2], null, [3, 4]], pair),
      word: vectorFromArray(['one', 'two', 'one']),
      day: vectorFromArray([at, null, new Date(0)], new DateDay()),
      money: vectorFromArray(
        [
          new Uint32Array([12345, 0, 0, 0]),
          null,
          new Uint32Array([2 ** 32 - 5, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1]),
        ],
        new Decimal(2, 10),
      ),
    };
    const table = new arrowLibrary.Table(columns);
    const expected = [
      {
        list: [1, null, 3],
        struct: { a: 1n, b: 'x' },
        pair: [1, 2],
        word: 'one',
        day: new Date('2026-11-27'),
        money: '123.45',
      },
      { list: null, struct: null, pair: null, word: 'two', day: null, money: null },
      { list: [], struct: { a: null, b: null }, pair: [3, 4], word: 'one', day: new Date(0), money: '-0.05' },
    ];
    const folder = tempFolder();
    const stream = tableToIPC(table, 'stream');
    const file = Buffer.concat([Buffer.from('ARROW1\0\0'), stream, Buffer.from('directory, ARROW1')]);
    expect(await read(folder.write('a.arrows', stream))).toEqual(expected);
    expect(await read(folder.write('a.arrow', file))).toEqual(expected);
  });

  test('takes columns of nothing, which have no bytes', async () => {
    const nothing = vectorFromArray(new Array(50_000).fill(null), new arrowLibrary.Null());
    const path = tempFolder().write('a.arrows', tableToIPC(new arrowLibrary.Table({ nothing }), 'stream'));
    const rows = await read(path);
    expect([rows.length, rows[49_999]]).toEqual([50_000, { nothing: null }]);
  });

  test('of some columns gives no others, by columns or a select behind', async () => {
    const path = await write(ROWS);
    const rows = toArray<unknown>();
    const flow = arrow.read<{ s: string; n: number }>(path).pipe(select('s', 'n'));
    await run(pipeline('read', flow.to(rows)));
    expect(rows.records).toEqual(ROWS.map(({ s, n }) => ({ s, n })));
    await expect(read(path, { columns: ['s', 'sum'] })).rejects.toMatchObject({
      code: 'ERR_COLUMNS',
      details: { column: 'sum', columns: ['b', 'n', 'i', 's', 'at', 'x'] },
    });
  });

  test('gives big integers as text or numbers; one that no number can say is a bad record', async () => {
    const path = await write(ROWS);
    const integers = async (options: object) =>
      (await read(path, options)).map((row) => (row as { i: unknown }).i);
    expect(await integers({ bigints: 'string' })).toEqual([String(2n ** 62n), null, '-7']);
    await expect(integers({ bigints: 'number' })).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      origin: { file: path, record: 1 },
    });
    expect(await integers({ bigints: 'number', onError: skip() })).toEqual([null, -7]);
  });

  test('refuses a batch that is too large before it holds it', async () => {
    await expect(read(await write(ROWS), { maxBatchBytes: 16 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test('closes the file when the reader leaves', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'many.arrows');
    const many = Array.from({ length: 5000 }, (_, id) => ({ id }));
    await run(pipeline('write', from(many).to(arrow.write(path))));
    const probe = probeReader<{ id: number }>(arrowReader(path, { chunkBytes: 64 }));
    await probe.request(1);
    expect(probe.records).toHaveLength(1024);
    expect(folder.open()).toEqual([path]);
    await probe.close();
    expect(folder.open()).toEqual([]);
  });
});

test('a file that has its columns in the directory at its end only is refused, with what to do', async () => {
  const table = new arrowLibrary.Table({ n: vectorFromArray([1]) });
  const path = tempFolder().write('a.arrow', tableToIPC(table, 'file'));
  await expect(read(path)).rejects.toMatchObject({
    code: 'ERR_ARROW',
    message: expect.stringContaining('it does not begin with a schema'),
  });
});

describe('a damaged Arrow stream', () => {
  test('is refused at whatever length it ends, but for the end of a message', async () => {
    const good = readFileSync(await write(ROWS));
    const folder = tempFolder();
    const codes = new Set<unknown>();
    for (let to = 0; to < good.length; to += 3) {
      const found = await outcome(folder.write('cut.arrows', good.subarray(0, to)));
      if (Array.isArray(found)) expect([[], ROWS], `cut at ${to}`).toContainEqual(found);
      else codes.add((found as { code: unknown }).code);
    }
    expect(codes).toEqual(new Set(['ERR_ARROW', 'ERR_TRUNCATED']));
  });

  test('that was compressed is refused when the compression is not whole', async () => {
    const good = readFileSync(await write(ROWS));
    const path = tempFolder().write('cut.arrows.gz', gzipSync(good).subarray(0, -4));
    await expect(read(path)).rejects.toMatchObject({ code: 'ERR_TRUNCATED' });
  });

  test.each([
    ['text', 'id,name\n1,Ada\n'],
    ['nothing', ''],
    [
      'zeros behind a mark',
      Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(4, 0xff), Buffer.alloc(4, 0x7f)]),
    ],
  ])('is refused when it is %s', async (_, content) => {
    const path = tempFolder().write('a.arrow', content);
    await expect(read(path)).rejects.toMatchObject({ code: 'ERR_ARROW' });
  });

  test('is refused when something stands behind its end', async () => {
    const good = readFileSync(await write(ROWS));
    const path = tempFolder().write('a.arrows', Buffer.concat([good, Buffer.from('x')]));
    await expect(read(path)).rejects.toMatchObject({ code: 'ERR_ARROW' });
  });

  test('with any bytes changed gives records or an error of ours, and ends', async () => {
    const good = readFileSync(await write(ROWS));
    const folder = tempFolder();
    let round = 0;
    for (const bytes of mutations(good, 11, 1000)) {
      const found = await outcome(folder.write('bad.arrows', bytes), { maxBatchBytes: '1 MiB' });
      const fine = Array.isArray(found) || isMillraceError(found);
      expect(fine, `round ${round++}: ${String(found)}`).toBe(true);
    }
  });
});
