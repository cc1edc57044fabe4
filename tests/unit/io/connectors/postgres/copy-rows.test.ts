import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CellKind, cellKind } from '../../../../../src/io/connectors/postgres/cell-text.ts';
import { CopyRows } from '../../../../../src/io/connectors/postgres/copy-rows.ts';

const OTHER: CellKind = { form: 'other' };

function rows(kinds: Readonly<Record<string, CellKind>>): CopyRows {
  const columns = Object.keys(kinds);
  const made = new CopyRows({ columns, extra: 'fail', missing: 'null', target: 'it' });
  made.settle(Object.values(kinds));
  return made;
}

/** The bytes of one value. */
function cell(value: unknown, kind = OTHER): string {
  const made = rows({ a: kind });
  made.put([{ a: value }]);
  return made.take().toString().replace(/\n$/, '');
}

/** What the server makes of the text of a field. */
function unescaped(text: string): string {
  const letters: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
  return text.replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter);
}

describe('rows for COPY', () => {
  test('hold what there is no value for as \\N, and a text of that as text', () => {
    const made = rows({ a: OTHER, b: OTHER, c: OTHER });
    made.put([{ a: null, b: '\\N' }, { c: '\\.' }]);
    expect(made.rows).toBe(2);
    expect(made.take().toString()).toBe('\\N\t\\\\N\t\\N\n\\N\t\\N\t\\\\.\n');
    expect([made.rows, made.length]).toEqual([0, 0]);
  });

  test.each([
    [0, '0'],
    [-0, '-0'],
    [7, '7'],
    [-12, '-12'],
    [-(2 ** 31), '-2147483648'],
    [2 ** 31, '2147483648'],
    [2 ** 53, '9007199254740992'],
    [1.5, '1.5'],
    [-0.25, '-0.25'],
    [0.001, '0.001'],
    [1e21, '1e+21'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [2n ** 70n, '1180591620717411303424'],
    [true, 'true'],
    [new Date('2025-01-31T10:00:00.120Z'), '2025-01-31T10:00:00.120Z'],
    [new Date('+012025-01-31T10:00:00Z'), '12025-01-31T10:00:00.000Z'],
    [{ a: ['"', '\n'] }, '{"a":["\\\\"","\\\\n"]}'],
    [[1, 2], '[1,2]'],
  ])('write %s', (value, expected) => {
    expect(cell(value)).toBe(expected);
  });

  test('write numbers as JavaScript does, of any kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double(),
          fc.integer(),
          fc.integer().map((cents) => cents / 100),
        ),
        (value) => {
          expect(cell(value)).toBe(Object.is(value, -0) ? '-0' : `${value}`);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('write every text so that the server reads the same', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => !value.includes('\0'));
    const special = fc.string({ unit: fc.constantFrom(...'\\\b\f\n\r\t\va"ü🙂'), maxLength: 100 });
    fc.assert(
      fc.property(fc.oneof(text, special), (value) => {
        const written = cell(value);
        expect(written).not.toMatch(/[\t\n\r]/);
        expect(unescaped(written)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('write arrays, bytes and JSON as their columns take them', () => {
    const array = cellKind({ type: 1009, element: 25 });
    expect(cell([1, 'a"b\\', null, [true]], array)).toBe('{"1","a\\\\"b\\\\\\\\",NULL,{"true"}}');
    expect(cell('{1,2}', array)).toBe('{1,2}');
    expect(cell(new Uint8Array([0, 255]), cellKind({ type: 17, element: undefined }))).toBe('\\\\x00ff');
    const json = cellKind({ type: 3802, element: undefined });
    expect(cell('text', json)).toBe('"text"');
    expect(cell(7, json)).toBe('7');
    expect(cell({ at: new Date(0) }, json)).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(cell([{ a: 1 }], cellKind({ type: 3807, element: 3802 }))).toBe('{"{\\\\"a\\\\":1}"}');
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  test.each([
    ['a NUL', 'a\0b', 'text with NUL'],
    ['half a character', 'a\ud800', 'half a character'],
    ['a NUL in a long text', `${'x'.repeat(100)}\0`, 'text with NUL'],
    ['an invalid date', new Date(Number.NaN), 'it is an invalid date'],
    ['bytes for another column', new Uint8Array(1), 'bytes are for columns of bytea'],
    ['a function', () => 1, 'a function is no value'],
    ['a symbol', Symbol('s'), 'a symbol is no value'],
    ['a circle', circular, 'circular'],
    ['a big integer in an object', { n: 1n }, 'BigInt'],
  ])('refuse %s, and keep what came before', (_, value, found) => {
    const made = rows({ a: OTHER, 'b\n': OTHER });
    made.put([{ a: 1 }]);
    expect(() => made.put([{ a: 2 }, { 'b\n': value }])).toThrow(
      expect.objectContaining({
        code: 'ERR_ENCODE',
        message: expect.stringContaining(found),
        details: { index: 1, column: 'b\n' },
      }),
    );
    made.put([{ a: 3 }]);
    expect(made.take().toString()).toBe('1\t\\N\n3\t\\N\n');
  });

  test('are many without an end to them', () => {
    const made = rows({ a: OTHER });
    const records = Array.from({ length: 100_000 }, (_, a) => ({ a: `${a}`.repeat(10) }));
    made.put(records);
    const lines = made.take().toString().split('\n');
    expect(lines.length).toBe(100_001);
    expect(lines[99_999]).toBe('99999'.repeat(10));
  });
});
