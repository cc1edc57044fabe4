import { describe, expect, test } from 'vitest';
import type { ExpressionFunction } from '../../../../src/interfaces/expression-function.ts';
import { compileExpression } from '../../../../src/spec/expressions/expression.ts';

const fn = (name: string, more: Partial<ExpressionFunction>): ExpressionFunction => ({
  name,
  summary: name,
  parameters: ['any'],
  returns: 'any',
  call: (value: unknown) => value,
  ...more,
});

const functions = [
  fn('shout', {
    parameters: ['text', 'integer?'],
    returns: 'text',
    call: (text: string, n = 1) => text + '!'.repeat(n),
  }),
  fn('same', {}),
  fn('asText', { returns: 'text' }),
  fn('maybe', { returns: 'text?' }),
  fn('whole', { returns: 'integer' }),
  fn('later', { call: async () => 1 }),
  fn('broken', {
    call: () => {
      throw new Error('the service is down');
    },
  }),
];
const value = (source: string, record: unknown = {}) => compileExpression(source, { functions })(record);
const compile = (source: string) => () => compileExpression(source, { functions });

describe('a function that says what it takes and gives', () => {
  test('is called as others are', () => {
    expect(value('shout(record.a) + "?"', { a: 'hi' })).toBe('hi!?');
    expect(value('record.a.shout(2)', { a: 'hi' })).toBe('hi!!');
  });

  test.each([
    ['shout(7)', 'column 7: shout() takes text here, and this is a number'],
    ['shout("a", "b")', 'column 12: shout() takes a whole number here, and this is text'],
    ['shout(null)', 'shout() takes text here, and this is null'],
    ['shout([1])', 'shout() takes text here, and this is a list'],
    ['shout({"a": 1})', 'shout() takes text here, and this is a map'],
    ['shout(record.a == 1)', 'shout() takes text here, and this is a bool'],
    ['shout("a", shout("b"))', 'shout() takes a whole number here, and this is text'],
    ['record.a == 1 ? shout(true) : "x"', 'shout() takes text here, and this is a bool'],
  ])('%s is an error before there is any record', (source, message) => {
    expect(compile(source)).toThrow(
      expect.objectContaining({
        code: 'ERR_EXPRESSION',
        message: expect.stringMatching(/^Cannot compile .*/),
      }),
    );
    expect(compile(source)).toThrow(message);
  });

  test.each([
    'shout(record.a)',
    'shout(same(7))',
    'shout("a", record.n)',
    'shout(shout("a"))',
    'same(7)',
    'shout("a", whole(1))',
  ])('%s is none, as far as can be told', (source) => {
    expect(compile(source)).not.toThrow();
  });

  test.each([
    ['asText(7)', 'asText() returns text, and this is a number'],
    ['asText(null)', 'asText() returns text, and this is null'],
    ['whole(1.5)', 'whole() returns a whole number, and this is a number'],
    ['maybe(7)', 'maybe() returns text, and this is a number'],
    ['later(1)', 'later() returned a promise'],
    ['broken(1)', 'the service is down'],
  ])('%s fails for the record', (source, message) => {
    expect(() => value(source)).toThrow(
      expect.objectContaining({ code: 'ERR_EXPRESSION', message: expect.stringContaining(message) }),
    );
  });

  test('may give null where it says so', () => {
    expect(value('maybe(null) == null')).toBe(true);
    expect(value('whole(2)')).toBe(2);
  });

  test.each(['upper', 'has', 'map'])('cannot be called %s: there is one', (name) => {
    expect(() => compileExpression('1', { functions: [fn(name, {})] })).toThrow(
      expect.objectContaining({ code: 'ERR_COMPONENT_DUPLICATE' }),
    );
  });
});
