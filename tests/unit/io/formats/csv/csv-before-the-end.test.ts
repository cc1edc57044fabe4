import { describe, expect, test } from 'vitest';
import type { CsvReadOptions } from '../../../../../src/io/formats/csv/csv-read-options.ts';
import { csvReader } from '../../../../../src/io/formats/csv/csv-reader.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';
import { tempFolder } from '../../temp-folder.ts';

/** Both ways to read: a comment that is nowhere takes the slow one. */
const WAYS: readonly CsvReadOptions[] = [{}, { comment: '\u{1}' }];

describe.each(WAYS)('csv, %j, gives the records before what ends the run', (way) => {
  test.each([1, 7, 65_536])('a bad row, in pieces of %i bytes', async (chunkBytes) => {
    const path = tempFolder().write('a.csv', 'a,b\n1,2\n3,4\n5\n6,7\n');
    const verdict = new Error('that is one too many');
    const failed = () => {
      throw verdict;
    };
    const probe = probeReader(csvReader(path, { ...way, chunkBytes }), { failed });
    await expect(probe.rest()).rejects.toBe(verdict);
    expect(probe.records).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  test.each([1, 7, 65_536])('a row that is too long, in pieces of %i bytes', async (chunkBytes) => {
    const path = tempFolder().write('a.csv', `a,b\n1,2\n${'x'.repeat(100)}`);
    const probe = probeReader(csvReader(path, { ...way, chunkBytes, maxRecordBytes: 50 }));
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    if (chunkBytes < 50) expect(probe.records).toEqual([{ a: '1', b: '2' }]);
  });
});
