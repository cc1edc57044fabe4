import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../../src/spec/expressions/expression.ts';

const INHERITED = Object.getOwnPropertyNames(Object.prototype);

describe('nothing that is inherited is a field', () => {
  test.each(INHERITED)('%s', (name) => {
    for (const source of [
      `record.${name}`,
      `record["${name}"]`,
      `record.inner.${name}`,
      `record.list["${name}"]`,
    ]) {
      expect(() => compileExpression(source)({ inner: {}, list: [] })).toThrow('Cannot evaluate');
    }
    expect(compileExpression(`has(record.${name})`)({})).toBe(false);
  });

  test.each(INHERITED)('but an own %s is one', (name) => {
    const record = JSON.parse(`{"${name}": 5, "inner": {"${name}": 6}}`);
    expect(compileExpression(`record.${name} + record.inner["${name}"]`)(record)).toBe(11);
  });

  test('fields of classes and of what stands behind them', () => {
    class Order {
      id = 1;
      get secret() {
        return 2;
      }
    }
    expect(compileExpression('record.id')(new Order())).toBe(1);
    expect(() => compileExpression('record.secret')(new Order())).toThrow('there is no field "secret"');
    expect(() => compileExpression('record.a')(Object.create({ a: 1 }))).toThrow('there is no field "a"');
    expect(() =>
      compileExpression('record.a')(Object.create(Object.create(null, { a: { value: 1 } }))),
    ).toThrow('there is no field "a"');
  });

  test('functions are no values', () => {
    const record = { call: () => 'called', n: 1 };
    for (const source of ['record.call', 'record.call == 1', '[record.call]', 'coalesce(record.call)']) {
      const result = () => compileExpression(source)(record);
      if (source.startsWith('coalesce')) expect(result()).toBeNull();
      else expect(result).toThrow('there is no field "call"');
    }
    expect(() => compileExpression('record.call()')(record)).toThrow('there is no function call()');
  });
});

describe('bombs', () => {
  const list = Array.from({ length: 2_000 }, (_, at) => at);
  const four = (inner: string) => `[1, 2, 3, 4].map(a, ${inner})`;

  test.each([
    ['many characters', `record.a == "${'x'.repeat(10_000)}"`, /10014 characters/],
    ['many parts', Array(2_000).fill('1').join('+').slice(0, 9_999), /deep|maxAstNodes/],
    ['many brackets', '('.repeat(4_000), /maxDepth|deep/],
    ['many signs', '!'.repeat(9_000), /deep|unexpected/i],
    ['many dots', `record${'.a'.repeat(3_000)}`, /maxDepth|deep/],
  ])('%s are refused', (_, source, message) => {
    expect(() => compileExpression(source)).toThrow(message);
  });

  test.each([
    ['macros in macros', 'record.list.map(a, record.list.map(b, record.list.map(c, a)))', /takes too long/],
    [
      'macros that find nothing',
      'record.list.exists(a, record.list.exists(b, b < 0 && a < 0))',
      /takes too long/,
    ],
    ['lists looked through for each item', 'record.list.all(a, a in record.list)', /takes too long/],
    ['lists in lists', `[[1, 2]]${'.map(x, [x, x, x, x])'.repeat(20)}`, /more than 1000000 values/],
    ['texts of texts', `"aaaa"${'.replace("a", "aaaa")'.repeat(20)}`, /more than 16777216 characters/],
    [
      'texts that are filled up',
      'record.list.map(a, "x".padStart(16000000, "x"))',
      /more than 1000000 values|too long/,
    ],
    [
      'patterns of quadratic time',
      '"a".padEnd(100000, "a").matches("a*b")',
      /patterns are matched with 65536/,
    ],
    [
      'replacements of patterns',
      `"a".padEnd(60000, "a").replaceMatches("a", "${'b'.repeat(2_000)}")`,
      /16777216/,
    ],
  ])('%s end', (_, source, message) => {
    expect(() => compileExpression(source)({ list })).toThrow(message);
  });

  test('what takes long is no less refused on one side of an ||', () => {
    expect(() =>
      compileExpression(`${four(four(four('record.list.map(b, record.list)')))} == 1 || true`),
    ).not.toThrow();
    expect(compileExpression(`size(${four('record.list.map(b, record.list)')}) == 1 || true`)({ list })).toBe(
      true,
    );
  });

  test('a chain of many conditions is none', () => {
    const source = Array.from({ length: 300 }, (_, at) => `record.id == ${at}`).join(' || ');
    expect(compileExpression(source)({ id: 299 })).toBe(true);
    expect(compileExpression(source)({ id: 300 })).toBe(false);
  });
});
