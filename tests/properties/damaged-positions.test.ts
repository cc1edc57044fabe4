import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { jsonReader } from '../../src/io/formats/json/json-reader.ts';
import { ndjsonReader } from '../../src/io/formats/ndjson/ndjson-reader.ts';
import { textReader } from '../../src/io/formats/text/text-reader.ts';
import { goesOn } from '../../src/testing/reader-positions.ts';
import { mutations } from './mutations.ts';

interface Case {
  readonly fixture: string | Buffer;
  readonly read: (path: string) => Reader<unknown>;
  readonly pack?: (bytes: Buffer) => Buffer;
}

const ROWS = `id,name,note
1,Ana,"said ""no"", and left"
2,Søren,"two
lines"

3,太郎,plain
4,"x",🎁
`;
const LINES = [{ id: 1, name: 'Ana' }, { id: 2, deep: [1, [{ a: 'ü\n"' }]] }, null, 'text', -1.5e3, [true]];
const NDJSON = `${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`;
const LOG = '12:00 one\r\n  more\n12:01 two ü\n\n12:02 three\nfour';
/** Pieces so small that nearly each record is a batch of its own. */
const chunkBytes = 9;
const limit = { chunkBytes, maxRecordBytes: 24 };

const CASES: Readonly<Record<string, Case>> = {
  csv: { fixture: ROWS, read: (path) => csvReader(path, { chunkBytes }) },
  'csv with types that are inferred, without header': {
    fixture: ROWS,
    read: (path) => csvReader(path, { chunkBytes, header: ['a', 'b', 'c'], types: 'infer', ragged: 'fit' }),
  },
  'csv in arrays, behind skipped lines': {
    fixture: `skipped\n${ROWS}`,
    read: (path) => csvReader(path, { chunkBytes, header: false, skipLines: 1 }),
  },
  'csv by papaparse': {
    fixture: `#x\n${ROWS}`,
    read: (path) => csvReader(path, { chunkBytes, comment: '#', quotes: 'repair' }),
  },
  'csv with a small limit': { fixture: ROWS, read: (path) => csvReader(path, limit) },
  ndjson: { fixture: NDJSON, read: (path) => ndjsonReader(path, { chunkBytes }) },
  'ndjson with a small limit': { fixture: NDJSON, read: (path) => ndjsonReader(path, limit) },
  json: {
    fixture: JSON.stringify({ a: [0], items: LINES, b: {} }, null, 1),
    read: (path) => jsonReader(path, { chunkBytes, path: '$.items[*]' }),
  },
  'json with a small limit': {
    fixture: `[${LINES.map((line) => JSON.stringify(line))}]`,
    read: (path) => jsonReader(path, limit),
  },
  'members of json': {
    fixture: JSON.stringify({ a: [0], items: LINES, b: {} }),
    read: (path) => jsonReader(path, { ...limit, path: '$.*' }),
  },
  'values of json': { fixture: NDJSON, read: (path) => jsonReader(path, { ...limit, mode: 'values' }) },
  'a sequence of json texts': {
    fixture: LINES.map((line) => `\x1e${JSON.stringify(line)}\n`).join(''),
    read: (path) => jsonReader(path, { ...limit, mode: 'values' }),
  },
  'picked json': {
    fixture: JSON.stringify({ rows: LINES, more: { rows: [1, 2] } }),
    read: (path) => jsonReader(path, { ...limit, path: '$..id' }),
  },
  text: {
    fixture: `${LOG}\n${'much too long '.repeat(6)}\nshort\n`,
    read: (path) => textReader(path, { chunkBytes: 13, maxRecordBytes: 11 }),
  },
  'text in records of several lines': {
    fixture: LOG,
    read: (path) =>
      textReader(path, { ...limit, start: /^\d\d:/, fields: /^(?<time>[\d:]+) (?<message>.*)$/s }),
  },
  'text of UTF-16': {
    fixture: Buffer.from(`\ufeff${LOG}`, 'utf16le'),
    read: (path) => textReader(path, { chunkBytes }),
  },
  'text with bytes that are replaced': {
    fixture: Buffer.from(`\ufeff${LOG}\n\xe9\xff and more\n`, 'latin1'),
    read: (path) => textReader(path, { chunkBytes, invalid: 'replace' }),
  },
  'packed csv': { fixture: ROWS, pack: gzipSync, read: (path) => csvReader(path, { chunkBytes }) },
};

describe('what is damaged is gone on with as if nothing had been:', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-positions-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(Object.entries(CASES))('%s', async (name, { fixture, read, pack }) => {
    const path = join(folder, name.replaceAll(/\W/g, '-'));
    const whole = Buffer.from(fixture);
    for (const bytes of [whole, ...mutations(whole, 20_261, 60)]) {
      await writeFile(path, pack?.(bytes) ?? bytes);
      await goesOn(read(path), read(path), {}, 8);
    }
  });
});
