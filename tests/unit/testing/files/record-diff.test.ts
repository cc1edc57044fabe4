import { describe, expect, test } from 'vitest';
import {
  type DiffLine,
  recordDiff,
  valueDiff,
  valueLine,
} from '../../../../src/testing/files/record-diff.ts';

const MARKS = { both: ' ', expected: '-', actual: '+', note: '~' } as const;
const shown = (lines: readonly DiffLine[]) => lines.map(({ of, text }) => `${MARKS[of]} ${text}`).join('\n');
const numbers = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

describe('records side by side', () => {
  test('stand in one line each, with those that are the same around what differs', () => {
    const left = numbers(30);
    const right = left.with(12, { n: -12 }).toSpliced(20, 1);
    expect(shown(recordDiff(left, right))).toBe(`~ … 10 the same
  - { n: 10 }
  - { n: 11 }
- - { n: 12 }
+ - { n: -12 }
  - { n: 13 }
  - { n: 14 }
~ … 3 the same
  - { n: 18 }
  - { n: 19 }
- - { n: 20 }
  - { n: 21 }
  - { n: 22 }
~ … 7 the same`);
  });

  test('are shown field by field where they are long', () => {
    const long = { id: 1, text: 'x'.repeat(90), deep: { er: [1, 2] }, last: true };
    const text = shown(recordDiff([long], [{ ...long, deep: { er: [1, 3] } }]));
    expect(text).toContain('- id: 1');
    expect(text).toContain('-       - 2\n+       - 3');
    expect(text).toMatch(/^ {4}last: true$/m);
  });

  test('stay on one line where a text has several', () => {
    const [left, right] = [
      { text: 'a "b"\n\nc', n: 1 },
      { text: `a\r\n${'b '.repeat(20)}`, n: 1 },
    ];
    expect(shown(recordDiff([left, 'x\ny'], [right, 'x\n  y']))).toBe(`- - { text: "a \\"b\\"\\n\\nc", n: 1 }
+ - { text: "a\\r\\n${'b '.repeat(20)}", n: 1 }
- - "x\\ny"
+ - "x\\n  y"`);
    const blank = `${'long '.repeat(20)}x\n  `;
    expect(shown(valueDiff({ message: 'a' }, { message: blank }))).toBe(
      `- message: a\n+ message: ${JSON.stringify(blank)}`,
    );
  });

  test('differ by their type, too', () => {
    expect(shown(recordDiff([1, '2', null], ['1', 2, 'null']))).toBe(`- - 1
+ - "1"
- - "2"
+ - 2
- - null
+ - "null"`);
  });

  test('of which there are many are cut, and not aligned at any cost', () => {
    const lines = recordDiff(
      numbers(20_000),
      numbers(20_000).map(({ n }) => ({ n: -n - 1 })),
    );
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toEqual({ of: 'note', text: '… and 39800 more lines' });
  });

  test('that are all new, or all gone', () => {
    expect(shown(recordDiff([], [1]))).toBe('+ - 1');
    expect(shown(recordDiff([1], []))).toBe('- - 1');
  });
});

test('values that are no lists are shown line by line', () => {
  expect(shown(valueDiff({ read: 3, written: 2 }, { read: 3, written: 1 }))).toBe(
    '  read: 3\n- written: 2\n+ written: 1',
  );
});

test('a value on one line has no control characters', () => {
  expect(valueLine({ text: 'a\nb\u001b[31m' })).toBe('{ text: "a\\nb\\e[31m" }');
});
