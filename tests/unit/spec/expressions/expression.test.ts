import { describe, expect, test } from 'vitest';
import { isMillraceError, type MillraceError } from '../../../../src/core/errors.ts';
import {
  compileExpression,
  compilePredicate,
  type ExpressionOptions,
  type ExpressionScope,
} from '../../../../src/spec/expressions/expression.ts';

const order = {
  id: 7,
  qty: 3,
  price: 2.5,
  big: 10n,
  status: 'paid',
  note: null,
  tags: ['new', 'gift'],
  at: new Date('2026-02-03T23:05:06.789Z'),
  customer: { name: 'Ada', address: { city: 'Bern' } },
};

function value(source: string, record: unknown = order, scope?: ExpressionScope): unknown {
  return compileExpression(source)(record, scope);
}

function failure(source: string, record: unknown = order, options?: ExpressionOptions): MillraceError {
  try {
    compileExpression(source, options)(record);
  } catch (error) {
    if (isMillraceError(error)) return error;
    throw error;
  }
  throw new Error(`${source} does not fail`);
}

describe('numbers are one kind', () => {
  test.each([
    ['record.qty > 2', true],
    ['record.big > 2', true],
    ['2 < record.big', true],
    ['record.big == 10', true],
    ['record.big == 10.5', false],
    ['record.qty * record.price', 7.5],
    ['record.qty * 2', 6],
    ['record.big * 2', 20n],
    ['record.big + record.price', 12.5],
    ['7 / 2', 3.5],
    ['record.qty / 2', 1.5],
    ['record.big / 4', 2.5],
    ['record.big / 5', 2n],
    ['record.qty % 2', 1],
    ['-record.qty + 1', -2],
    ['9007199254740993 == record.id', false],
    ['5u + 1', 6],
    ['0x10', 16],
  ])('%s is %s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });
});

describe('what is not there', () => {
  test.each([
    ['record.note > 5', false],
    ['record.note <= 5', false],
    ['record.note == null', true],
    ['record.note != 5', true],
    ['has(record.note)', true],
    ['has(record.nothing)', false],
    ['has(record.nothing.at.all)', false],
    ['has(record.customer.address.city)', true],
    ['coalesce(record.note, record.nothing, "x")', 'x'],
    ['coalesce(record.nothing, 4) + 1', 5],
    ['coalesce(record.nothing)', null],
    ['record.nothing > 1 || record.qty == 3', true],
    ['record.qty == 4 && record.nothing > 1', false],
    ['record.nothing > 1 && record.qty == 4', false],
  ])('%s is %s', (source, expected) => {
    expect(value(source)).toBe(expected);
  });

  test.each([
    ['record.statsu == "paid"', 'there is no field "statsu"', /^Did you mean "status"\?/],
    ['record.note + 1', 'null cannot be added to a number', /coalesce/],
    ['record.nothing > 1 && record.qty == 3', 'there is no field "nothing"', /has\(/],
    ['record.status.length', 'text has no field "length"', undefined],
    ['record.tags[2]', 'there is no item 2 in a list of 2', /from 0/],
  ])('%s fails: %s', (source, message, hint) => {
    const error = failure(source);
    expect(error.code).toBe('ERR_EXPRESSION');
    expect(error.message).toMatch(/^Cannot evaluate the expression .* at column \d+: /);
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });
});

describe('the parts of the language', () => {
  test.each([
    ['record.status == "paid" ? "yes" : "no"', 'yes'],
    ['record["customer"]["name"]', 'Ada'],
    ['record.tags[0]', 'new'],
    ['"gift" in record.tags', true],
    ['record.status in ["open", "paid"]', true],
    ['record.qty in [1, 2, 3]', true],
    ['"name" in record.customer', true],
    ['record.tags.exists(t, t.startsWith("g"))', true],
    ['record.tags.all(t, size(t) == 3)', false],
    ['record.tags.exists_one(t, t == "new")', true],
    ['record.tags.filter(t, t != "new")', ['gift']],
    ['record.tags.map(t, t + record.status)', ['newpaid', 'giftpaid']],
    ['record.tags.map(t, t == "new", t.upper())', ['NEW']],
    ['record.customer.map(key, key)', ['name', 'address']],
    [
      '[1, 2].map(x, [10, 20].map(y, x + y))',
      [
        [11, 21],
        [12, 22],
      ],
    ],
    ['[1].map(x, [2].map(x, [3].map(y, x + y)))', [[[5]]]],
    ['{"a": record.qty, "__proto__": 1}["a"]', 3],
    ['[1, 2] + [3]', [1, 2, 3]],
    ['[1, 2.0] == [1.0, 2]', true],
    ['{"a": 1} == {"a": 1.0}', true],
    ['1 == "1"', false],
    ['record == record', true],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  test('sees the origin and the parameters, and nothing else', () => {
    const origin = { source: 'csv orders.csv', file: 'orders.csv', record: 3, line: 4 };
    const scope = { origin, params: { minimum: 2 } };
    expect(value('origin.line + record.qty', order, scope)).toBe(7);
    expect(value('origin.byte == null', order, scope)).toBe(true);
    expect(value('record.qty >= params.minimum', order, scope)).toBe(true);
    expect(value('size(params)', order)).toBe(0);
    for (const name of ['process', 'globalThis', 'require', 'this', 'support', 'c', 's', 'scope', 'v0']) {
      expect(failure(name).message).toContain('Cannot compile the expression');
    }
  });

  test('takes records that are no objects, and maps', () => {
    expect(value('record + "!"', 'text')).toBe('text!');
    expect(value('record.a', new Map([['a', 1]]))).toBe(1);
    expect(value('record.m.a', { m: new Map([['a', 1]]) })).toBe(1);
    expect(value('record.a', Object.assign(Object.create(null), { a: 1 }))).toBe(1);
  });

  test('tells what it uses of the record', () => {
    expect(compileExpression('record.a > 1 && has(record["b"].c)').columns).toEqual(['a', 'b']);
    expect(compileExpression('size(record) > 1 && record.a == 1').columns).toBeUndefined();
    expect(compileExpression('record[params.name]').columns).toBeUndefined();
    expect(compileExpression('[1].map(record, record)').columns).toEqual([]);
    expect(compileExpression('1 < 2').columns).toEqual([]);
    expect(compileExpression('origin.line').usesOrigin).toBe(true);
    expect(compileExpression('record.origin').usesOrigin).toBe(false);
  });
});

describe('mistakes are found before anything runs', () => {
  test.each([
    ['record.qty >', 'unexpected token: EOF', undefined],
    ['', 'there is nothing in it', undefined],
    ['qty > 5', 'there is no variable "qty"', 'Fields are written record.qty, texts "qty".'],
    ['recrod.qty > 5', 'there is no variable "recrod"', 'Did you mean "record"?'],
    ['record.status.contians("a")', 'there is no function contians()', 'Did you mean "contains"?'],
    ['lower()', 'lower() is given 0 of its arguments', /^It is written lower\(text\), or text.lower\(\)/],
    ['has(record)', 'has() takes a field, has(record.field)', undefined],
    ['record.status.matches("(a+)+b")', 'the pattern may take exponential time', /repeated/],
    ['record.status.matches("(")', 'the pattern is none', undefined],
    ['record.?qty', 'expected IDENTIFIER', undefined],
  ])('%s: %s', (source, message, hint) => {
    const error = failure(source);
    expect(error.code).toBe('ERR_EXPRESSION');
    expect(error.message).toContain('Cannot compile the expression');
    expect(error.message.toLowerCase()).toContain(message.toLowerCase());
    if (typeof hint === 'string') expect(error.hint).toBe(hint);
    else if (hint !== undefined) expect(error.hint).toMatch(hint);
  });

  test('fields and parameters, where they are known', () => {
    const known = { fields: ['status', 'qty'], params: ['minimum'] };
    expect(failure('record.statsu == "paid"', order, known).hint).toBe('Did you mean "status"?');
    expect(failure('record.qty > params.minimun', order, known).message).toContain(
      'there is no parameter "minimun"',
    );
    expect(compileExpression('record.qty > params.minimum', known).source).toBe(
      'record.qty > params.minimum',
    );
  });

  test('the place is told in characters, and in lines and columns', () => {
    const error = failure('record.qty > 1 &&\n  record.status.contians("a")');
    expect(error.message).toContain('at line 2, column 3: ');
    expect(error.details).toMatchObject({ start: 20, end: 47, line: 2, column: 3 });
  });

  test('a long expression is shown around the place', () => {
    const error = failure(`${'record.qty == 1 || '.repeat(50)}nope`);
    expect(error.message.length).toBeLessThan(250);
    expect(error.message).toContain('|| nope at column 951');
  });
});

describe('compilePredicate', () => {
  test('refuses records for which it is neither true nor false', () => {
    expect(compilePredicate('record.qty > 1')(order)).toBe(true);
    expect(() => compilePredicate('record.qty')(order)).toThrow(
      /a condition is true or false, and this is number/,
    );
    expect(() => compilePredicate('record.qty > 1 ? "x" : "y"')(order)).toThrow(/this is text/);
  });
});

describe('functions of others', () => {
  const double = {
    name: 'twice',
    parameters: ['number'],
    summary: 'Twice the number',
    call: (n: number) => 2 * n,
  } as const;

  test('are called like built-in ones', () => {
    expect(compileExpression('twice(record.qty) + record.qty.twice()', { functions: [double] })(order)).toBe(
      12,
    );
  });

  test('cannot take the place of one', () => {
    expect(() => compileExpression('1', { functions: [{ ...double, name: 'lower' }] })).toThrow(
      /there is one/,
    );
    expect(() => compileExpression('1', { functions: [{ ...double, name: 'map' }] })).toThrow(/there is one/);
  });

  test('what they throw names the place, and has the cause', () => {
    const cause = new Error('out of order');
    const broken = {
      ...double,
      call: () => {
        throw cause;
      },
    };
    const error = failure('1 + twice(2)', order, { functions: [broken] });
    expect(error.message).toBe('Cannot evaluate the expression 1 + twice(2) at column 5: out of order');
    expect(error.cause).toBe(cause);
  });
});
