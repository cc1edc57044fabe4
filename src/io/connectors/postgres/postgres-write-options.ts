import { z } from 'zod';
import type { OnError } from '../../../interfaces/policy.ts';
import { onErrorSchema } from '../../bytes/file-options.ts';
import { type RecordColumnOptions, recordColumnFields } from '../sql/record-columns.ts';
import { connectionFields, type PostgresConnectionOptions } from './connection-options.ts';

/** Options of `postgres.write`. */
export interface PostgresWriteOptions extends PostgresConnectionOptions, RecordColumnOptions {
  /** The table to write to. Taken as it is, capital letters and dots too. */
  readonly table: string;
  /** Its schema; by default the first of the search path that has it. */
  readonly schema?: string | undefined;
  /**
   * Makes the table where there is none: `true` takes columns and types from the first records; an object says them, as
   * PostgreSQL reads them: `{ id: 'bigint PRIMARY KEY', note: 'text NOT NULL' }`. @default false
   */
  readonly create?: boolean | Readonly<Record<string, string>> | undefined;
  /**
   * What happens to a row whose key is there already: it is an error of its record; it is left out (`ignore`); or the row that
   * is there gets its values: `{ key: ['id'] }`, or only some, `{ key: ['id'], update: ['total'] }`. @default 'error'
   */
  readonly conflict?:
    | 'error'
    | 'ignore'
    | { readonly key: string | readonly string[]; readonly update?: readonly string[] | undefined }
    | undefined;
  /**
   * What is one transaction in a run without checkpoints: all of it (`run`), so that all rows appear or none; or each batch.
   * In a run with checkpoints it is what is between two of them. @default 'run'
   */
  readonly commit?: 'run' | 'batch' | undefined;
  readonly onError?: OnError | undefined;
}

const names = z.array(z.string().min(1)).min(1).readonly();

export const PostgresWriteSchema = z.strictObject({
  ...connectionFields,
  table: z.string().min(1).describe('The table to write to'),
  schema: z
    .string()
    .min(1)
    .optional()
    .describe('Its schema; by default the first of the search path that has it'),
  ...recordColumnFields,
  create: z
    .union([
      z.boolean(),
      z
        .record(z.string().min(1), z.string())
        .refine((columns) => Object.keys(columns).length > 0, 'there must be a column'),
    ])
    .default(false)
    .describe('Makes the table where there is none; an object says the types of its columns'),
  conflict: z
    .union([
      z.enum(['error', 'ignore']),
      z.strictObject({
        key: z
          .union([
            names,
            z
              .string()
              .min(1)
              .transform((name) => [name]),
          ])
          .describe('The columns of the key'),
        update: names.optional().describe('The columns that get their values; all but the key when absent'),
      }),
    ])
    .default('error')
    .describe('What happens to a row whose key is there already'),
  commit: z.enum(['run', 'batch']).default('run').describe('What is one transaction without checkpoints'),
  onError: onErrorSchema.optional(),
});

/** Checked {@link PostgresWriteOptions}. */
export type PostgresWriteSettings = z.output<typeof PostgresWriteSchema>;
