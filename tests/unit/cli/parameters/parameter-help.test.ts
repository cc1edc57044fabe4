import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parameterHelp } from '../../../../src/cli/parameters/parameter-help.ts';
import { parametersOf } from '../../../../src/cli/parameters/parameters.ts';

describe('the help on parameters', () => {
  test('shows types, descriptions, defaults and what is required', () => {
    const schema = z.object({
      month: z.string().describe('Which month'),
      limit: z.number().int().default(100).describe('Records at the most'),
      price: z.number().optional(),
      status: z.enum(['paid', 'open']).default('paid'),
      tags: z.array(z.string()).default([]),
      day: z.iso.date().optional(),
      since: z.date().optional(),
      id: z.bigint().optional(),
      any: z.unknown().optional(),
    });
    expect(parameterHelp('orders.ts', parametersOf('orders.ts', schema)).split('\n')).toEqual([
      'Parameters of orders.ts:',
      '  --set month=<string>          Which month (required)',
      '  --set limit=<integer>         Records at the most (default: 100)',
      '  --set price=<number>          (optional)',
      '  --set status=<paid | open>    (default: paid)',
      '  --set tags=<array of string>  (default: [])',
      '  --set day=<date>              (optional)',
      '  --set since=<date>            (optional)',
      '  --set id=<bigint>             (optional)',
      '  --set any=<value>             (optional)',
      '',
    ]);
  });

  test('says that there are none', () => {
    expect(parameterHelp('orders.ts', undefined)).toBe('orders.ts takes no parameters.\n');
    expect(parameterHelp('orders.ts', parametersOf('orders.ts', z.object({})))).toBe(
      'orders.ts takes no parameters.\n',
    );
  });
});
