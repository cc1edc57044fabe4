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
  try {
    await sink.write(batch(records, new CountedOrigin('test', 1)));
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
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

  test.each(['.csv', '.csv.gz', '.csv.zst'])(
    'appending to %s puts values under the names that are there',
    async (end) => {
      const path = await write(`names${end}`, [{ a: 1, 'b "x"\n': 'ü' }], { append: true });
      await write(`names${end}`, [{ 'b "x"\n': 3, a: 2 }, { a: 4 }], { append: true });
      expect(await probeReader(csvReader(path)).rest()).toEqual([
        { a: '1', 'b "x"\n': 'ü' },
        { a: '2', 'b "x"\n': '3' },
        { a: '4', 'b "x"\n': '' },
      ]);
    },
  );

  test('appending refuses what has no column there, and leaves the file as it was', async () => {
    const path = await write('strict.csv', [{ a: 1, b: 2 }]);
    const before = readFileSync(path, 'utf8');
    const append = (record: object, options = {}) =>
      write('strict.csv', [record], { append: true, ...options });
    await expect(append({ a: 1, c: 2 })).rejects.toMatchObject({ code: 'ERR_ENCODE' });
    await expect(append(['1', '2', '3'])).rejects.toMatchObject({ code: 'ERR_ENCODE' });
    await expect(append({ a: 1, b: 2 }, { columns: ['b', 'a'] })).rejects.toMatchObject({
      code: 'ERR_CSV_HEADER',
      message: `Cannot append to ${path}: its columns are "a", "b", and those to write "b", "a"`,
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
    await append({ b: 4, c: 5, a: 3 }, { extra: 'ignore' });
    await append({ x: 5, y: 6 }, { header: false });
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n3,4\n5,6\n');
  });

  test.each([
    ['a,a\n', /two of its columns/],
    [`"${'x'.repeat(70_000)}`, /longer than 65536 bytes/],
    [`${'x'.repeat(70_000)}`, /longer than 65536 bytes/],
  ])('appending refuses a file whose first row says nothing clear', async (content, message) => {
    const path = join(folder, 'unclear.csv');
    writeFileSync(path, content);
    const appended = write('unclear.csv', [{ a: 1 }], { append: true });
    await expect(appended).rejects.toMatchObject({
      code: 'ERR_CSV_HEADER',
      message: expect.stringMatching(message),
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('appending takes names as they are written: with a byte order mark, other quotes, or made harmless', async () => {
    const path = join(folder, 'spelled.csv');
    writeFileSync(path, "\ufeff'=a';b\r\n1;2\r\n");
    await write('spelled.csv', [{ b: 4, '=a': 3 }], { append: true, delimiter: ';', quote: "'" });
    expect(readFileSync(path, 'utf8')).toBe("\ufeff'=a';b\r\n1;2\r\n3;4\n");
    await write('harmless.csv', [{ '=a': 1, b: 2 }], { escapeFormulas: true });
    const harmless = await write('harmless.csv', [{ b: 4, '=a': 3 }], { escapeFormulas: true, append: true });
    expect(readFileSync(harmless, 'utf8')).toBe(`"'=a",b\n1,2\n3,4\n`);
  });

  test('appending to partitions looks at each of their files', async () => {
    const options = { partitionBy: 'k', append: true };
    await write('part-{k}.csv', [{ k: 'x', n: 1 }], options);
    await write(
      'part-{k}.csv',
      [
        { n: 2, k: 'x' },
        { n: 3, k: 'y' },
      ],
      options,
    );
    expect(readFileSync(join(folder, 'part-x.csv'), 'utf8')).toBe('k,n\nx,1\nx,2\n');
    expect(readFileSync(join(folder, 'part-y.csv'), 'utf8')).toBe('n,k\n3,y\n');
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
