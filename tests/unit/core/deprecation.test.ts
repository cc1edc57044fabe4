import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  type Deprecation,
  deprecatedAmong,
  deprecatedOption,
  warnDeprecated,
  withoutWarnings,
} from '../../../src/core/deprecation.ts';
import { parseOptions } from '../../../src/core/options.ts';

const because = (number: number): Deprecation => ({
  code: `MILLRACE_DEP${number}`,
  since: '0.2.0',
  instead: 'Use size.',
});

let emitted: unknown[][];
beforeEach(() => {
  emitted = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...given: unknown[]) => void emitted.push(given));
});
afterEach(() => vi.restoreAllMocks());

describe('a deprecation', () => {
  test('is warned of once a process, and the warning names what takes its place', () => {
    warnDeprecated('old()', because(9001));
    warnDeprecated('old()', because(9001));
    expect(emitted).toEqual([
      [
        'old() is deprecated since millrace 0.2.0: Use size.',
        { type: 'DeprecationWarning', code: 'MILLRACE_DEP9001' },
      ],
    ]);
  });

  test('is not warned of where it is told in another way, and is the next time', () => {
    withoutWarnings(() => warnDeprecated('quiet()', because(9002)));
    expect(() =>
      withoutWarnings(() => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(emitted).toEqual([]);
    warnDeprecated('quiet()', because(9002));
    expect(emitted).toHaveLength(1);
  });
});

describe('an option that is deprecated', () => {
  const old = z.int().optional().describe('How many');
  const schema = z.strictObject({
    count: deprecatedOption(old, because(9003)),
    size: z.int().default(1),
    inner: z.strictObject({ deep: deprecatedOption(z.string(), because(9004)).optional() }).optional(),
  });

  test('is found where it is given, beneath others too, and nowhere else', () => {
    expect(deprecatedAmong(schema, { size: 1, inner: {} })).toEqual([]);
    expect(deprecatedAmong(schema, { count: undefined })).toEqual([]);
    expect(deprecatedAmong(schema, { count: 1, inner: { deep: 'x' } })).toEqual([
      { ...because(9003), path: ['count'] },
      { ...because(9004), path: ['inner', 'deep'] },
    ]);
  });

  test('is crossed out by editors, with what to do in its description', () => {
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      properties: { count: { deprecated: true, description: 'How many. Deprecated: Use size.' } },
    });
    expect(schema.parse({ count: 3 })).toEqual({ count: 3, size: 1 });
  });

  test('is warned of when it is used', () => {
    parseOptions(schema, { size: 2 }, 'operator batch');
    expect(emitted).toEqual([]);
    parseOptions(schema, { count: 2 }, 'operator batch');
    expect(emitted.map(([message]) => message)).toEqual([
      'The option "count" of operator batch is deprecated since millrace 0.2.0: Use size.',
    ]);
  });
});
