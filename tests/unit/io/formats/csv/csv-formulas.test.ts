import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { csv } from '../../../../../src/formats.ts';
import { from } from '../../../../../src/from.ts';
import type { CsvWriteOptions } from '../../../../../src/io/formats/csv/csv-write-options.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { run } from '../../../../../src/start.ts';
import { tempFolder } from '../../temp-folder.ts';

/** What `csv.write` makes of records, as text. */
async function written(records: readonly unknown[], options: CsvWriteOptions = {}): Promise<string> {
  const path = join(tempFolder().path, 'x.csv');
  await run(pipeline('write', from(records).to(csv.write(path, { escapeFormulas: true, ...options }))));
  return readFileSync(path, 'utf8');
}

/** The fields that another parser finds. */
async function fields(records: readonly unknown[], options: CsvWriteOptions = {}): Promise<string[][]> {
  const { delimiter = ',', quote = '"', newline = '\n' } = options;
  const text = await written(records, options);
  return Papa.parse<string[]>(text.slice(0, -newline.length), { delimiter, newline, quoteChar: quote }).data;
}

const STARTS = [
  ['=', "=cmd|' /C calc'!A0"],
  ['+', '+1+1'],
  ['-', '-2+3'],
  ['@', '@SUM(A1:A2)'],
  ['tab', '\t=1+1'],
  ['CR', '\r=1+1'],
] as const;

describe.each(STARTS)('a text that begins with %s', (_, text) => {
  const harmless = `'${text}`;

  test('gets a quote before it, in a field and in a name', async () => {
    expect(await fields([{ [text]: text, plain: 'x' }])).toEqual([
      [harmless, 'plain'],
      [harmless, 'x'],
    ]);
    expect(await fields([['x', text]], { columns: ['plain', text] })).toEqual([
      ['plain', harmless],
      ['x', harmless],
    ]);
  });

  test('and however it is written', async () => {
    const ways: readonly CsvWriteOptions[] = [
      { quotes: 'all' },
      { quotes: 'strings' },
      { delimiter: ';' },
      { delimiter: '||' },
      { newline: '\r\n' },
      { quote: "'" },
    ];
    for (const way of ways) expect(await fields([{ a: text }], way)).toEqual([['a'], [harmless]]);
    const long = text + 'x'.repeat(10_000);
    expect(await fields([{ a: long }])).toEqual([['a'], [`'${long}`]]);
    expect(await fields([{ a: text[0] }])).toEqual([['a'], [`'${text[0]}`]]);
  });

  test('but not one that has it further on', async () => {
    const inner = [`x${text}`, ` ${text}`, `'${text}`, `"${text}"`];
    expect(await fields(inner.map((a) => ({ a })))).toEqual([['a'], ...inner.map((a) => [a])]);
  });

  test('stays as it is where nothing was said', async () => {
    expect(await fields([{ [text]: text }], { escapeFormulas: false })).toEqual([[text], [text]]);
    expect(await fields([{ [text]: text }], { escapeFormulas: undefined })).toEqual([[text], [text]]);
  });
});

test('without quotes, the sign alone is put before it', async () => {
  expect(await written([{ '=a': '=1+1', b: '-x' }], { quote: '' })).toBe("'=a,b\n'=1+1,'-x\n");
});

test('what is no text stays as it is: numbers that are negative, and all others', async () => {
  const numbers = [
    -1,
    -0.5,
    -12.25,
    -1e21,
    -1e-7,
    Number.NEGATIVE_INFINITY,
    -(2 ** 31),
    -(2n ** 70n),
    5,
    true,
  ];
  const rows = [[...numbers, null, undefined, new Date(0), { a: '=1' }, ['=1']]];
  const text = await written(rows, { header: false });
  expect(text).toBe(
    `-1,-0.5,-12.25,-1e+21,-1e-7,-Infinity,-2147483648,-1180591620717411303424,5,true,,,` +
      `1970-01-01T00:00:00.000Z,"{""a"":""=1""}","[""=1""]"\n`,
  );
  expect(await written([[-1, '-1']], { header: false, quotes: 'strings' })).toBe(`-1,"'-1"\n`);
  expect(await written([[-1, '-1']], { header: false, quotes: 'all' })).toBe(`"-1","'-1"\n`);
});

test('a name is one name in all rows, and when it is appended to', async () => {
  const path = join(tempFolder().path, 'x.csv');
  const write = (records: readonly object[], append: boolean) =>
    run(pipeline('write', from(records).to(csv.write(path, { escapeFormulas: true, append }))));
  await write([{ '=a': 1, '-b': '=2' }], false);
  await write([{ '-b': 4, '=a': '@3' }], true);
  expect(readFileSync(path, 'utf8')).toBe(`"'=a","'-b"\n1,"'=2"\n"'@3",4\n`);
});
