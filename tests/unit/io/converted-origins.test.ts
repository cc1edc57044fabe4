import { describe, expect, test } from 'vitest';
import type { Reader } from '../../../src/interfaces/reader.ts';
import type { FileReadOptions } from '../../../src/io/bytes/file-options.ts';
import { csvReader } from '../../../src/io/formats/csv/csv-reader.ts';
import { jsonReader } from '../../../src/io/formats/json/json-reader.ts';
import { ndjsonReader } from '../../../src/io/formats/ndjson/ndjson-reader.ts';
import { textReader } from '../../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../../src/testing/reader-probe.ts';
import { tempFolder } from './temp-folder.ts';

type Make = (path: string, options: FileReadOptions) => Reader<unknown>;

/** Of each format: a text, one of whose records is bad where that is possible. */
const FORMATS: readonly (readonly [string, Make, string])[] = [
  ['csv', (path, options) => csvReader(path, options), 'id,name\n1,é\n2\n3,ü\n'],
  ['json', (path, options) => jsonReader(path, options), '["é",\n "ü",\n 01]'],
  ['ndjson', (path, options) => ndjsonReader(path, options), '"é"\n{no}\n"ü"\n'],
  ['text', (path, options) => textReader(path, { ...options, maxRecordBytes: 4 }), 'é\ntoo long\nü\n'],
];

/** What a file's origins say; the error of a bad record says it again in its message. */
async function places(make: Make, content: Uint8Array, options: FileReadOptions) {
  const path = tempFolder().write('file', content);
  const probe = probeReader(make(path, options));
  await probe.rest();
  const origins = [...probe.origins, ...probe.failures.map(({ origin }) => origin)];
  return {
    lines: origins.map(({ line }) => line),
    bytes: origins.map(({ byte }) => byte),
    messages: probe.failures.map(({ error }) => error.message),
  };
}

describe.each(FORMATS)('the origins of %s', (_, make, text) => {
  const plain = Buffer.from(text);

  test('have no offset where the text was converted: it would not be one in the file', async () => {
    const exact = await places(make, plain, {});
    const converted = [
      await places(make, Buffer.from(text, 'utf16le'), { encoding: 'utf-16le' }),
      await places(make, Buffer.from(`\ufeff${text}`, 'utf16le'), {}),
      await places(make, Buffer.from(text, 'latin1'), { encoding: 'windows-1252' }),
      await places(make, Buffer.from(text, 'latin1'), { invalid: 'replace' }),
    ];
    for (const { lines, bytes, messages } of converted) {
      expect(lines).toEqual(exact.lines);
      expect(bytes.filter((byte) => byte !== undefined)).toEqual([]);
      expect(messages.filter((message) => /byte/.test(message))).toEqual([]);
    }
    expect(exact.messages).toHaveLength(1);
    expect(exact.messages[0]).toMatch(/, byte \d+\)/);
  });

  test('have one where it was not: nothing was replaced, a mark of UTF-8 is counted', async () => {
    const exact = await places(make, plain, {});
    expect(exact.bytes).not.toContain(undefined);
    expect((await places(make, plain, { invalid: 'replace' })).bytes).toEqual(exact.bytes);
    const marked = await places(make, Buffer.from(`\ufeff${text}`), {});
    expect(marked.bytes).toEqual(exact.bytes.map((byte) => byte! + 3));
  });
});

test('a converted document that was cut short names no byte that is not there', async () => {
  const path = tempFolder().write('cut.json', Buffer.from('["é", {"a": ', 'utf16le'));
  await expect(probeReader(jsonReader(path, { encoding: 'utf-16le' })).rest()).rejects.toMatchObject({
    code: 'ERR_TRUNCATED',
    message: expect.stringMatching(/within record 2, which starts in line 1$/),
  });
});
