import { describe, expect, test } from 'vitest';
import { text } from '../../../../../src/formats.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { deadLetter } from '../../../../../src/processing/policies/dead-letter.ts';
import { fallback } from '../../../../../src/processing/policies/fallback.ts';
import { run } from '../../../../../src/start.ts';
import { tempFolder } from '../../temp-folder.ts';

const LOG = `12:00 INFO started
12:01 ERROR failed
  at one
  at two

no record
12:02 INFO ended`;
const FIELDS = /^(?<time>\d\d:\d\d) (?<level>[A-Z]+) (?<message>.*)$/s;

async function read<T>(flow: Flow<T>, onError?: ReturnType<typeof fallback>) {
  const good = toArray<T>();
  const bad = toArray<any>();
  const settings = { onError: onError ?? deadLetter(bad) };
  const { balance } = await run(pipeline('read', flow.to(good), settings));
  return { records: good.records, bad: bad.records, balance };
}

describe('fields by the named groups of a pattern', () => {
  test('records are objects of the groups, in their order, and others go to the policy with their text', async () => {
    const path = tempFolder().write('app.log', LOG);
    const { records, bad, balance } = await read(text.read(path, { fields: FIELDS }));
    expect(records).toEqual([
      { time: '12:00', level: 'INFO', message: 'started' },
      { time: '12:01', level: 'ERROR', message: 'failed' },
      { time: '12:02', level: 'INFO', message: 'ended' },
    ]);
    expect(Object.keys(records[0]!)).toEqual(['time', 'level', 'message']);
    expect(bad.map(({ raw, origin, error }) => [raw, origin.line, origin.byte, error.code])).toEqual([
      ['  at one', 3, 38, 'ERR_PATTERN'],
      ['  at two', 4, 47, 'ERR_PATTERN'],
      ['', 5, 56, 'ERR_PATTERN'],
      ['no record', 6, 57, 'ERR_PATTERN'],
    ]);
    expect(balance).toMatchObject({ read: 7, written: 3, deadLettered: 4, closed: true });
  });

  test('with a start they are matched on the whole record, across its lines', async () => {
    const path = tempFolder().write('app.log', LOG);
    const { records, bad } = await read(text.read(path, { start: '^\\d\\d:\\d\\d ', fields: FIELDS }));
    expect(records.map(({ message }) => message)).toEqual([
      'started',
      'failed\n  at one\n  at two\n\nno record',
      'ended',
    ]);
    expect(bad).toEqual([]);
  });

  test('the run fails by default, with where and what to do', async () => {
    const path = tempFolder().write('app.log', LOG);
    await expect(
      run(pipeline('fails', text.read(path, { fields: FIELDS }).to(toArray()))),
    ).rejects.toMatchObject({
      code: 'ERR_PATTERN',
      message: `Cannot read ${path} line 3 (record 3, byte 38): the text does not match the pattern of the fields`,
      hint: expect.stringContaining('onError'),
    });
  });

  test('what a policy puts in the place of a text is a record already, and not matched', async () => {
    const path = tempFolder().write('app.log', `12:00 INFO a\n${'x'.repeat(40)}\nnone`);
    const fields = text.read<unknown>(path, { fields: FIELDS, maxRecordBytes: 20 });
    const { records } = await read(fields, fallback({ level: 'LOST' }));
    expect(records).toEqual([
      { time: '12:00', level: 'INFO', message: 'a' },
      { level: 'LOST' },
      { level: 'LOST' },
    ]);
  });

  test('a group that takes no part is undefined, and a group may be called like anything', async () => {
    const path = tempFolder().write('app.log', 'a\nb');
    const pattern = /^(?:(?<__proto__>a)|(?<constructor>b))$/;
    const { records } = await read(text.read(path, { fields: pattern }));
    expect(records.map((record) => Object.entries(record))).toEqual([
      [
        ['__proto__', 'a'],
        ['constructor', undefined],
      ],
      [
        ['__proto__', undefined],
        ['constructor', 'b'],
      ],
    ]);
  });

  test('a pattern with the flags g and y remembers no place', async () => {
    const path = tempFolder().write('app.log', 'a1\na2\na3\n');
    const { records } = await read(text.read(path, { start: /a/gy, fields: /a(?<n>\d)/gy }));
    expect(records).toEqual([{ n: '1' }, { n: '2' }, { n: '3' }]);
  });

  test('a text longer than is matched is a bad record, whole or with two bytes a character', async () => {
    const path = tempFolder().write('app.log', `aaaaaaaa\naaaaaaaaa\néééé\nééééé\n`);
    const { records, bad } = await read(text.read(path, { fields: /(?<all>.*)/, maxMatchBytes: 8 }));
    expect(records).toEqual([{ all: 'aaaaaaaa' }, { all: 'éééé' }]);
    expect(bad).toMatchObject([
      { raw: 'aaaaaaaaa', error: { code: 'ERR_LIMIT' } },
      { raw: 'ééééé', error: { code: 'ERR_LIMIT' } },
    ]);
  });
});

describe('options are refused where they are written', () => {
  test.each([
    [{ fields: /no groups/ }, /fields: expected a pattern with named groups/],
    [{ fields: '(?<open>' }, /fields: expected a regular expression that compiles/],
    [{ start: '[' }, /start: expected a regular expression that compiles/],
    [{ start: 1 as never }, /start: expected string.*regular expression/],
    [{ fields: /(?<words>(\w+\s?)*)$/ }, /fields: may take exponential time.*patternGuard: false/],
    [{ start: /^(a+)+$/ }, /start: may take exponential time/],
    [{ maxMatchBytes: 0 }, /maxMatchBytes/],
  ])('%o', (options, message) => {
    expect(() => text.read('app.log', options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
    );
  });

  test('a pattern that somebody stands for is taken', async () => {
    const path = tempFolder().write('app.log', 'a b c');
    const options = { fields: /^(?<words>(\w+\s?)*)$/, patternGuard: false };
    expect((await read(text.read(path, options))).records).toEqual([{ words: 'a b c' }]);
  });
});
