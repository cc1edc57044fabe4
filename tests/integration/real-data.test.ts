import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  csv,
  type DeadLetter,
  deadLetter,
  discard,
  type Flow,
  filter,
  from,
  json,
  ndjson,
  pipeline,
  run,
  select,
  tap,
  text,
  toArray,
} from '../../src/index.ts';

/** Public data beside the repository, where somebody has put it; `unpack.sh DIR` lays it out. */
const PACKED = join(import.meta.dirname, '../../../shared/data');
const absent = !existsSync(join(PACKED, 'unpack.sh'));

const folder = absent ? '' : mkdtempSync(join(tmpdir(), 'millrace-real-data-'));
const path = (name: string): string => join(folder, name);

async function count(flow: Flow<unknown>): Promise<number> {
  const { balance } = await run(pipeline('count', flow.to(discard())));
  expect(balance).toMatchObject({ closed: true, gaps: [], written: balance.read });
  return balance.written;
}

describe.skipIf(absent)(`real data (skipped where ${PACKED} is absent)`, () => {
  beforeAll(() => {
    execFileSync('bash', [join(PACKED, 'unpack.sh'), folder], { stdio: 'pipe' });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('305 daily files of a shop, by glob: 541,909 rows, all sold and returned items accounted for', async () => {
    const files = new Set<string>();
    const sold = toArray<{ Quantity: string }>();
    const rows = csv.read(path('data/retail-data/by-day/*.csv'));
    const { balance } = await run(
      pipeline('retail', [
        rows.pipe(filter((row) => Number(row.Quantity) > 0)).to(discard()),
        rows
          .pipe(
            filter((row) => Number(row.Quantity) <= 0),
            select('Quantity'),
          )
          .to(sold),
        rows.pipe(tap(({ InvoiceDate }) => files.add(InvoiceDate!.slice(0, 10)))).to(discard()),
      ]),
    );
    expect(balance).toMatchObject({ read: 541_909, created: 2 * 541_909, closed: true });
    expect(files.size).toBe(305);
    expect(balance.written + balance.filtered).toBe(3 * 541_909);
    expect(sold.records).toHaveLength(10_624);
  });

  test('a register of people in 4 files with sparse columns and UTF-8 names: 129,106 rows', async () => {
    expect(await count(csv.read(path('register/people-*.csv')))).toBe(129_106);
  });

  test('the register written as CSV reads back the same', async () => {
    const copy = path('copy.csv');
    const people = csv.read(path('register/people-0.csv'));
    await run(pipeline('copy', people.to(csv.write(copy))));
    const [first, second] = [toArray(), toArray()];
    await run(pipeline('first', people.to(first)));
    await run(pipeline('second', csv.read(copy).to(second)));
    expect(second.records).toEqual(first.records);
  });

  test('Windows events as NDJSON with CRLF line ends: 58,096 records', async () => {
    const events = ndjson.read<{ Channel: string }>(
      path('metasploit_outflank-dumpert_lsass_memory_dump.json'),
    );
    expect(await count(events)).toBe(58_096);
  });

  test('art works as one pretty-printed JSON array: 14,152 objects, the same as JSON.parse gives', async () => {
    const works = toArray<{ acno: string }>();
    await run(pipeline('works', json.read<{ acno: string }>(path('tate-a-ar-p.json')).to(works)));
    expect(works.records).toHaveLength(14_152);
    const whole = JSON.parse(readFileSync(path('tate-a-ar-p.json'), 'utf8'));
    expect(works.records).toEqual(whole);
  });

  test('DNS events as tab-separated text, and gzipped NDJSON: 53,615 each', async () => {
    const header = readFileSync(path('zeek-dns.log'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith('#fields'))!
      .split('\t')
      .slice(1);
    const log = csv.read(path('zeek-dns.log'), { delimiter: '\t', quote: '', comment: '#', header });
    expect(await count(log)).toBe(53_615);
    expect(await count(ndjson.read(join(PACKED, 'zeek-dns.ndjson.gz')))).toBe(53_615);
  });

  test('web server logs: a line without its closing quote is a line all the same', async () => {
    expect(await count(text.read(path('logs/apache_logs')))).toBe(10_000);
  });

  describe('25 messy CSV and TSV files', () => {
    interface Listed {
      readonly file: string;
      readonly why: readonly string[];
      readonly python_csv_rows_incl_header: number;
    }
    const listed = (): Listed[] => JSON.parse(readFileSync(path('messy538/manifest.json'), 'utf8'));

    test('give as many rows as the manifest says, none lost', async () => {
      const found: Record<string, number> = {};
      const expected: Record<string, number> = {};
      for (const { file, why, python_csv_rows_incl_header: rows } of listed()) {
        const letters = toArray<DeadLetter>();
        const flow = csv.read(path(`messy538/${file}`), {
          delimiter: file.endsWith('.tsv') ? '\t' : ',',
          ...(why.includes('non-utf8') ? { encoding: 'windows-1252' } : {}),
          duplicates: 'rename',
          onError: deadLetter(letters),
        });
        const { balance } = await run(pipeline(file, flow.to(discard())));
        expect(balance.closed, file).toBe(true);
        found[file] = balance.written + letters.records.length;
        // Python counts a line with nothing in it as a row; here it is none.
        expected[file] = rows - 1 - (why.includes('ragged') ? 1 : 0);
      }
      expect(found).toEqual(expected);
      expect(Object.keys(found)).toHaveLength(25);
    });

    test('that are not UTF-8 are refused with the place, unless their encoding is given', async () => {
      const messy = listed().find(({ why }) => why.includes('non-utf8'))!;
      await expect(
        run(pipeline('messy', csv.read(path(`messy538/${messy.file}`)).to(discard()))),
      ).rejects.toMatchObject({
        code: 'ERR_ENCODING',
        message: expect.stringMatching(/byte \d+/),
      });
    });
  });

  test('the manifest itself is one flow', async () => {
    const listed = JSON.parse(readFileSync(path('messy538/manifest.json'), 'utf8'));
    expect(await count(from(listed))).toBe(25);
  });
});
