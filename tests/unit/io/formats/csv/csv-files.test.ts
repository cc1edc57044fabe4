import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../../src/core/batch.ts';
import { systemClock } from '../../../../../src/core/clock.ts';
import { csvReader } from '../../../../../src/io/formats/csv/csv-reader.ts';
import { csvWriter } from '../../../../../src/io/formats/csv/csv-writer.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function write(name: string, records: readonly object[], options = {}): Promise<string> {
  const path = join(folder, name);
  const context = { signal: new AbortController().signal, clock: systemClock, wrote: () => {} };
  const sink = await csvWriter<object>(path, options).open(context);
  await sink.write(batch(records, new CountedOrigin('test', 1)));
  await sink.close();
  return path;
}

describe('csv files', () => {
  test('what is written reads back, compressed by the name', async () => {
    const records = Array.from({ length: 5000 }, (_, i) => ({
      id: `${i}`,
      note: i % 3 === 0 ? `"ü"\n${i}` : '',
    }));
    for (const name of ['plain.csv', 'packed.csv.gz']) {
      const path = await write(name, records);
      expect(await probeReader(csvReader(path)).rest()).toEqual(records);
    }
    expect(readFileSync(join(folder, 'packed.csv.gz')).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });

  test('appending repeats no header', async () => {
    const path = await write('grows.csv', [{ a: 1 }], { append: true });
    await write('grows.csv', [{ a: 2 }], { append: true });
    expect(readFileSync(path, 'utf8')).toBe('a\n1\n2\n');
  });

  test('each file has its own header, and origins name the file', async () => {
    await write('day-1.csv', [{ id: 1, v: 'x' }]);
    await write('day-2.csv', [{ v: 'y', id: 2 }]);
    const probe = probeReader(csvReader(join(folder, 'day-*.csv')));
    expect(await probe.rest()).toEqual([
      { id: '1', v: 'x' },
      { id: '2', v: 'y' },
    ]);
    expect(probe.origins.map(({ file, record, line }) => [file?.slice(-9), record, line])).toEqual([
      ['day-1.csv', 1, 2],
      ['day-2.csv', 1, 2],
    ]);
  });

  test('pain P34: a byte order mark and UTF-16 are no part of the first name, in pieces of 1 byte too', async () => {
    const text = 'näme,b\n"x",🙂\n';
    const files = {
      'bom.csv': Buffer.from(`\ufeff${text}`),
      'bom-quoted.csv': Buffer.from(`\ufeff${text.replace('näme', '"näme"')}`),
      'utf16le.csv': Buffer.from(`\ufeff${text}`, 'utf16le'),
      'utf16be.csv': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(folder, name), bytes);
      for (const chunkBytes of [1, 3, 1000]) {
        const probe = probeReader(csvReader(join(folder, name), { chunkBytes }));
        expect(await probe.rest(), name).toEqual([{ näme: 'x', b: '🙂' }]);
        expect(probe.origins[0]).toMatchObject({ line: 2, record: 1 });
      }
    }
    const marked = probeReader(csvReader(join(folder, 'bom.csv')));
    await marked.rest();
    expect(marked.origins[0]).toMatchObject({ byte: 3 + Buffer.byteLength('näme,b\n') });
  });

  test('pain P35: bad rows are all reported behind a byte order mark, too: good and bad together are the lines', async () => {
    const lines = Array.from({ length: 2000 }, (_, n) => (n % 3 === 0 ? `${n},a,b` : `${n},a`));
    const path = join(folder, 'bom-and-bad.csv');
    writeFileSync(path, `\ufeffid,v\n${lines.join('\n')}\n`);
    for (const chunkBytes of [1, 7, 65_536]) {
      const probe = probeReader(csvReader(path, { chunkBytes }));
      const { length } = await probe.rest();
      expect([length, probe.failures.length]).toEqual([1333, 667]);
      expect(probe.failures[0]!.origin).toMatchObject({ record: 1, line: 2 });
    }
  });

  test('pain P44: reading that is held back after each batch of a large chunk goes on, and ends once', async () => {
    const rows = Array.from({ length: 120_000 }, (_, n) => ({ id: `${n}`, text: 'x'.repeat(n % 200) }));
    const path = await write('large-chunks.csv', rows);
    const probe = probeReader(csvReader(path, { chunkBytes: '10 MiB' }));
    let asked = 0;
    for (; probe.state === 'open'; asked++) await probe.request(1);
    expect(asked).toBeGreaterThan(20);
    expect(probe.records).toEqual(rows);
    expect([probe.state, probe.unasked]).toEqual(['completed', 0]);
  });
});
