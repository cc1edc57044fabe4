import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { csv, json, ndjson, parquet } from '../../../../src/index.ts';
import { tempFolder } from '../temp-folder.ts';

describe('the files of a writer', () => {
  test('are known to be there or not', async () => {
    const folder = tempFolder().path;
    const files = ndjson.write(join(folder, 'a.ndjson')).files!;
    expect(files.path).toBe(join(folder, 'a.ndjson'));
    expect(await files.existing()).toBeUndefined();
    writeFileSync(files.path, '');
    expect(await files.existing()).toBe(files.path);
  });

  test('are a pattern where there are several, and one of them is found', async () => {
    const folder = tempFolder().path;
    const split = csv.write(join(folder, '{country}', 'x.csv'), { partitionBy: 'country' }).files!;
    expect(split.path).toBe(join(folder, '{country}', 'x.csv'));
    expect(await split.existing()).toBeUndefined();
    mkdirSync(join(folder, 'DE'));
    writeFileSync(join(folder, 'DE', 'x.csv'), '');
    expect(await split.existing()).toBe(join(folder, 'DE', 'x.csv'));
    const parts = ndjson.write(join(folder, 'p.ndjson.gz'), { rotate: { records: 1 } }).files!;
    expect(parts.path).toBe(join(folder, 'p-{part}.ndjson.gz'));
    writeFileSync(join(folder, 'p-00007.ndjson.gz'), '');
    expect(await parts.existing()).toBe(join(folder, 'p-00007.ndjson.gz'));
  });

  test('of stdout and of URLs are none', () => {
    expect(ndjson.write('-').files).toBeUndefined();
    expect(ndjson.write('http://localhost/x').files).toBeUndefined();
  });

  test.each([
    ['csv', csv.write],
    ['json', json.write],
    ['parquet', parquet.write],
  ] as const)('of %s may be others', (_, write) => {
    const folder = tempFolder().path;
    const other = write(join(folder, 'a')).files!.rewritten({ path: join(folder, 'b') });
    expect(other.target).toBe(`file:${join(folder, 'b')}`);
    expect(other.files!.rewritten({ overwrite: false }).target).toBe(other.target);
  });

  test.each([
    ['json', json.write],
    ['parquet', parquet.write],
  ] as const)('of %s cannot be added to', (name, write) => {
    const folder = tempFolder().path;
    const files = write(join(folder, 'a')).files!;
    expect(() => files.rewritten({ append: true })).toThrow(`a file of ${name} has an end`);
  });
});
