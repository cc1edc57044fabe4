import { describe, expect, test } from 'vitest';
import { TextGuard, type TextGuardSettings } from '../../../../src/io/bytes/text-guard.ts';
import { PIECES } from '../decode-in-pieces.ts';

const TEXT = 'id,name\n1,Zoë\n2,日本語\n3,🚲🚲\n';

/** All that passes, and what stopped it; each piece must be valid by itself. */
function guarded(bytes: Uint8Array, size: number, settings: Partial<TextGuardSettings> = {}) {
  const guard = new TextGuard({ path: '/data/x.csv', invalid: 'fail', ...settings });
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length && guard.fault === undefined; at += size) {
    text += strict.decode(guard.push(bytes.subarray(at, at + size)));
  }
  if (guard.fault === undefined) text += strict.decode(guard.flush());
  return { text, skipped: guard.skipped, fault: guard.fault };
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

describe.each(PIECES)('in pieces of %i bytes', (size) => {
  test('UTF-8 passes as it is, cut between characters', () => {
    expect(guarded(Buffer.from(TEXT), size)).toEqual({ text: TEXT, skipped: 0, fault: undefined });
  });

  test('pain P34: a byte order mark of UTF-8 is left out and counted', () => {
    const marked = Buffer.from(`\ufeff${TEXT}`);
    expect(guarded(marked, size)).toEqual({ text: TEXT, skipped: 3, fault: undefined });
    expect(guarded(marked, size, { encoding: 'utf8' })).toMatchObject({ text: TEXT, skipped: 3 });
  });

  test('only the first byte order mark is left out', () => {
    expect(guarded(Buffer.from('\ufeff\ufeffa'), size).text).toBe('\ufeffa');
  });

  test.each([
    ['utf-16le', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['utf-16be', utf16be(`\ufeff${TEXT}`)],
  ])('pain P34: a byte order mark of %s changes the encoding', (_, bytes) => {
    expect(guarded(bytes, size)).toEqual({ text: TEXT, skipped: 0, fault: undefined });
  });

  test.each([
    ['utf-16le', Buffer.from(TEXT, 'utf16le'), TEXT],
    ['windows-1252', Buffer.from('caf\xe9 \x80', 'latin1'), 'café €'],
    ['latin1', Buffer.from('caf\xe9', 'latin1'), 'café'],
    ['shift_jis', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
  ])('the encoding %s that the user names is believed', (encoding, bytes, text) => {
    expect(guarded(bytes, size, { encoding })).toEqual({ text, skipped: 0, fault: undefined });
  });

  test.each([
    ['a byte that starts nothing', Buffer.from('ab\xffcd', 'latin1'), 'ab', 2],
    ['a character that is cut by the next', Buffer.from('é\xe6\x97x', 'latin1'), '', 0],
    [
      'a genuine U+FFFD before the fault',
      Buffer.concat([Buffer.from('é\ufffd'), Buffer.from([0x80])]),
      'é\ufffd',
      5,
    ],
    ['an overlong form', Buffer.from([0x61, 0xc0, 0x80]), 'a', 1],
    ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'a', 1],
  ])('%s fails with its place, after what came before', (_, bytes, before, byte) => {
    const { text, fault } = guarded(bytes, size);
    expect(fault).toMatchObject({
      code: 'ERR_ENCODING',
      message: expect.stringContaining(`/data/x.csv: byte ${byte} `),
      details: { file: '/data/x.csv', byte },
    });
    expect(text).toBe(before);
  });

  test('with invalid: replace, faulty bytes become U+FFFD', () => {
    const bytes = Buffer.from('ab\xffcd\xe6\x97', 'latin1');
    expect(guarded(bytes, size, { invalid: 'replace' })).toEqual({
      text: 'ab\ufffdcd\ufffd',
      skipped: 0,
      fault: undefined,
    });
  });

  test('text that is cut in the middle of UTF-8 fails, after what came before', () => {
    for (const [length, byte] of [
      [4, 3],
      [5, 3],
      [1, 0],
    ] as const) {
      const { text, fault } = guarded(Buffer.from('日本').subarray(0, length), size);
      expect(text).toBe('日'.slice(0, byte / 3));
      expect(fault).toMatchObject({
        code: 'ERR_ENCODING',
        message: `Cannot decode /data/x.csv: it ends within a character, which begins at byte ${byte}`,
        details: { byte },
      });
    }
  });

  test('text that is cut in the middle of UTF-16 fails', () => {
    const odd = Buffer.from(`\ufeff${TEXT}`, 'utf16le').subarray(0, -1);
    expect(guarded(odd, size).fault).toMatchObject({
      code: 'ERR_ENCODING',
      message: 'Cannot decode /data/x.csv: it ends within a character of utf-16le',
      hint: expect.stringContaining('cut short'),
      details: { byte: odd.length },
    });
  });

  test('a file of one or two bytes passes', () => {
    expect(guarded(Buffer.from('a'), size).text).toBe('a');
    expect(guarded(Buffer.from('é'), size).text).toBe('é');
    expect(guarded(Buffer.alloc(0), size).text).toBe('');
  });
});

test('compressed bytes under a plain name are recognised', () => {
  expect(guarded(Buffer.from([0x1f, 0x8b, 0x08, 0]), 1).fault).toMatchObject({
    hint: expect.stringContaining('compression: "gzip"'),
  });
});
