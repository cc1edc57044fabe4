import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  csv,
  type Flow,
  from,
  json,
  ndjson,
  pipeline,
  run,
  stdout,
  text,
  toArray,
  type Writer,
} from '../../src/index.ts';
import { tempFolder } from './io/temp-folder.ts';

interface Person {
  readonly name: string;
  readonly note: string;
}

const people: readonly Person[] = [
  { name: 'Ada, Countess of Lovelace', note: 'said "yes"\nand left' },
  { name: 'Željko 😀', note: '' },
];
const values = [{ a: [1, { b: null }] }, 'text', 7.5, null, true, [], { 'a\nb': '\u2028' }];
const lines = ['', 'one', '  two  ', 'три', ''];

async function write<T>(records: readonly T[], writer: Writer<T>): Promise<void> {
  await run(pipeline('write', from(records).to(writer)));
}

async function read<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  await run(pipeline('read', flow.to(out)));
  return out.records;
}

describe.each(['', '.gz'])('what is written to a file named *%s reads back as it was', (end) => {
  test.each<[string, readonly unknown[], (path: string) => Writer<any>, (path: string) => Flow<any>]>([
    ['csv', people, (path) => csv.write(path), (path) => csv.read(path)],
    ['json', values, (path) => json.write(path), (path) => json.read(path)],
    ['ndjson', values, (path) => ndjson.write(path), (path) => ndjson.read(path)],
    ['text', lines, (path) => text.write(path), (path) => text.read(path)],
    [
      'csv',
      [
        ['1', ''],
        ['', 'x'],
      ],
      (path) => csv.write(path, { header: false }),
      (path) => csv.read(path, { header: false }),
    ],
    [
      'csv',
      people,
      (path) => csv.write(path, { delimiter: '\t', newline: '\r\n' }),
      (path) => csv.read(path, { dialect: 'auto' }),
    ],
  ])('%s', async (name, records, writer, reader) => {
    const folder = tempFolder();
    const path = join(folder.path, `data.${name}${end}`);
    await write(records, writer(path));
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))).toBe(end === '.gz');
    expect(await read(reader(path))).toEqual(records);
    expect(await read(reader(pathToFileURL(path).href))).toEqual(records);
    expect(readdirSync(folder.path)).toEqual([`data.${name}${end}`]);
  });

  test.each<[string, (path: string) => Writer<any>, string]>([
    ['csv', (path) => csv.write(path, { columns: ['id', 'qty'] }), 'id,qty\n'],
    ['csv', (path) => csv.write(path), ''],
    ['json', (path) => json.write(path), '[]\n'],
    ['ndjson', (path) => ndjson.write(path), ''],
    ['text', (path) => text.write(path), ''],
  ])('no records at all are a file too: %s', async (name, writer, content) => {
    const path = join(tempFolder().path, `empty.${name}${end}`);
    await write([], writer(path));
    const bytes = readFileSync(path);
    expect((end === '' ? bytes : gunzipSync(bytes)).toString()).toBe(content);
  });
});

test('several files of one glob are read in the order of their names', async () => {
  const folder = tempFolder();
  for (const name of ['b.txt', 'a.txt', 'c.log']) folder.write(name, `${name}\n`);
  expect(await read(text.read(join(folder.path, '*.txt')))).toEqual(['a.txt', 'b.txt']);
});

test('the options of each format reach it: a wrong one is refused where it is written', () => {
  const wrong = { nonsense: 1 } as never;
  const all: ((path: string, options: never) => unknown)[] = [
    csv.read,
    csv.write,
    json.read,
    json.write,
    ndjson.read,
    ndjson.write,
    text.read,
    text.write,
  ];
  for (const use of all) {
    expect(() => use('file', wrong)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  }
});

test('describing a pipeline opens nothing: a missing file is no error before the run', async () => {
  const folder = tempFolder();
  const missing = join(folder.path, 'missing.csv');
  const described = pipeline('missing', csv.read(missing).to(csv.write(join(folder.path, 'out.csv'))));
  expect(folder.names()).toEqual([]);
  await expect(run(described)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(folder.names()).toEqual([]);
});

test('stdout() is what ndjson writes to standard output', () => {
  expect(stdout()).toMatchObject({ name: 'ndjson', label: 'ndjson stdout', target: 'stdout:' });
});

test('the namespaces cannot be changed', () => {
  for (const namespace of [csv, json, ndjson, text]) {
    expect(Object.isFrozen(namespace)).toBe(true);
    expect(Object.keys(namespace)).toEqual(['read', 'write']);
  }
});

test('the types of the records follow from the call', () => {
  expectTypeOf(csv.read('a.csv')).toEqualTypeOf<Flow<Record<string, string>>>();
  expectTypeOf(csv.read('a.csv', { header: false })).toEqualTypeOf<Flow<string[]>>();
  expectTypeOf(csv.read<Person>(['a.csv', new URL('file:///b.csv')])).toEqualTypeOf<Flow<Person>>();
  expectTypeOf(json.read('a.json')).toEqualTypeOf<Flow<unknown>>();
  expectTypeOf(json.read<Person>('a.json', { path: '$.items[*]' })).toEqualTypeOf<Flow<Person>>();
  expectTypeOf(ndjson.read<Person>('a.ndjson')).toEqualTypeOf<Flow<Person>>();
  expectTypeOf(text.read('a.txt')).toEqualTypeOf<Flow<string>>();
  expectTypeOf(text.write('a.txt')).toEqualTypeOf<Writer<string>>();
  expectTypeOf(stdout<Person>()).toEqualTypeOf<Writer<Person>>();
  // @ts-expect-error: only strings are lines of text
  from([1]).to(text.write('a.txt'));
  // @ts-expect-error: json has no append, as an array has one end
  expect(() => json.write('a.json', { append: true })).toThrow();
});
