import { describe, expect, test } from 'vitest';
import { breaksRule, isBusy, sqliteError } from '../../../../../src/io/connectors/sqlite/sqlite-error.ts';

const thrown = (errcode: number, message = 'as SQLite says it') =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });

describe('what SQLite refuses', () => {
  test.each<[string, number, string, boolean]>([
    ['somebody else who writes', 5, 'ERR_DATABASE', true],
    ['a snapshot that is too old to write', 517, 'ERR_DATABASE', true],
    ['a shared cache that is locked', 262, 'ERR_DATABASE', true],
    ['a statement that is wrong', 1, 'ERR_DATABASE', false],
    ['a file that is damaged', 11, 'ERR_DATABASE', false],
    ['a file that is none of SQLite', 26, 'ERR_DATABASE', false],
    ['a file that may only be read', 1032, 'ERR_PERMISSION', false],
    ['a disk that fails', 266, 'ERR_IO', true],
    ['a disk that is full', 13, 'ERR_SPACE', true],
    ['a file that cannot be opened', 14, 'ERR_IO', false],
  ])('for %s is an error of its own', (_, errcode, code, retryable) => {
    const error = sqliteError('write', thrown(errcode));
    expect(error).toMatchObject({ code, retryable, message: expect.stringContaining('Cannot write: ') });
    expect(error).toMatchObject({ hint: expect.stringMatching(/\S/) });
    expect(isBusy(thrown(errcode))).toBe(code === 'ERR_DATABASE' && retryable);
    expect(breaksRule(thrown(errcode))).toBe(false);
  });

  test.each<[string, number, object]>([
    ['UNIQUE constraint failed: orders.id', 2067, { table: 'orders', columns: ['id'] }],
    ['UNIQUE constraint failed: a.b.x, a.b.y', 1555, { table: 'a.b', columns: ['x', 'y'] }],
    ['NOT NULL constraint failed: orders.note', 1299, { table: 'orders', columns: ['note'] }],
    ['CHECK constraint failed: total > 0', 275, { constraint: 'total > 0' }],
    ["UNIQUE constraint failed: index 'by_day'", 2067, { constraint: "index 'by_day'" }],
    ['FOREIGN KEY constraint failed', 787, {}],
    ['cannot store TEXT value in INTEGER column orders.id', 3091, {}],
    ['datatype mismatch', 20, {}],
  ])('names the rule that a row breaks: %s', (message, errcode, details) => {
    const error = sqliteError('write', thrown(errcode, message), 3);
    expect(error).toMatchObject({
      code: 'ERR_CONSTRAINT',
      message: `Cannot write: ${message}`,
      retryable: false,
    });
    expect(error).toHaveProperty('details', { index: 3, ...details });
    expect(breaksRule(thrown(errcode, message))).toBe(true);
  });

  test('stays what it is when it is none of SQLite', () => {
    for (const other of [new Error('other'), undefined, 'text', { errcode: '5' }]) {
      expect(sqliteError('write', other)).toBe(other);
      expect(isBusy(other)).toBe(false);
    }
    const own = sqliteError('write', thrown(5));
    expect(sqliteError('again', own)).toBe(own);
  });
});
