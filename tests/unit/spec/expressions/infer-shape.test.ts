import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../../src/spec/expressions/expression.ts';
import { BUILTIN_FUNCTIONS } from '../../../../src/spec/expressions/functions/builtin-functions.ts';
import { RESULTS } from '../../../../src/spec/expressions/functions/results.ts';
import { inferShape } from '../../../../src/spec/expressions/infer-shape.ts';
import { mapShape, shapeOf } from '../../../../src/spec/expressions/shape.ts';
import { kindOf } from '../../../../src/spec/expressions/values.ts';

const RECORD = mapShape(
  [
    ['qty', shapeOf('number', 'null')],
    ['name', shapeOf('text')],
    ['status', { ...shapeOf('text'), values: new Set(['paid', 'pending']) }],
    ['at', shapeOf('time')],
    ['tags', { ...shapeOf('list'), items: shapeOf('text') }],
    ['buyer', mapShape([['id', shapeOf('number')]], { closed: true })],
    ['any', undefined],
    ['mixed', shapeOf('number', 'text')],
    ['none', shapeOf('null')],
  ],
  { closed: true },
);

const faultsOf = (source: string) =>
  inferShape(source, RECORD).faults.map(({ found, hint, range }) => ({
    found,
    hint,
    at: range && source.slice(range.start, range.end),
  }));

describe('what can never be right is found, with its place', () => {
  test.each([
    [
      'record.qty > "5"',
      'record.qty > "5"',
      'a number cannot be compared with text',
      'Write the number without quotes: 5.',
    ],
    [
      'record.name <= 3',
      'record.name <= 3',
      'text cannot be compared with a number',
      'Read the field as a number, e.g. by types of csv.read, or write double(…).',
    ],
    [
      'record.quantity > 3',
      'record.quantity',
      'there is no field "quantity"',
      expect.stringContaining('qty'),
    ],
    ['record["nam"] == "a"', 'record["nam"]', 'there is no field "nam"', 'Did you mean "name"?'],
    ['record.buyer.name == "a"', 'record.buyer.name', 'there is no field "name"', 'There are: id.'],
    ['record.name.first == "a"', 'record.name.first', 'text has no fields', undefined],
    [
      'record.qty == "5"',
      'record.qty == "5"',
      'a number is never equal to text',
      'Write the number without quotes: 5.',
    ],
    ['record.status == "payed"', '"payed"', 'it is never "payed"', 'There are: paid, pending.'],
    ['record.status in ["paid", "pendin"]', '"pendin"', 'it is never "pendin"', 'Did you mean "pending"?'],
    [
      'record.qty * record.name',
      'record.qty * record.name',
      'a number cannot be multiplied by text',
      'Convert first: double(…) or string(…).',
    ],
    [
      'record.any - record.name',
      'record.any - record.name',
      'a value cannot be reduced by text',
      'Convert first: double(…) or string(…).',
    ],
    ['record.none + 1', 'record.none + 1', 'null cannot be added to a number', undefined],
    ['record.qty && true', 'record.qty', 'a bool is needed, and this is a number', undefined],
    ['!record.name', 'record.name', 'a bool is needed, and this is text', undefined],
    ['record.name ? 1 : 2', 'record.name', 'a bool is needed, and this is text', undefined],
    ['record.qty.lower() == "a"', 'record.qty', 'lower() takes text here, and this is a number', undefined],
    ['record.name.substring("1")', '"1"', 'substring() takes a number here, and this is text', undefined],
    ['record.tags.exists(t, t > 5)', 't > 5', 'text cannot be compared with a number', expect.any(String)],
    ['record.buyer.all(k, k == 1)', 'k == 1', 'text is never equal to a number', expect.any(String)],
    ['record.tags.map(t, t + 1)', 't + 1', 'text cannot be added to a number', expect.any(String)],
    ['[1, 2].filter(n, n == "a")', 'n == "a"', 'a number is never equal to text', expect.any(String)],
    [
      '{"n": record.name}.n > 1',
      '{"n": record.name}.n > 1',
      'text cannot be compared with a number',
      expect.any(String),
    ],
    ['record.name > 1u', 'record.name > 1u', 'text cannot be compared with a number', expect.any(String)],
    [
      'record.name < (has(record.qty) ? 1 : 2)',
      'record.name < (has(record.qty) ? 1 : 2',
      'text cannot be compared with a number',
      expect.any(String),
    ],
    ['record.at > 5', 'record.at > 5', 'a time cannot be compared with a number', undefined],
    [
      'origin.line == "3"',
      'origin.line == "3"',
      'a number is never equal to text',
      'Write the number without quotes: 3.',
    ],
    [
      'size(record.tags) > "1"',
      'size(record.tags) > "1"',
      'a number cannot be compared with text',
      expect.any(String),
    ],
    [
      'coalesce(record.qty, 0) == "a"',
      'coalesce(record.qty, 0) == "a"',
      'a number is never equal to text',
      expect.any(String),
    ],
  ])('%s', (source, at, found, hint) => {
    const [first] = faultsOf(source);
    expect(first).toMatchObject({ found, at });
    if (hint === undefined) expect(first!.hint).toBeUndefined();
    else expect(first!.hint).toEqual(hint);
  });

  test('all of them, not the first', () => {
    expect(faultsOf('record.a > 1 && record.b > 2 && record.qty > "x"').map(({ at }) => at)).toEqual([
      'record.a',
      'record.b',
      'record.qty > "x"',
    ]);
  });
});

