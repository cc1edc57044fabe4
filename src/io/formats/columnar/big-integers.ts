import { z } from 'zod';
import { formatOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Origin } from '../../../interfaces/batch.ts';

/** What readers of columnar files take for 64-bit integers. */
export interface BigIntegers {
  /**
   * What 64-bit integers become: `bigint`; `number`, where one beyond 2^53 is a bad record; `string`.
   * @default 'bigint'
   */
  readonly bigints?: 'bigint' | 'number' | 'string' | undefined;
}

export const bigIntegerFields = {
  bigints: z.enum(['bigint', 'number', 'string']).default('bigint').describe('What 64-bit integers become'),
} as const;

/** Thrown for an integer that no number can say. */
export class UnsafeInteger extends Error {}

/** The largest number below which each integer is a number of its own. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** What becomes of a big integer, by the option. */
export const BIG_INTEGERS: Readonly<Record<'bigint' | 'number' | 'string', (value: bigint) => unknown>> = {
  bigint: (value) => value,
  string: String,
  number(value) {
    if (value > SAFE || value < -SAFE) throw new UnsafeInteger();
    return Number(value);
  },
};

/** The error for a record with such an integer. */
export function unsafeInteger(column: string, origin: Origin): MillraceError {
  const message = `Cannot make a number of column "${column}" of ${formatOrigin(origin)}: it is beyond 2^53`;
  return new MillraceError('ERR_LIMIT', message, {
    origin,
    hint: 'Say bigints: "bigint" or "string".',
    details: { column },
  });
}
