import { describe, expect, test } from 'vitest';
import { columnRows, genericRows } from '../../../src/core/column-rows.ts';

describe.each([
  ['generated', columnRows],
  ['generic', genericRows],
])('rows of columns, %s', (_, make) => {
  test('are the part that is asked for, with the keys in their order', () => {
    const rows = make(['b', 'a'])([['x', 'y', 'z'], new Int32Array([1, 2, 3])], 1, 3);
    expect(rows).toEqual([
      { b: 'y', a: 2 },
      { b: 'z', a: 3 },
    ]);
    expect(Object.keys(rows[0]!)).toEqual(['b', 'a']);
  });

  test('may have any name for a key, and none reaches a prototype or the code', () => {
    const names = ['__proto__', 'constructor', '"]; throw 1; ["', 'a b', ''];
    const [row] = make(names)(
      names.map((name) => [name]),
      0,
      1,
    );
    expect(Object.keys(row!)).toEqual(names);
    expect(Object.values(row!)).toEqual(names);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test('without a column are empty', () => {
    expect(make([])([], 0, 2)).toEqual([{}, {}]);
  });
});
