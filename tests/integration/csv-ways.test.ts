import { isUtf8 } from 'node:buffer';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as streamPipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { csv, discard, filter, type Origin, pipeline, run, tap } from '../../src/index.ts';
import type { CsvReadOptions } from '../../src/io/formats/csv/csv-read-options.ts';
import { decode } from '../unit/io/formats/csv/decoding.ts';
import { absent, dataFiles, PACKED, unpackedData } from './public-data.ts';

/** No file has it, but the fast way does not read files with comments. */
const PAPAPARSE = { comment: '\u{1}\u{2}\u{3}' };

/** The file as UTF-8 without a byte order mark, as decoders get it. */
function utf8(path: string): Buffer {
  const bytes = readFileSync(path);
  const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  return Buffer.from(text.replace(/^\ufeff/, ''));
}

const LARGE = 2 * 2 ** 20;

/** What is decoded, or how it fails. */
function outcome(bytes: Buffer, options: CsvReadOptions, size?: number): object {
  const pieces = size === undefined ? undefined : [size];
  try {
    return decode(bytes, { duplicates: 'rename', ...options }, { pieces });
  } catch (error) {
    const { code, message, origin } = error as Record<string, unknown>;
    return { code, message, origin };
  }
}

/** Compares the ways in pieces of all `sizes`. Returns the origins of the records. */
function expectSame(
  file: string,
  bytes: Buffer,
  options: CsvReadOptions,
  sizes: readonly (number | undefined)[],
): readonly Origin[] {
  const reference = outcome(bytes, { ...options, ...PAPAPARSE });
  for (const size of sizes) {
    const found = outcome(bytes, options, size);
    // To look whether they are equal is cheap; to say where they are not is dear.
    if (isDeepStrictEqual(found, reference)) continue;
    expect(found, `${file} in pieces of ${size}`).toEqual(reference);
  }
  return 'origins' in reference ? (reference.origins as Origin[]) : [];
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-csv-ways-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function write(name: string, pieces: Iterable<string>): Promise<string> {
  const path = join(folder, name);
  await streamPipeline(Readable.from(pieces), createWriteStream(path));
  return path;
}

describe.skipIf(absent)(`public files (skipped where ${PACKED} is absent)`, () => {
  const data = unpackedData();

  const bytesOf = (file: string) => utf8(join(data, file));

  test('pain P33: every csv file but the large is read as papaparse reads it, whole and in pieces of 64 KiB, 7 and 1', () => {
    const files = dataFiles(
      data,
      'csv-spectrum/csvs/*.csv',
      'messy538/*.{csv,tsv}',
      'parquet-testing/**/*.csv',
    );
    expect(files.length).toBeGreaterThan(40);
    let rows = 0;
    for (const file of files) {
      const bytes = bytesOf(file);
      expect(bytes.length, file).toBeLessThan(LARGE);
      const delimiter = file.endsWith('.tsv') ? '\t' : ',';
      for (const options of [
        { delimiter },
        { delimiter, ragged: 'fit', quotes: 'repair', trim: true },
      ] as const) {
        rows += expectSame(file, bytes, options, [undefined, 65_536, 4099, 7, 1]).length;
      }
    }
    expect(rows).toBeGreaterThan(40_000);
  });

  test('pain P33: so are 305 daily files of a shop', () => {
    const files = dataFiles(data, 'data/**/*.csv');
    expect(files).toHaveLength(305);
    let rows = 0;
    for (const file of files) rows += expectSame(file, bytesOf(file), {}, [undefined, 65_536, 7, 1]).length;
    expect(rows).toBe(541_909);
  }, 300_000);

  test('pain P33: so are those above 2 MB, of which the first 2 MB of whole rows come in pieces of 7 and 1', () => {
    const register = dataFiles(data, 'register/*.csv').map((file) => [file, {}] as const);
    expect(register).toHaveLength(4);
    const log = { delimiter: '\t', quote: '', header: false, skipLines: 8 } as const;
    for (const [file, options] of [...register, ['zeek-dns.log', log] as const]) {
      const bytes = bytesOf(file);
      expect(bytes.length, file).toBeGreaterThan(LARGE);
      const origins = expectSame(file, bytes, options, [undefined, 65_536]);
      const { byte } = origins.findLast(({ byte }) => byte! <= LARGE)!;
      expect(byte).toBeGreaterThan(LARGE - 10_000);
      expectSame(file, bytes.subarray(0, byte), options, [7, 1]);
    }
  });
});

describe('large files', () => {
  test('pain P36: a million rows, of which many have line ends in quotes, are all there and in order', async () => {
    const rows = 1_000_000;
    function* pieces() {
      yield 'id,note\n';
      for (let from = 1; from <= rows; from += 1000) {
        const some = Array.from({ length: 1000 }, (_, at) => from + at);
        yield some.map((id) => (id % 7 === 0 ? `${id},"a\n""ü"", ${id}"\r\n` : `${id},x\n`)).join('');
      }
    }
    const path = await write('million.csv', pieces());
    let next = 1;
    let multiline = 0;
    const { balance } = await run(
      pipeline(
        'million',
        csv
          .read<{ id: string; note: string }>(path)
          .pipe(
            filter(({ id, note }) => {
              const expected = next % 7 === 0 ? `a\n"ü", ${next}` : 'x';
              return id === `${next++}` && note === expected;
            }),
            tap(({ note }) => {
              if (note !== 'x') multiline++;
            }),
          )
          .to(discard()),
      ),
    );
    expect(balance).toMatchObject({ read: rows, written: rows, filtered: 0, closed: true });
    expect(multiline).toBe(Math.floor(rows / 7));
  });

  test('pain P38: a quote that is never closed in 64 MiB is refused at the limit, with where it opens', async () => {
    function* pieces() {
      yield 'a,b\n1,2\n3,"';
      for (let mebibytes = 0; mebibytes < 64; mebibytes++) yield 'x,y\n'.repeat(2 ** 18);
    }
    const path = await write('unclosed.csv', pieces());
    await expect(run(pipeline('unclosed', csv.read(path).to(discard())))).rejects.toMatchObject({
      code: 'ERR_CSV_QUOTES',
      origin: { line: 3, byte: 8, record: 2 },
    });
  });

  test('pain P27: a file cut at any reported offset reads as the remaining records, across windows too', () => {
    const rows = Array.from(
      { length: 6000 },
      (_, at) => `${at},"ü\r\n🙂${'y'.repeat(at % 90)}",z${at % 3 ? '' : '漢'}\r\n`,
    );
    const file = Buffer.from(`a,b,c\r\n${rows.join('')}`);
    const { records, origins, raws } = decode(file, {}, { pieces: [200_000] });
    expect(records).toHaveLength(6000);
    for (let index = 0; index < 6000; index += 397) {
      const { byte, line, record } = origins[index]!;
      const rest = decode(
        file.subarray(byte),
        { header: ['a', 'b', 'c'] },
        { offset: byte!, pieces: [70_000] },
      );
      expect(rest.records).toEqual(records.slice(index));
      expect(rest.origins.at(-1)!.byte).toBe(origins.at(-1)!.byte);
      expect(file.subarray(0, byte).toString().split('\n')).toHaveLength(line!);
      expect([record, raws[index]]).toEqual([index + 1, rows[index]!.trimEnd()]);
    }
  });
});