describe('what may be right is left alone', () => {
  test.each([
    'record.qty > 5',
    'record.qty / 2 + 1 > record.buyer.id',
    'record.mixed > 5 && record.mixed != "a"',
    'record.any > 5 || record.any == "a"',
    'record.any.more.of.it == 1',
    'has(record.quantity)',
    'coalesce(record.quantity, 7) > 5',
    'record.none == null',
    'record.qty == null',
    'record.none > 5',
    'record.at - duration("1h") < timestamp("2026-01-01")',
    'record.at - record.at > duration("1h")',
    'record.status == "paid" ? record.qty : record.name',
    '(record.any ? record.qty : record.name) > 5',
    'record.tags.map(t, t.lower()).exists(t, t == "a")',
    'record.tags.map(t, size(t)).all(n, n > 2)',
    'record.tags.filter(t, t != "a").exists(t, t == "b")',
    'record.buyer.map(k, k + "!")',
    'record.name in ["a", "b"]',
    'record.tags[0] == "a"',
    'string(record.qty) == "5"',
    'params.limit > record.qty',
    'origin.line > 5',
    'dyn(record.name) == 5',
    '-record.qty > 5',
    '[1, "a"].exists(x, x == "a")',
    'record.qty + 1u > 2u',
    'has(record.b) ? record.b : "none"',
    'type(record.name) == "number" ? record.name * 2 > 0 : false',
    'has(record.b) && record.b > 1 && record.b.lower() == "x"',
    'record.b > 1 && has(record.b)',
    '!has(record.b) || record.b > 1',
  ])('%s', (source) => {
    expect(() => compileExpression(source)).not.toThrow();
    expect(faultsOf(source)).toEqual([]);
  });

  test('all of it, where nothing is known', () => {
    expect(inferShape('record.qty > "5" && record.a.b.lower() == "x"', undefined).faults).toEqual([]);
  });
});

test('of functions that are called like methods nothing is known', () => {
  expect(inferShape('toString(record.name) == constructor(record.qty)', RECORD).faults).toEqual([]);
});

test('functions give what is said of them', () => {
  const names = BUILTIN_FUNCTIONS.map(({ name }) => name);
  expect(Object.keys(RESULTS).filter((name) => !names.includes(name))).toEqual([]);
});

test('no expression that works on a record is refused for it, and what it comes to is of the kind that was told', () => {
  const leaf = fc.constantFrom(
    'record.qty',
    'record.name',
    'record.status',
    'record.at',
    'record.tags',
    'record.buyer.id',
    'record.mixed',
    '5',
    '"paid"',
    'true',
    'null',
    'duration("1h")',
    'origin.line',
  );
  const expression = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .tuple(tie('any'), fc.constantFrom('+', '-', '*', '<', '>=', '==', '!=', '&&', '||'), tie('any'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(fc.constantFrom('lower', 'size', 'string', 'type', 'int'), tie('any'))
        .map(([fn, a]) => `${fn}(${a})`),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => `[${a}, ${b}].map(x, x == ${b})`),
      fc.tuple(tie('any'), tie('any')).map(([a, b]) => `coalesce(${a}, ${b})`),
    ),
  })).any;
  const record = fc.record({
    qty: fc.constantFrom(3, null, 5),
    name: fc.constantFrom('a', '5'),
    status: fc.constantFrom('paid', 'pending'),
    at: fc.constant(new Date(0)),
    tags: fc.constantFrom([], ['a']),
    buyer: fc.constant({ id: 1 }),
    mixed: fc.constantFrom(1, 'a'),
  });
  // What is null is compared without a failure, too.
  let worked = 0;
  fc.assert(
    fc.property(expression, record, (source, given) => {
      const { faults, shape } = inferShape(source, RECORD);
      let value: unknown;
      try {
        value = compileExpression(source)(given);
      } catch {
        return;
      }
      worked++;
      if (shape !== undefined) expect([...shape.kinds]).toContain(kindOf(value));
      // `==` of two kinds works, and is never true; of others, not every part is evaluated.
      const lax = given.qty === null ? /is never|cannot be compared/ : /is never/;
      const certain = faults.filter(({ found }) => !lax.test(found));
      if (!/&&|\|\||\?|\.map|coalesce/.test(source)) expect(certain).toEqual([]);
    }),
    { numRuns: 3000 },
  );
  expect(worked).toBeGreaterThan(500);
});
