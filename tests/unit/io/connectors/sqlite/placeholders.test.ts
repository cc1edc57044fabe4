import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Parameters,
  placeholders,
  unfitting,
} from '../../../../../src/io/connectors/sqlite/placeholders.ts';

const database = new DatabaseSync(':memory:');
afterAll(() => database.close());

/** The placeholders that SQLite finds, by the numbers it gives them: a program reads each of them as a variable. */
function numbersOf(sql: string): readonly number[] {
  const program = database.prepare(`EXPLAIN ${sql}`).all();
  return [...new Set(program.filter(({ opcode }) => opcode === 'Variable').map(({ p1 }) => Number(p1)))];
}

describe('the placeholders of a statement', () => {
  test.each<[string, readonly string[]]>([
    ['SELECT 1', []],
    ['SELECT ?, ?', ['?', '?']],
    ['SELECT ?2, ?, ?10', ['?2', '?', '?10']],
    ['SELECT :a, @a, $a, :a', [':a', '@a', '$a', ':a']],
    ['SELECT $a::b(c), :é, @1', ['$a::b(c)', ':é', '@1']],
    ["SELECT '?', ':a''?', ?", ['?']],
    ['SELECT 1 AS "a?""?", 2 AS `?`, 3 AS [:x"], :b', [':b']],
    ['SELECT 1 -- ? :a\n, ? /* ? */ , :b /* ?', ['?', ':b']],
    ['SELECT a$b FROM (SELECT :c AS a$b)', [':c']],
    ["SELECT '{}' ->> '$.a', 1e5, 0x1f, x'3f', 5-:a--?", [':a']],
    ['SELECT (?)IN(?,:z)', ['?', '?', ':z']],
  ])('are those that SQLite finds: %s', (sql, found) => {
    expect(placeholders(sql)).toEqual(found);
    let last = 0;
    const numbers = new Map<string, number>();
    const expected = found.map((name) => {
      const number = /^\?\d/.test(name) ? Number(name.slice(1)) : (numbers.get(name) ?? last + 1);
      last = Math.max(last, number);
      if (name !== '?') numbers.set(name, number);
      return number;
    });
    expect(numbersOf(sql).toSorted()).toEqual([...new Set(expected)].toSorted());
  });
});

describe('values for them', () => {
  test.each<[string, Parameters]>([
    ['a = 1', []],
    ['a = ? AND b = ?', [1, null]],
    ['a = ?1 AND b = ?2 AND c = ?1', [1, 2]],
    ['a = ?2 AND b = ?', [1, 2, 3]],
    ['a = :a AND b = @b AND c = $c AND d = :a', { ':a': 1, b: 2, $c: null }],
    ['a = :a AND b = $a', { a: 1 }],
    ['a = ?1', { '?1': 5 }],
  ])('that are one for each fit: %s with %o', (sql, params) => {
    expect(unfitting(sql, params, 'the where')).toBeUndefined();
  });

  test.each<[string, Parameters, string]>([
    ['a = 1', [1], 'the where has no placeholders, and 1 value is given'],
    ['a = ? AND b = ?', [1], 'the where has placeholders for 2 (?, ?), and 1 value is given'],
    ['a = ?', [1, 2], 'the where has placeholders for 1 (?), and 2 values are given'],
    ['a = ?3', [1], 'the where has placeholders for 3 (?3), and 1 value is given'],
    ['a = :a', [], 'the where has the placeholder :a, and nothing is given for it'],
    [
      'a = :a',
      [1],
      'the where has the placeholder :a, which takes its value by name, and values are given in order',
    ],
    [
      'a = ? AND b = :b',
      { b: 1 },
      'the where has the placeholder ?, which takes its value by its place, and values are given by name',
    ],
    ['a = :a', {}, 'the where has the placeholder :a, and no value is given'],
    ['a = :from AND b < :to', { from: 1 }, 'the where has the placeholder :to, and only from is given'],
    ['a = :a AND b = :b', { c: 1, d: 2 }, 'the where has the placeholders :a, :b, and only c, d are given'],
    ['a = :a', { a: 1, ':b': 2 }, 'a value is given for :b, and the where has only :a'],
    ['a = :a', { ':a': 1, a: 2 }, 'a value is given for a, and the where has only :a'],
    ['a = 1', { a: 1 }, 'a value is given for a, and the where has no placeholders'],
    ['a = :toString', {}, 'the where has the placeholder :toString, and no value is given'],
  ])('that are not are named: %s with %o', (sql, params, found) => {
    expect(unfitting(sql, params, 'the where')).toBe(found);
  });
});
