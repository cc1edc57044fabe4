import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Affinity,
  affinityOf,
  type Cell,
  cellOf,
  Uncellable,
} from '../../../../../src/io/connectors/sqlite/cell.ts';
import { cellsOf, cellsPiece } from '../../../../../src/io/connectors/sqlite/cells-piece.ts';
import { databases, execute, rowsOf } from './databases.ts';

const { made } = databases();

describe('a value as SQLite takes it', () => {
  const day = new Date('2025-01-31T10:00:00.5Z');
  test.each<[unknown, Affinity, Cell]>([
    ['text', 'integer', 'text'],
    ['', 'none', ''],
    [1, 'integer', 1],
    [1, 'text', '1'],
    [0.1 + 0.2, 'text', '0.30000000000000004'],
    [1, 'none', 1n],
    [-0, 'none', -0],
    [1.5, 'none', 1.5],
    [Number.POSITIVE_INFINITY, 'real', Number.POSITIVE_INFINITY],
    [true, 'integer', 1],
    [false, 'text', '0'],
    [2n ** 63n - 1n, 'integer', 2n ** 63n - 1n],
    [-(2n ** 63n), 'integer', -(2n ** 63n)],
    [undefined, 'text', null],
    [null, 'text', null],
    [day, 'text', '2025-01-31T10:00:00.500Z'],
    [{ a: [1, null] }, 'text', '{"a":[1,null]}'],
    [['x'], 'none', '["x"]'],
  ])('%o in a column of %s is %o', (value, affinity, cell) => {
    expect(cellOf(value, affinity)).toEqual(cell);
  });

  test('bytes stay what they are', () => {
    const bytes = Buffer.from([1, 0, 255]);
    expect(cellOf(bytes, 'text')).toBe(bytes);
  });

  const circle: { self?: object } = {};
  circle.self = circle;
  test.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['half of a character', '\ud800'],
    ['beyond 64 bits', 2n ** 63n],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['a date that is none', new Date(Number.NaN)],
    ['bytes of another kind', new Float64Array(1)],
    ['no JSON', circle],
    ['no JSON', { toJSON: () => undefined }],
    ['no JSON', { big: 1n }],
  ])('%s is refused', (found, value) => {
    expect(() => cellOf(value, 'none')).toThrow(Uncellable);
    expect(() => cellOf(value, 'none')).toThrow(found);
  });

  test('is read back from any column as what was meant', () => {
    const types = ['INTEGER', 'REAL', 'NUMERIC', 'TEXT', 'BLOB', ''];
    const path = made(`CREATE TABLE t (${types.map((type, n) => `c${n} ${type}`).join(', ')})`);
    const cells = types.map((type) => cellOf(7, affinityOf(type, false)));
    execute(
      path,
      `INSERT INTO t VALUES (${cells.map((cell) => (typeof cell === 'string' ? `'${cell}'` : cell)).join(', ')})`,
    );
    expect(rowsOf(path, 'SELECT * FROM t')).toEqual([{ c0: 7, c1: 7, c2: 7, c3: '7', c4: 7, c5: 7 }]);
  });
});

describe('what numbers become in a column', () => {
  test.each<[string, boolean, Affinity]>([
    ['INTEGER', false, 'integer'],
    ['unsigned big int', false, 'integer'],
    ['CHARINT', false, 'integer'],
    ['VARCHAR(20)', false, 'text'],
    ['clob', false, 'text'],
    ['', false, 'none'],
    ['BLOB', true, 'none'],
    ['DOUBLE PRECISION', false, 'real'],
    ['float', false, 'real'],
    ['BOOLEAN', false, 'numeric'],
    ['ANY', false, 'numeric'],
    ['ANY', true, 'none'],
  ])('declared as %s (strict: %s) is %s', (type, strict, affinity) => {
    expect(affinityOf(type, strict)).toBe(affinity);
  });
});

describe('rows as bytes', () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a\0b', '', 'ä', '😀'),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  const table = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }))
    .chain(([width, rows]) =>
      fc
        .array(fc.oneof(cell, fc.constantFrom('text', 1, null)), {
          minLength: width * rows,
          maxLength: width * rows,
        })
        .map((values) => ({ width, values })),
    );

  test('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(table, ({ width, values }) => {
        expect(cellsOf(cellsPiece(values, width)).map(comparable)).toEqual(values.map(comparable));
      }),
    );
  });

  test('come back from bytes that begin anywhere', () => {
    const values = [1.5, 'ä', 2, 'b', null, null];
    const piece = cellsPiece(values, 2);
    const shifted = Buffer.concat([Buffer.from([9]), piece]).subarray(1);
    expect(cellsOf(shifted)).toEqual(values);
  });

  test('of a newer Node.js are refused as such', () => {
    const piece = Buffer.from(cellsPiece([1n, 'a'], 2));
    const at = piece.indexOf(Buffer.from([0xff, 0x0f]));
    expect(at).toBeGreaterThan(0);
    piece[at + 1] = 0x7f;
    expect(() => cellsOf(piece)).toThrow(expect.objectContaining({ code: 'ERR_CHECKPOINT_VERSION' }));
  });
});

function comparable(cell: Cell | undefined): unknown {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : Object.is(cell, -0) ? '-0' : cell;
}
