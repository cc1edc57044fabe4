import { describe, expect, test } from 'vitest';
import { FileReadSchema, FileWriteSchema } from '../../../../src/io/bytes/file-options.ts';
import { jsonReader } from '../../../../src/io/formats/json/json-reader.ts';
import { ndjsonReader } from '../../../../src/io/formats/ndjson/ndjson-reader.ts';
import { textReader } from '../../../../src/io/formats/text/text-reader.ts';

describe('the options of files', () => {
  test('have defaults, and give sizes in bytes', () => {
    expect(FileReadSchema.parse({})).toEqual({
      compression: 'auto',
      archive: 'auto',
      hidden: false,
      invalid: 'fail',
      allowEmpty: false,
      maxRecordBytes: 2 ** 24,
      resume: { changed: 'fail' },
      maxInflation: 1000,
      chunkBytes: 2 ** 17,
      http: {
        headers: {},
        retries: 5,
        backoff: { first: 200, most: 30_000 },
        timeout: 30_000,
        redirects: 10,
      },
    });
    expect(FileReadSchema.parse({ maxRecordBytes: '1 MiB' }).maxRecordBytes).toBe(2 ** 20);
    expect(FileWriteSchema.parse({})).toEqual({
      compression: 'auto',
      append: false,
      overwrite: true,
      mkdir: false,
      maxOpenFiles: 64,
      maxPartitions: 10_000,
      bufferBytes: 2 ** 18,
      http: expect.objectContaining({ method: 'POST', timeout: 30_000 }),
    });
  });

  test('may be checked twice with the same outcome', () => {
    const once = FileReadSchema.parse({ maxRecordBytes: '1 MiB', encoding: 'latin1' });
    expect(FileReadSchema.parse(once)).toEqual(once);
  });

  test('pass policies on as they are', () => {
    const policy = { kind: 'dead-letter', to: { kind: 'dead-letters' } } as const;
    const list = [{ kind: 'retry', attempts: 2 }, policy];
    expect(FileWriteSchema.parse({ onError: policy }).onError).toBe(policy);
    expect(FileReadSchema.parse({ onError: list }).onError).toBe(list);
  });

  test('all have descriptions', () => {
    for (const shape of [FileReadSchema.shape, FileWriteSchema.shape]) {
      for (const [name, field] of Object.entries(shape)) {
        const inner =
          'unwrap' in field ? (field.unwrap() as { description?: string }).description : undefined;
        expect(field.description ?? inner, name).toMatch(/\w/);
      }
    }
  });

  test.each([
    [{ encoding: 'klingon' }, 'encoding'],
    [{ compression: 'zip' }, 'compression'],
    [{ maxRecordBytes: 0 }, 'maxRecordBytes'],
    [{ maxRecordBytes: 'much' }, 'maxRecordBytes'],
    [{ chunkBytes: 1.5 }, 'chunkBytes'],
    [{ maxInflation: -1 }, 'maxInflation'],
    [{ onError: 'skip' }, 'onError'],
    [{ onError: [{ kind: 'ignore' }] }, 'onError'],
    [{ allowEmtpy: true }, 'allowEmtpy'],
    [null, ''],
  ])('refuse %j by name', (options, name) => {
    for (const make of [ndjsonReader, jsonReader, textReader]) {
      expect(() => make('x', options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(name) }),
      );
    }
  });

  test.each(['data', 'data[*]', '', '$[*', '$.a b[*]', '$..', '$.data[-1]'])(
    'refuse the path %j of json.read',
    (path) => {
      expect(() => jsonReader('x', { path })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('$.data.items[*]') }),
      );
    },
  );

  test('refuse a missing path at once', () => {
    expect(() => ndjsonReader(undefined as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    expect(() => ndjsonReader([])).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
