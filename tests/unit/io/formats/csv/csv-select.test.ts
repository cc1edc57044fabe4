import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { csv, pipeline, run, select, skip, toArray } from '../../../../../src/index.ts';
import type { CsvReadOptions } from '../../../../../src/io/formats/csv/csv-read-options.ts';
import { csvReader } from '../../../../../src/io/formats/csv/csv-reader.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-csv-select-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Both ways to read: a comment that is nowhere takes the slow one. */
const WAYS: readonly CsvReadOptions[] = [{}, { comment: '\u{1}' }];

describe('selecting fields of csv', () => {
  const path = file('a.csv', 'id,a,b\n1,"x ""y""",2\n3,,4\n');

  test.each(WAYS)('only the fields that are selected are built, in that order (%j)', async (way) => {
    const reader = csvReader(path, way).select?.(['b', 'id']);
    const records = (await probeReader(reader!).rest()) as object[];
    expect(records).toEqual([
      { b: '2', id: '1' },
      { b: '4', id: '3' },
    ]);
    expect(Object.keys(records[0]!)).toEqual(['b', 'id']);
  });

  test.each(WAYS)('a field that a file does not have is undefined, file by file (%j)', async (way) => {
    file('day-1.csv', 'id,new\n1,x\n');
    file('day-2.csv', 'id\n2\n');
    const reader = csvReader(join(folder, 'day-*.csv'), way).select?.(['new', 'id']);
    expect(await probeReader(reader!).rest()).toStrictEqual([
      { new: 'x', id: '1' },
      { new: undefined, id: '2' },
    ]);
  });

  test('the columns option bounds what can be selected, and still fails on what is not there', async () => {
    const narrow = csvReader(path, { columns: ['a', 'b'] }).select?.(['b', 'id']);
    expect(await probeReader(narrow!).rest()).toStrictEqual([
      { b: '2', id: undefined },
      { b: '4', id: undefined },
    ]);
    const wrong = csvReader(path, { columns: ['nowhere'] }).select?.(['a']);
    await expect(probeReader(wrong!).rest()).rejects.toMatchObject({ code: 'ERR_CSV_COLUMNS' });
  });

  test('records that are arrays have no fields, and what is selected cannot be selected again', () => {
    expect(csvReader(path, { header: false }).select).toBeUndefined();
    const reader = csvReader(path);
    expect(reader.select?.(['a'])?.select).toBeUndefined();
    expect([reader.name, reader.label]).toEqual([
      reader.select?.(['a'])?.name,
      reader.select?.(['a'])?.label,
    ]);
  });

  test('rows are judged as before: one of another width is none of the narrower records', async () => {
    const ragged = file('ragged.csv', 'a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7\n');
    const records = toArray<{ a: string }>();
    const { balance } = await run(
      pipeline('select', csv.read(ragged, { onError: skip() }).pipe(select('a')).to(records)),
    );
    expect(records.records).toEqual([{ a: '1' }, { a: '5' }]);
    expect(balance).toMatchObject({ read: 4, skipped: 2, written: 2, closed: true });
  });

  test('a column that is typed and not selected is not converted', async () => {
    const typed = file('typed.csv', 'id,n\n1,x\n2,3\n');
    const options = { types: { id: 'int', n: 'int' } } as const;
    expect(await probeReader(csvReader(typed, options).select!(['id'])!).rest()).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });
});
