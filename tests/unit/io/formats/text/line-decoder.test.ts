import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { LineDecoder } from '../../../../../src/io/formats/text/line-decoder.ts';
import { decodeInPieces, PIECES } from '../../decode-in-pieces.ts';

function decode(text: string, size: number, maxBytes = 2 ** 20) {
  return decodeInPieces((context) => new LineDecoder(context, maxBytes), Buffer.from(text), size);
}

describe.each(PIECES)('pain P33: text in pieces of %i bytes', (size) => {
  test.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['\n', ['']],
    ['a\n\n', ['a', '']],
    ['a\r\nb\r\n\r\nc', ['a', 'b', '', 'c']],
    ['a\rb\n', ['a\rb']],
    ['a\r\r\n', ['a\r']],
    ['Zoë\n日本\n🚲🚲', ['Zoë', '日本', '🚲🚲']],
    ['  a \n\t\n', ['  a ', '\t']],
  ])('%j becomes %j', (text, lines) => {
    const { records, error, failures } = decode(text, size);
    expect({ records, error, failures }).toEqual({ records: lines, error: undefined, failures: [] });
  });

  test('pain P27: slicing the file at the byte of a line gives the line', () => {
    const text = 'é\r\n\r\n日本\n🚲\nlast';
    const bytes = Buffer.from(text);
    const { records, origins, raws } = decode(text, size);
    for (const [index, { byte, line, record }] of origins.entries()) {
      const slice = bytes.subarray(byte!, byte! + Buffer.byteLength(records[index]!)).toString();
      expect([slice, line, record, raws[index]]).toEqual([records[index], index + 1, index + 1, slice]);
    }
  });

  test('a line beyond the limit is a bad record, and the next is read', () => {
    const { records, origins, failures } = decode(`a\n${'x'.repeat(50)}\nb\nc`, size, 20);
    expect(records).toEqual(['a', 'b', 'c']);
    expect(origins.map(({ line, byte }) => [line, byte])).toEqual([
      [1, 0],
      [3, 53],
      [4, 55],
    ]);
    expect(failures).toMatchObject([
      { raw: 'xxxxx', origin: { record: 2, line: 2, byte: 2 }, error: { code: 'ERR_LIMIT' } },
    ]);
  });
});

test('a verdict that fails the run comes after the lines before it', () => {
  const verdict = new Error('too long');
  for (const size of PIECES) {
    const outcome = decodeInPieces(
      (context) => new LineDecoder(context, 5),
      Buffer.from('a\nb\ntoo long a line\nc\n'),
      size,
      () => {
        throw verdict;
      },
    );
    expect(outcome).toMatchObject({ records: ['a', 'b'], error: verdict });
    expect(outcome.failures).toHaveLength(1);
  }
});

test.each(['plain', 'Zoë 日本'])('a line that is kept does not keep its piece alive: %s', (word) => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const piece = Buffer.from(`${word} and some more of a line\n`.repeat(4000));
  const decoder = new LineDecoder({ source: 's', failed: () => undefined }, 1000);
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept: string[] = [];
  for (let given = 0; given < 300; given++) kept.push(decoder.decode(Buffer.from(piece))!.records[7]!);
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(piece.length * 30);
  expect(kept).toHaveLength(300);
});
