import { describe, expect, test } from 'vitest';
import { RecordColumns } from '../../../../../src/io/connectors/sql/record-columns.ts';
import { genericValues, rowValues } from '../../../../../src/io/connectors/sql/row-values.ts';

const made = (options: Partial<ConstructorParameters<typeof RecordColumns>[0]> = {}) =>
  new RecordColumns({ columns: ['a', 'b'], extra: 'fail', missing: 'null', target: 'it', ...options });

function put(columns: RecordColumns, record: unknown): unknown[] {
  const into: unknown[] = ['before'];
  columns.put(record, 3, into, 1);
  return into;
}

const refused = (message: string, details: object = {}) =>
  expect.objectContaining({ code: 'ERR_ENCODE', message, details: { ...details, index: 3 } });

describe('the columns of records', () => {
  test('give values in their order, whatever the order of the keys', () => {
    expect(put(made(), { b: 2, a: 1 })).toEqual(['before', 1, 2]);
    expect(put(made(), { a: null })).toEqual(['before', null, undefined]);
    expect(put(made(), Object.create({ b: 4 }, { a: { value: 1, enumerable: true } }))).toEqual([
      'before',
      1,
      4,
    ]);
  });

  test.each(['toString', '__proto__', 'constructor', 'a"b\n'])(
    'take no inherited value for one: %s',
    (name) => {
      const columns = made({ columns: [name] });
      expect(put(columns, {})).toEqual(['before', undefined]);
      expect(put(columns, Object.fromEntries([[name, 5]]))).toEqual(['before', 5]);
    },
  );

  test('refuse keys that are none, unless they are told to ignore them', () => {
    const record = { a: 1, b: 2, bb: 3 };
    expect(() => put(made(), record)).toThrow(
      refused('Cannot write record 4 of a batch to it: its key "bb" is no column', { column: 'bb' }),
    );
    expect(put(made({ extra: 'ignore' }), record)).toEqual(['before', 1, 2]);
  });

  test('look at the keys of each record, also behind others that were good', () => {
    const columns = made();
    put(columns, { a: 1, b: 2 });
    put(columns, { a: 1, b: 2 });
    for (const record of [
      { a: 1, c: 2 },
      { a: 1, b: 2, c: 3 },
      { c: 1, a: 1, b: 2 },
    ]) {
      expect(() => put(columns, record)).toThrow('its key "c" is no column');
    }
    expect(put(columns, { b: 2 })).toEqual(['before', undefined, 2]);
  });

  test('refuse records that lack one, where they are told to', () => {
    const columns = made({ missing: 'fail' });
    expect(put(columns, { a: null, b: 0 })).toEqual(['before', null, 0]);
    expect(() => put(columns, { a: 1, b: undefined })).toThrow(
      refused('Cannot write record 4 of a batch to it: it lacks the column "b"', { column: 'b' }),
    );
  });

  test.each([['text'], [null], [undefined], [7], [[1, 2]], [() => 1]])(
    'refuse what has none: %j',
    (record) => {
      expect(() => put(made(), record)).toThrow(expect.objectContaining({ code: 'ERR_ENCODE' }));
    },
  );

  test('are those of the first record, where nothing else says so', () => {
    const columns = made({ columns: undefined });
    expect(columns.names).toBeUndefined();
    columns.settle(columns.told([{ x: 1, y: 2 }, { z: 3 }]));
    expect(columns.names).toEqual(['x', 'y']);
    expect(put(columns, { y: 2 })).toEqual(['before', undefined, 2]);
    columns.forget();
    expect(columns.names).toBeUndefined();
    expect(() => columns.told([{}])).toThrow('it has no keys');
    expect(() => columns.told(['text'])).toThrow('is no object');
  });

  test('are taken the same where code must not be generated', () => {
    const names = ['b', 'toString', '__proto__', 'a'];
    for (const record of [{ a: 1, b: 2 }, JSON.parse('{"__proto__":1,"toString":2}'), {}]) {
      const [generated, generic]: unknown[][] = [[], []];
      rowValues(names)(record, generated!, 0);
      genericValues(names)(record, generic!, 0);
      expect(generated).toEqual(generic);
    }
  });
});
