import { z } from 'zod';
import { type OperatorOptions, operatorOptions } from '../define-operator.ts';

/** What bounds what is kept for each key, and what becomes of records that fail. */
export interface KeyedOptions extends OperatorOptions {
  /** Keys that are kept at the most; the record of one more fails. @default 1_000_000 */
  readonly maxKeys?: number;
}

/** The options of operators that keep something for each key. */
export const keyedOptions = operatorOptions.extend({
  maxKeys: z.number().int().min(1).default(1_000_000).describe('Keys that are kept at the most'),
});
