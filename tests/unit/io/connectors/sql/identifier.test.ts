import { expect, test } from 'vitest';
import { quoted } from '../../../../../src/io/connectors/sql/identifier.ts';

test('names are quoted whatever is in them', () => {
  expect(quoted('orders', 'table')).toBe('"orders"');
  expect(quoted('a"; DROP TABLE b; --', 'table')).toBe('"a""; DROP TABLE b; --"');
  expect(quoted('a.b ä', 'table')).toBe('"a.b ä"');
});

test.each(['', 'a\0b', '\ud800'])('what no database takes as a name is refused: %j', (name) => {
  expect(() => quoted(name, 'table')).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTIONS',
      message: `Cannot use ${JSON.stringify(name)} as the name of a table`,
    }),
  );
});
