import { z } from 'zod';

/** What integers beyond 2^53 become: numbers, which lose digits, `BigInt`s, or their text. */
export type BigIntegers = 'number' | 'bigint' | 'string';

/** The `bigints` option of readers. */
export const bigIntegersSchema = z
  .enum(['number', 'bigint', 'string'])
  .default('number')
  .describe('What integers beyond 2^53 become');

/** No safe integer has more digits; the test costs a fraction of parsing, the reviver a multiple. */
const LONG = /\d{16}/;
const INTEGER = /^-?\d+$/;

/** Whether a text may hold integers that a number cannot hold exactly. */
export function mayHoldBigIntegers(text: string): boolean {
  return LONG.test(text);
}

/** What the runtime hands to a reviver besides key and value: the text of a primitive value. */
interface SourceContext {
  readonly source?: string;
}

/** Parses JSON as `JSON.parse` does, but for the integers that a number cannot hold exactly. */
export function parseJson(text: string, bigIntegers: BigIntegers): unknown {
  if (bigIntegers === 'number' || !mayHoldBigIntegers(text)) return JSON.parse(text);
  return JSON.parse(text, bigIntegers === 'bigint' ? bigIntReviver : textReviver);
}

/** The value of a number by its text. */
export function numberOf(source: string, bigIntegers: BigIntegers): number | bigint | string {
  const value = Number(source);
  if (bigIntegers === 'number' || Number.isSafeInteger(value) || !INTEGER.test(source)) return value;
  return bigIntegers === 'bigint' ? BigInt(source) : source;
}

function bigIntReviver(_key: string, value: unknown, context?: SourceContext): unknown {
  return isUnsafe(value) ? numberOf(context!.source!, 'bigint') : value;
}

function textReviver(_key: string, value: unknown, context?: SourceContext): unknown {
  return isUnsafe(value) ? numberOf(context!.source!, 'string') : value;
}

function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}
