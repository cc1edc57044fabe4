import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { validate } from '../../../../src/processing/operators/validate.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

async function result<B>(operator: Operator<unknown, B>, record: unknown): Promise<B | undefined> {
  const probe = probeOperator(operator);
  await probe.feed([record]);
  return probe.output[0];
}

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

describe('a record that does not fit', () => {
  const Order = z.object({ id: z.coerce.number(), lines: z.array(z.object({ qty: z.int() })) });
  const bad = { id: 'x', lines: [{ qty: 1 }, { qty: 0.5 }] };

  test('fails for good, naming the first problem with its path and listing all', async () => {
    await expect(result(validate(Order), bad)).rejects.toMatchObject({
      code: 'ERR_VALIDATION',
      retryable: false,
      message: expect.stringMatching(/^id: .+ \(and 1 more\)$/),
      details: {
        issues: [
          { path: 'id', message: expect.any(String) },
          { path: 'lines.1.qty', message: expect.any(String) },
        ],
      },
    });
  });

  test('says so without a path when the record as a whole is wrong', async () => {
    await expect(result(validate(Order), null)).rejects.toMatchObject({
      message: expect.stringContaining('expected object'),
      details: { issues: [{ path: '' }] },
    });
  });

  test('says the same with JSON Schema', async () => {
    const schema = {
      type: 'object',
      properties: { id: { type: 'number' }, lines: { type: 'array', items: { required: ['qty'] } } },
    };
    await expect(result(validate(schema), { id: 'x', lines: [{}] })).rejects.toMatchObject({
      code: 'ERR_VALIDATION',
      message: 'id: must be number (and 1 more)',
      details: {
        issues: [
          { path: 'id', message: 'must be number' },
          { path: 'lines.0.qty', message: "must have required property 'qty'" },
        ],
      },
    });
  });
});

describe('a zod schema', () => {
  test('gives what it makes of the record: coerced, defaulted, transformed, stripped', async () => {
    const schema = z.object({
      n: z.coerce.number(),
      currency: z.string().default('EUR'),
      tags: z.string().transform((text) => text.split(',')),
    });
    expect(await result(validate(schema), { n: '1', tags: 'a,b', other: true })).toEqual({
      n: 1,
      currency: 'EUR',
      tags: ['a', 'b'],
    });
  });

  test('lets out what a refinement throws, instead of taking it for asynchronous', async () => {
    const schema = z.string().refine(() => {
      throw new TypeError('the refinement is broken');
    });
    await expect(result(validate(schema), 'a')).rejects.toThrow(new TypeError('the refinement is broken'));
  });

  test('that validates asynchronously is told to go to mapAsync', async () => {
    const schemas = [z.string().refine(async () => true), z.string().transform(async (text) => text)];
    for (const schema of schemas) {
      await expect(result(validate(schema), 'a')).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        hint: expect.stringContaining('mapAsync'),
      });
    }
  });

  test('judges each record on its own after bad ones', async () => {
    const probe = probeOperator(validate(z.number()));
    await probe.feed([1]);
    await expect(probe.feed(['2'])).rejects.toThrow();
    await probe.feed([3]);
    expect(probe.output).toEqual([1, 3]);
  });
});

describe('any Standard Schema', () => {
  const upper = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) =>
        typeof value === 'string'
          ? { value: value.toUpperCase() }
          : { issues: [{ message: 'no text', path: ['a', { key: 0 }, Symbol('s')] }] },
    },
  };

  test('gives its value or its issues', async () => {
    expect(await result(validate(upper), 'a')).toBe('A');
    await expect(result(validate(upper), 1)).rejects.toMatchObject({
      details: { issues: [{ path: 'a.0.Symbol(s)', message: 'no text' }] },
    });
  });

  test('may be a function, as those of arktype are', async () => {
    expect(await result(validate(Object.assign(() => {}, upper)), 'a')).toBe('A');
  });

  test('may pass undefined on', async () => {
    const nothing = { '~standard': { ...upper['~standard'], validate: () => ({ value: undefined }) } };
    const probe = probeOperator(validate(nothing));
    await probe.feed(['a']);
    expect(probe.output).toEqual([undefined]);
  });

  test('pain P25: that rejects is an error, not an unhandled rejection', async () => {
    const rejecting = {
      '~standard': { ...upper['~standard'], validate: () => Promise.reject(new Error('unseen')) },
    };
    await expect(result(validate(rejecting), 'a')).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});

describe('a JSON Schema', () => {
  test('checks formats', async () => {
    const schema = { properties: { at: { type: 'string', format: 'date-time' } } };
    expect(await result(validate(schema), { at: '2020-01-01T00:00:00Z' })).toBeDefined();
    await expect(result(validate(schema), { at: 'soon' })).rejects.toMatchObject({ code: 'ERR_VALIDATION' });
  });

  test.each([
    ['draft-07', { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] }],
    ['no draft at all', { items: [{ type: 'string' }] }],
    [
      '2019-09',
      {
        $schema: 'https://json-schema.org/draft/2019-09/schema',
        items: [{ type: 'string' }],
        unevaluatedItems: true,
      },
    ],
    [
      '2020-12',
      { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] },
    ],
  ])('may be of %s', async (_draft, schema) => {
    expect(await result(validate(schema), ['a', 1])).toEqual(['a', 1]);
    await expect(result(validate(schema), [1])).rejects.toMatchObject({
      details: { issues: [{ path: '0' }] },
    });
  });

  test('gives the record itself, unchanged', async () => {
    const record = { n: 1, other: true };
    const schema = { properties: { n: { type: 'integer' }, m: { default: 3 } } };
    expect(await result(validate(schema), record)).toBe(record);
    expect(record).toEqual({ n: 1, other: true });
  });

  test('names a column with a slash as it is called', async () => {
    const schema = { properties: { 'a/b~c': { type: 'integer' } } };
    await expect(result(validate(schema), { 'a/b~c': 'x' })).rejects.toMatchObject({
      details: { issues: [{ path: 'a/b~c' }] },
    });
  });

  test('that is true or false lets all or nothing through', async () => {
    expect(await result(validate(true), 1)).toBe(1);
    await expect(result(validate(false), 1)).rejects.toMatchObject({ code: 'ERR_VALIDATION' });
  });

  test.each([
    ['a misspelt keyword', { requried: ['id'] }],
    ['an unknown type', { type: 'strin' }],
    ['an unknown format', { type: 'string', format: 'nope' }],
    ['a draft that is not supported', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['a reference to nowhere', { $ref: '#/definitions/none' }],
    ['asynchronous validation', { $async: true }],
  ])('with %s is refused where it is written', (_what, schema) => {
    expect(() => validate(schema)).toThrow(wrong);
  });
});

test.each([undefined, null, 1, 'schema', () => true])('%s is no schema', (schema) => {
  expect(() => validate(schema as never)).toThrow(wrong);
});
