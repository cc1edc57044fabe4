import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../../../../src/core/errors.ts';
import type { JsonReadOptions } from '../../../../../src/io/formats/json/json-read-options.ts';
import { jsonReader } from '../../../../../src/io/formats/json/json-reader.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';
import { tempFolder } from '../../temp-folder.ts';

const OBJECT = '{"x":[1,"y"],\n"a":[{"b":1},\n{"b":[2,"é"]}],"z":"\\u00e9",\n"n":9007199254740993}';

/** Each way to read, with the document that it reads, and how far it may be cut and still be whole. */
const WAYS: Readonly<Record<string, readonly [string, JsonReadOptions, number?]>> = {
  'the array at the root': ['[{"a":"é"},\n[1,"\\"]"],2]', {}],
  'the members of the root': [OBJECT, { path: '$.*' }],
  'an array at a path': [OBJECT, { path: '$.a[*]' }],
  'an array behind which much follows': [OBJECT, { path: '$.x[*]' }],
  'one element': [OBJECT, { path: '$.a[0]' }],
  'all that are called so': [OBJECT, { path: '$..b' }],
  'several paths': [OBJECT, { path: ['$.a[*]', '$.z'] }],
  'the whole document': [OBJECT, { path: '$' }],
  'big integers': [OBJECT, { path: '$.a[*]', bigints: 'bigint' }],
  'big integers of several paths': [OBJECT, { path: ['$.n', '$.x'], bigints: 'string' }],
};

describe.each(Object.entries(WAYS))('%s', (name, [text, options]) => {
  const whole = Buffer.from(text);

  test.each([1, 3, 65_536])(
    'cut anywhere says where the file ends, in pieces of %i bytes',
    async (chunkBytes) => {
      const folder = tempFolder();
      for (let length = 0; length < whole.length; length++) {
        if (whole[length]! >> 6 === 0b10) continue; // within a character, which is told as such
        const path = folder.write(`${name}-${length}.json`, whole.subarray(0, length));
        const error = await probeReader(jsonReader(path, { ...options, chunkBytes }))
          .rest()
          .then(
            () => 'no error',
            (thrown: unknown) => thrown,
          );
        const line = whole.subarray(0, length).toString().split('\n').length;
        const place =
          length === 0 ? 'the file is empty' : `ends too early, at byte ${length} in line ${line}`;
        expect(error, `cut at ${length}`).toMatchObject({
          code: 'ERR_TRUNCATED',
          message: expect.stringContaining(place),
          details: { byte: length, line },
        });
        const { origin } = error as { origin: { byte: number; file: string } };
        expect(isMillraceError(error) && origin.file).toBe(path);
        expect(origin.byte).toBeLessThanOrEqual(length);
      }
    },
  );

  test('whole is no error', async () => {
    const path = tempFolder().write(`${name}.json`, whole);
    expect((await probeReader(jsonReader(path, options)).rest()).length).toBeGreaterThan(0);
  });
});

test('of values one after another, the last may be cut', async () => {
  const path = tempFolder().write('values.json', '{"a":1}\n{"a":');
  const probe = probeReader(jsonReader(path, { mode: 'values' }));
  await expect(probe.rest()).rejects.toMatchObject({
    code: 'ERR_TRUNCATED',
    message: `Cannot parse ${path}: the document ends too early, at byte 13 in line 2, within record 2, which starts at byte 8 in line 2`,
  });
  expect(probe.records).toEqual([{ a: 1 }]);
});

test('a value that is too long already and then cut is both', async () => {
  const path = tempFolder().write('long.json', `[1]\n["${'x'.repeat(200)}`);
  const codes: unknown[] = [];
  const failed = ({ error }: { readonly error: Error }) => {
    codes.push((error as Error & { code: string }).code);
    return undefined;
  };
  const reader = jsonReader(path, { mode: 'values', maxRecordBytes: 100, chunkBytes: 32 });
  await expect(probeReader(reader, { failed }).rest()).rejects.toMatchObject({
    code: 'ERR_TRUNCATED',
    details: { byte: 206 },
  });
  expect(codes).toEqual(['ERR_LIMIT']);
});

test.each([
  ['$..x', '{"x":[1,2,3]}', 7],
  ['$..x', '{"x":"abc"}', 5],
  ['$..x', '{"x":{"a":true}}', 10],
  ['$..x', '{"x":-1.5}', 4],
])('a value that is picked by %s from %s may have just its bytes', async (path, text, bytes) => {
  const file = tempFolder().write('picked.json', text);
  const read = (maxRecordBytes: number) => probeReader(jsonReader(file, { path, maxRecordBytes })).rest();
  expect(await read(bytes)).toHaveLength(1);
});
