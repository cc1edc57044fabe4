import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csv, json, ndjson, text } from '../../src/formats.ts';
import { deadLetter, type Flow, isMillraceError, pipeline, run, toArray } from '../../src/index.ts';
import { mutations } from './mutations.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-damaged-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ROWS = `id,name,note
1,Ana,"said ""no"", and left"
2,Søren,"two
lines"

3,太郎,plain
4,"x",🎁
`;
const LINES = [{ id: 1, name: 'Ana' }, { id: 2, deep: [1, [{ a: 'ü\n"' }]] }, null, 'text', -1.5e3, [true]];
const NDJSON = `${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`;
const LOG = 'one\r\ntwo ü\n\n  at three\nfour';

interface Case {
  readonly fixture: Uint8Array | string;
  readonly compressed?: true;
  readonly read: (path: string, chunkBytes: number) => Flow<unknown>;
}

const CASES: Readonly<Record<string, Case>> = {
  csv: { fixture: ROWS, read: (path, chunkBytes) => csv.read(path, { chunkBytes }) },
  'csv that is cut to fit': {
    fixture: ROWS.replaceAll('\n', '\r\n'),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, ragged: 'fit', columns: ['note', 'id'] }),
  },
  'csv by papaparse': {
    fixture: `#x\n${ROWS}`,
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, comment: '#' }),
  },
  'csv with a small limit': {
    fixture: ROWS,
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, maxRecordBytes: 30 }),
  },
  ndjson: { fixture: NDJSON, read: (path, chunkBytes) => ndjson.read(path, { chunkBytes }) },
  json: {
    fixture: JSON.stringify({ items: LINES }, null, 1),
    read: (path, chunkBytes) => json.read(path, { chunkBytes, path: '$.items[*]' }),
  },
  text: { fixture: LOG, read: (path, chunkBytes) => text.read(path, { chunkBytes }) },
  'text in records of several lines': {
    fixture: '12:00 one\n  more\n12:01 two ü\n\n12:02 three',
    read: (path, chunkBytes) =>
      text.read(path, { chunkBytes, start: /^\d\d:/, fields: /^(?<time>[\d:]+) (?<message>.*)$/s }),
  },
  'utf-16 text': {
    fixture: Buffer.from(`\ufeff${LOG}`, 'utf16le'),
    read: (path, chunkBytes) => text.read(path, { chunkBytes }),
  },
  'gzip of two members': {
    compressed: true,
    fixture: Buffer.concat([gzipSync(ROWS), gzipSync(ROWS)]),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'gzip' }),
  },
  deflate: {
    compressed: true,
    fixture: deflateSync(ROWS),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'deflate' }),
  },
  brotli: {
    compressed: true,
    fixture: brotliCompressSync(ROWS),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'brotli' }),
  },
  zstd: {
    compressed: true,
    fixture: Buffer.concat([zstdCompressSync(ROWS), zstdCompressSync(ROWS)]),
    read: (path, chunkBytes) => csv.read(path, { chunkBytes, compression: 'zstd' }),
  },
};

/** What a run over a file comes to: its records and dead letters, or the code of its error. */
async function outcome(path: string, { read }: Case, chunkBytes: number): Promise<object> {
  const good = toArray<unknown>();
  const bad = toArray<any>();
  try {
    const flow = read(path, chunkBytes);
    const { balance } = await run(pipeline('damaged', flow.to(good), { onError: deadLetter(bad) }));
    expect(balance.read).toBe(good.records.length + bad.records.length);
    return {
      records: good.records,
      bad: bad.records.map(({ error, origin, raw }) => ({ code: error.code, origin, raw })),
    };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    expect(error.code).not.toMatch(/INTERNAL|BALANCE|CALLBACK/);
    return { code: error.code, origin: error.origin };
  }
}

function isRefused(found: object): boolean {
  return 'code' in found;
}

describe('a damaged file is read the same in all pieces, or refused with an error of ours:', () => {
  test.each(Object.entries(CASES))('%s', async (name, damaged) => {
    const path = join(folder, name.replaceAll(' ', '-'));
    const fixture =
      typeof damaged.fixture === 'string' ? Buffer.from(damaged.fixture) : Buffer.from(damaged.fixture);
    let read = 0;
    for (const bytes of mutations(fixture, 20_261, 120)) {
      await writeFile(path, bytes);
      const whole = await outcome(path, damaged, 65_536);
      const shown = bytes.toString('latin1');
      for (const chunkBytes of [7, 1]) {
        const found = await outcome(path, damaged, chunkBytes);
        // What is decompressed before the damage shows depends on the pieces, and may be at fault itself.
        if (damaged.compressed && isRefused(whole)) expect(isRefused(found), shown).toBe(true);
        else expect(found, shown).toEqual(whole);
      }
      if (!isRefused(whole)) read++;
    }
    expect(read).toBeGreaterThan(0);
  });
});
