import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MultiLineDecoder } from '../../../../../src/io/formats/text/multi-line-decoder.ts';
import { decodeInPieces, PIECES } from '../../decode-in-pieces.ts';

const START = /^\d+ /;

function decode(text: string, size: number, maxRecordBytes = 2 ** 20, maxMatchBytes = 1000) {
  const settings = { start: START, maxRecordBytes, maxMatchBytes };
  return decodeInPieces((context) => new MultiLineDecoder(context, settings), Buffer.from(text), size);
}

describe.each(PIECES)('records of several lines in pieces of %i bytes', (size) => {
  test.each([
    ['', []],
    ['1 a\n2 b\n', ['1 a', '2 b']],
    ['1 a\n  at x\n  at y\n2 b', ['1 a\n  at x\n  at y', '2 b']],
    ['1 a\r\n  at x\r\n\r\n2 b\r\n', ['1 a\n  at x\n', '2 b']],
    ['1 a', ['1 a']],
    ['1 a\n\n\n', ['1 a\n\n']],
    ['1 日本\n\t🚲\n2 é', ['1 日本\n\t🚲', '2 é']],
  ])('%j becomes %j', (text, records) => {
    expect(decode(text, size)).toMatchObject({ records, error: undefined, failures: [] });
  });

  test('lines before the first that begins a record are a record of their own', () => {
    expect(decode('left over\n  of before\n1 a', size).records).toEqual(['left over\n  of before', '1 a']);
    expect(decode('\n1 a', size).records).toEqual(['', '1 a']);
    expect(decode('none\nat all', size).records).toEqual(['none\nat all']);
  });

  test('each record tells its number, its first line and its first byte', () => {
    const { origins, raws } = decode('é\n1 a\n  x\r\n\n2 b\n3 c\n', size);
    expect(origins.map(({ record, line, byte }) => [record, line, byte])).toEqual([
      [1, 1, 0],
      [2, 2, 3],
      [3, 5, 13],
      [4, 6, 17],
    ]);
    expect(raws).toEqual(['é', '1 a\n  x\n', '2 b', '3 c']);
  });

  test('a record beyond the limit is a bad one as a whole, by lines or by one line, and the next is read', () => {
    const lines = `1 a\n2 b\n${'  more\n'.repeat(10)}3 c\n4 ${'x'.repeat(50)}\n  y\n5 d`;
    const { records, origins, failures } = decode(lines, size, 20);
    expect(records).toEqual(['1 a', '3 c', '5 d']);
    expect(origins.map(({ record }) => record)).toEqual([1, 3, 5]);
    expect(failures).toMatchObject([
      { raw: '2 b\n ', origin: { record: 2, line: 2, byte: 4 }, error: { code: 'ERR_LIMIT' } },
      { raw: '4 xxx', origin: { record: 4, line: 14, byte: 82 }, error: { code: 'ERR_LIMIT' } },
    ]);
  });
});

test('a pattern is tried on the beginning of a line only', () => {
  const settings = { start: /x$/, maxRecordBytes: 1000, maxMatchBytes: 3 };
  const { records } = decodeInPieces(
    (context) => new MultiLineDecoder(context, settings),
    Buffer.from('ax\nabx\nabxyz\nabcx\n'),
    1,
  );
  expect(records).toEqual(['ax', 'abx', 'abxyz\nabcx']);
});

test('no line is lost or doubled, whatever the text and the pieces', () => {
  const line = fc.oneof(fc.constant(''), fc.constant('  at é'), fc.constant('1 a'), fc.constant('22 🚲'));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 30 }), (lines, size) => {
      const { records } = decode(`${lines.join('\n')}\n`, size);
      expect(records.join('\n').split('\n')).toEqual(lines);
      for (const [index, record] of records.entries()) {
        const [first, ...others] = record.split('\n');
        if (index > 0) expect(first).toMatch(START);
        for (const other of others) expect(other).not.toMatch(START);
      }
    }),
  );
});
