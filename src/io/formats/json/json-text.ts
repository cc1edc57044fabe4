import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';

/** What a BigInt becomes: the digits of a number, text, or the failure of its record. */
export type BigIntText = 'number' | 'string' | 'fail';

/** The `bigints` option of writers. */
export const bigIntTextSchema = z
  .enum(['number', 'string', 'fail'])
  .default('fail')
  .describe('What a BigInt becomes: the digits of a number, text, or a failure of its record');

/** How records are written. */
export interface JsonTextOptions {
  readonly bigints?: BigIntText | undefined;
  readonly indent?: string | undefined;
}

/**
 * The JSON text of record `index` of a batch.
 *
 * @throws MillraceError `ERR_ENCODE` for what JSON cannot say: `undefined`, functions, symbols, cycles, and BigInt
 * unless `bigints` allows for it.
 */
export function jsonText(record: unknown, index: number, options: JsonTextOptions = {}): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = stringified(record, options);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const found = cause === undefined ? `it is ${kindOf(record)}` : firstLine(cause);
  throw new MillraceError('ERR_ENCODE', `Cannot encode record ${index + 1} of a batch as JSON: ${found}`, {
    cause,
    hint: 'Map the record to plain values first, or say what a BigInt becomes: bigints: "number" or "string".',
    details: { index },
  });
}

/** A replacer costs a multiple: only what cannot do without gets one. */
function stringified(record: unknown, { bigints = 'fail', indent }: JsonTextOptions): string | undefined {
  try {
    return JSON.stringify(record, null, indent);
  } catch (error) {
    if (bigints === 'fail') throw error;
    return JSON.stringify(record, bigints === 'number' ? withDigits : withText, indent);
  }
}

/** The runtimes have it, the library of the compiler not yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object };

function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(value.toString()) : value;
}

function withText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function kindOf(record: unknown): string {
  return typeof record === 'object' ? 'an object whose toJSON gives undefined' : typeof record;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
