import { isUtf8 } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isMillraceError, json, type MillraceError, pipeline, run, toArray } from '../../src/index.ts';
import type { JsonReadOptions } from '../../src/io/formats/json/json-read-options.ts';
import { absent, dataFiles, PACKED, unpackedData } from './public-data.ts';

const work = mkdtempSync(join(tmpdir(), 'millrace-json-suite-'));
afterAll(() => rmSync(work, { recursive: true }));

/** The records of a document, or the error that the run failed with. */
async function read(
  bytes: Uint8Array,
  options: JsonReadOptions,
): Promise<readonly unknown[] | MillraceError> {
  const path = join(work, 'document.json');
  writeFileSync(path, bytes);
  const sink = toArray();
  try {
    await run(pipeline('document', json.read(path, options).to(sink)));
    return sink.records;
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return error;
  }
}

/** The records of a document, or the code of the error that the run failed with. */
async function outcome(bytes: Uint8Array, options: JsonReadOptions): Promise<unknown> {
  const found = await read(bytes, options);
  return 'code' in found ? found.code : found;
}

function parsed(bytes: Uint8Array): { readonly value: unknown } | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString()) };
  } catch {
    return undefined;
  }
}

const wrapped = (before: string, bytes: Uint8Array, after: string): Buffer =>
  Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

const REFUSED = expect.stringMatching(/^ERR_(JSON_SYNTAX|TRUNCATED|ENCODING|LIMIT)$/);

/** Codes of errors that say where. */
const PLACED: ReadonlySet<string> = new Set(['ERR_JSON_SYNTAX', 'ERR_TRUNCATED']);

/** No documents, but none or several of them, one after another. */
const SEQUENCES = [
  'n_single_space.json',
  'n_structure_UTF8_BOM_no_data.json',
  'n_structure_double_array.json',
  'n_structure_no_data.json',
  'n_structure_object_with_trailing_garbage.json',
];

describe.skipIf(absent)(`JSONTestSuite (skipped where ${PACKED} is absent)`, () => {
  const folder = unpackedData();
  const each = async (kind: string, check: (name: string, bytes: Buffer) => Promise<void>) => {
    const files = dataFiles(folder, `JSONTestSuite/test_parsing/${kind}_*.json`);
    for (const file of files) await check(basename(file), readFileSync(join(folder, file)));
    return files.length;
  };

  test('95 documents are taken, whole, as elements, as members, as values and as picks', async () => {
    const count = await each('y', async (name, bytes) => {
      const { value } = parsed(bytes)!;
      expect(await outcome(bytes, { path: '$' }), name).toEqual([value]);
      expect(await outcome(bytes, { mode: 'values' }), name).toEqual([value]);
      const twice = wrapped('\x1e', Buffer.concat([bytes, Buffer.from('\n\x1e'), bytes]), '\n');
      expect(await outcome(twice, { mode: 'values', chunkBytes: 7 }), name).toEqual([value, value]);
      const element = wrapped('[0,', bytes, ',1]');
      expect(await outcome(element, { chunkBytes: 1 }), name).toEqual([0, value, 1]);
      expect(await outcome(element, { path: ['$[1]', '$[2]'], chunkBytes: 5 }), name).toEqual([value, 1]);
      const member = wrapped('{"a":{"b":', bytes, '}}');
      expect(await outcome(member, { path: '$.a.*' }), name).toEqual([{ key: 'b', value }]);
    });
    expect(count).toBe(95);
  });

  test('188 that are no documents are refused, whole, in arrays and objects, and as picks', async () => {
    const count = await each('n', async (name, bytes) => {
      expect(parsed(bytes), name).toBeUndefined();
      expect(await outcome(bytes, { path: '$' }), name).toEqual(REFUSED);
      for (const [before, after, path] of [
        ['[0,', ',1]', '$[*]'],
        ['{"a":', '}', '$.*'],
        ['{"a":[1],"b":', '}', '$.a[*]'],
        ['[', ',1]', '$..a'],
      ] as const) {
        const document = wrapped(before, bytes, after);
        expect(parsed(document), name).toBeUndefined();
        expect(await outcome(document, { path }), `${name} ${path}`).toEqual(REFUSED);
      }
    });
    expect(count).toBe(188);
  });

  test('the errors of the 188 tell a byte of the file, or its end', async () => {
    const ways: readonly JsonReadOptions[] = [
      { path: '$' },
      { path: '$', chunkBytes: 7 },
      { path: '$[*]' },
      { path: '$.*', chunkBytes: 7 },
      { path: '$..a' },
      { mode: 'values', chunkBytes: 7 },
    ];
    const told = ways.map(() => 0);
    const count = await each('n', async (name, bytes) => {
      for (const [way, options] of ways.entries()) {
        const found = await read(bytes, options);
        if (!('code' in found) || !PLACED.has(found.code)) continue;
        const { byte: end } = found.details ?? {};
        const places = [found.origin?.byte, end].filter((byte) => byte !== undefined);
        expect(places, `${name}: ${found.message}`).not.toEqual([]);
        for (const byte of places) {
          expect(Number.isInteger(byte), name).toBe(true);
          expect(byte, name).toBeGreaterThanOrEqual(0);
          expect(byte, name).toBeLessThanOrEqual(bytes.length);
        }
        told[way]!++;
      }
    });
    expect(count).toBe(188);
    for (const times of told) expect(times).toBeGreaterThan(40);
  });

  test('what is no document, but several one after another, is taken as values', async () => {
    const taken: string[] = [];
    await each('n', async (name, bytes) => {
      const found = await outcome(bytes, { mode: 'values' });
      if (Array.isArray(found)) taken.push(name);
      else expect(found, name).toEqual(REFUSED);
    });
    expect(taken).toEqual(SEQUENCES);
  });

  test('35 that may be taken or refused never crash, and are what JSON.parse makes of them', async () => {
    const count = await each('i', async (name, bytes) => {
      const value = parsed(bytes);
      for (const options of [{ path: '$' }, { mode: 'values' }, { path: '$..a' }] as const) {
        const found = await outcome(bytes, options);
        if (value === undefined) {
          if (!Array.isArray(found)) expect(found, name).toEqual(REFUSED);
          continue;
        }
        expect(found, name).toEqual('path' in options && options.path === '$..a' ? [] : [value.value]);
      }
    });
    expect(count).toBe(35);
  });
});
