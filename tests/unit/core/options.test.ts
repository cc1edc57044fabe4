import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isMillraceError } from '../../../src/core/errors.ts';
import { parseOptions } from '../../../src/core/options.ts';

const Schema = z.strictObject({
  delimiter: z.string().min(1).default(','),
  mode: z.enum(['fail', 'pad']).default('fail'),
  size: z.union([z.number(), z.string()]).optional(),
  header: z.union([z.boolean(), z.array(z.string())]).default(true),
  nested: z.object({ depth: z.number().max(3) }).optional(),
});

function refusal(value: unknown, schema: z.ZodType = Schema) {
  try {
    parseOptions(schema, value, 'csv.read');
  } catch (error) {
    if (isMillraceError(error)) return error;
  }
  throw new Error('not refused');
}

describe('parseOptions', () => {
  test('fills in the defaults', () => {
    expect(parseOptions(Schema, { delimiter: ';' }, 'csv.read')).toEqual({
      delimiter: ';',
      mode: 'fail',
      header: true,
    });
  });

  test('refuses for good, with ERR_OPTIONS', () => {
    expect(refusal({ delimiter: '' })).toMatchObject({ code: 'ERR_OPTIONS', retryable: false });
  });

  test('names the place, the option, and every wrong one at once', () => {
    const error = refusal({ delimiter: 7, nested: { depth: 9 } });
    expect(error.message).toBe(
      'Cannot use the options of csv.read: delimiter: expected string, received number; ' +
        'nested.depth: Too big: expected number to be <=3',
    );
    expect(error.details).toEqual({
      issues: [
        { path: 'delimiter', message: 'expected string, received number' },
        { path: 'nested.depth', message: 'Too big: expected number to be <=3' },
      ],
    });
  });

  test('says of something else than options what it is', () => {
    expect(refusal(null).message).toBe('Cannot use the options of csv.read: expected object, received null');
    expect(refusal('fast', z.number()).message).toMatch(/: expected number, received string$/);
  });

  test('says what an option may be where there are several forms', () => {
    expect(refusal({ size: true }).message).toMatch(
      /: size: expected number, received boolean, or expected string, received boolean$/,
    );
    expect(refusal({ header: ['id', 3] }).message).toMatch(
      /: header: expected boolean, received array, or 1: expected string, received number$/,
    );
  });

  test('lists the values that an option may have', () => {
    expect(refusal({ mode: 'skip' }).message).toMatch(/mode: .*"fail"\|"pad"/);
  });

  test('suggests the option that a misspelt one was meant for', () => {
    const error = refusal({ delimeter: ';' });
    expect(error.message).toBe('Cannot use the options of csv.read: Unrecognized key: "delimeter"');
    expect(error.hint).toBe('Did you mean "delimiter"?');
  });

  test('lists all options for a name that is like none of them', () => {
    expect(refusal({ colour: 1 }).hint).toBe('There are: delimiter, header, mode, nested, size.');
  });
});
