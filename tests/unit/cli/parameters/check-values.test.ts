import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { checkValues } from '../../../../src/cli/parameters/check-values.ts';
import { parametersOf } from '../../../../src/cli/parameters/parameters.ts';
import { readSettings } from '../../../../src/cli/parameters/settings.ts';

function check(schema: unknown, ...written: string[]): Promise<unknown> {
  return checkValues('orders.ts', parametersOf('orders.ts', schema), readSettings(written));
}

async function problems(schema: unknown, ...written: string[]): Promise<string[]> {
  const error = await check(schema, ...written).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_USAGE' });
  const { details } = error as { details: { problems: { message: string }[] } };
  return details.problems.map(({ message }) => message);
}

describe('parameters', () => {
  test.each([
    [z.string(), '007', '007'],
    [z.string(), 'true', 'true'],
    [z.number(), '1.5', 1.5],
    [z.int(), '12', 12],
    [z.coerce.number(), '12', 12],
    [z.boolean(), 'no', false],
    [z.coerce.boolean(), 'false', false],
    [z.stringbool(), 'off', false],
    [z.bigint(), '12345678901234567890', 12345678901234567890n],
    [z.date(), '2026-01-02', new Date('2026-01-02')],
    [z.iso.date(), '2026-01-02', '2026-01-02'],
    [z.enum(['a', 'b']), 'b', 'b'],
    [z.literal(3), '3', 3],
    [z.array(z.string()), '["a","b"]', ['a', 'b']],
    [z.object({ a: z.number() }), '{"a":1}', { a: 1 }],
    [z.union([z.number(), z.boolean()]), 'true', true],
    [z.string().transform((text) => text.length), 'four', 4],
    [z.number().optional(), '4', 4],
    [z.boolean().default(true), '0', false],
    [z.string().nullable(), 'null', 'null'],
    [z.string().refine(async (text) => text === 'slow'), 'slow', 'slow'],
  ])('%# are read as the schema asks', async (schema, text, value) => {
    expect(await check(z.object({ it: schema }), `it=${text}`)).toEqual({ it: value });
  });

  test('keep what comes after the first equals sign', async () => {
    expect(await check(z.object({ q: z.string() }), 'q=a=b=c')).toEqual({ q: 'a=b=c' });
    expect(await check(z.object({ q: z.string() }), 'q=')).toEqual({ q: '' });
  });

  test('take their defaults where nothing is set', async () => {
    expect(await check(z.object({ a: z.number().default(3), b: z.string().optional() }))).toEqual({ a: 3 });
  });

  test.each([
    [z.number(), 'x', 'it is "x": expected number'],
    [z.int(), '1.5', 'it is "1.5": expected integer'],
    [z.int().min(3), '1', 'it is "1": Too small: expected number to be >=3'],
    [z.boolean(), 'maybe', 'it is "maybe": expected boolean'],
    [z.enum(['a', 'b']), 'c', 'it is "c": expected one of "a"|"b"'],
    [z.union([z.number(), z.boolean()]), 'x', 'it is "x": expected number | boolean'],
    [z.string().min(2), 'x', 'it is "x": Too small: expected string to have >=2 characters'],
  ])('%# that are wrong say which value and what was expected', async (schema, text, message) => {
    expect(await problems(z.object({ it: schema }), `it=${text}`)).toEqual([message]);
  });

  test('that are missing say how to set them', async () => {
    expect(await problems(z.object({ month: z.string() }))).toEqual([
      'month is missing: say --set month=<string>',
    ]);
  });

  test('that are unknown are refused with the nearest name', async () => {
    expect(await problems(z.object({ month: z.string().optional() }), 'mnoth=1')).toEqual([
      'there is no parameter mnoth. Did you mean "month"?',
    ]);
    expect(await problems(z.strictObject({}), 'a=1')).toEqual(['there is no parameter a. There are none.']);
  });

  test('that are unknown pass where the schema is loose', async () => {
    expect(await check(z.looseObject({}), 'a=1')).toEqual({ a: '1' });
  });

  test('are checked as a whole, too', async () => {
    const range = z
      .object({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from < to, 'from must be before to');
    expect(await problems(range, 'from=3', 'to=2')).toEqual(['from must be before to']);
  });

  test('go through what the schema makes of the whole object', async () => {
    const doubled = z.object({ n: z.number() }).transform(({ n }) => ({ n: n * 2 }));
    expect(await check(doubled, 'n=2')).toEqual({ n: 4 });
  });

  test('may be described with zod mini', async () => {
    expect(await check(mini.object({ n: mini.number() }), 'n=2')).toEqual({ n: 2 });
  });

  test.each([[{}], [z.string()], ['month'], [null]])('%# that are no object schema are refused', (schema) => {
    expect(() => parametersOf('orders.ts', schema)).toThrow(expect.objectContaining({ code: 'ERR_MODULE' }));
  });
});

describe('--set', () => {
  test.each([
    [['month'], 'Cannot set "month": it is not key=value'],
    [['=1'], 'Cannot set "=1": it is not key=value'],
    [['a=1', 'a=2'], 'Cannot set "a": it is set twice'],
  ])('%j is refused', (written, message) => {
    expect(() => readSettings(written)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message }));
  });
});
