import { isUtf8 } from 'node:buffer';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as streamPipeline } from 'node:stream/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { csv, discard, filter, pipeline, run, tap } from '../../src/index.ts';
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

function outcome(bytes: Buffer, options: CsvReadOptions, pieces?: readonly number[]): unknown {
  try {
    return decode(bytes, { duplicates: 'rename', ...options }, { pieces });
  } catch (error) {
    const { code, message, origin } = error as Record<string, unknown>;
    return { code, message, origin };
  }
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

  test('pain P33: every csv file is read as papaparse reads it, in pieces of any size', () => {
    const files = dataFiles(
      data,
      'csv-spectrum/csvs/*.csv',
      'messy538/*.{csv,tsv}',
      'data/**/2010-12-1*.csv',
    );
    expect(files.length).toBeGreaterThan(40);
    for (const file of files) {
      const bytes = utf8(join(data, file));
      const delimiter = file.endsWith('.tsv') ? '\t' : ',';
      const reference = outcome(bytes, { delimiter, ...PAPAPARSE });
      const sizes = [
        undefined,
        65_536,
        4099,
        ...(bytes.length < 300_000 ? [7] : []),
        ...(bytes.length < 20_000 ? [1] : []),
      ];
      for (const size of sizes) {
        const found = outcome(bytes, { delimiter }, size === undefined ? undefined : [size]);
        expect(found, `${file} in pieces of ${size}`).toEqual(reference);
      }
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
