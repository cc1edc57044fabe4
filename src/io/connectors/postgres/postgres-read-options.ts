import { z } from 'zod';
import { type Backoff, parseBackoff } from '../../../core/backoff.ts';
import type { Duration } from '../../../core/duration.ts';
import type { OnError } from '../../../interfaces/policy.ts';
import { onErrorSchema } from '../../bytes/file-options.ts';
import { columnNames } from '../../formats/column-names.ts';
import { bigIntegerFields } from '../../formats/columnar/big-integers.ts';
import { connectionFields, durationSchema, type PostgresConnectionOptions } from './connection-options.ts';
import type { PostgresValueOptions } from './text-values.ts';

/** Options of `postgres.read`. */
export interface PostgresReadOptions extends PostgresConnectionOptions, PostgresValueOptions {
  /** What happens on a bad record; the pipeline's default where absent. */
  readonly onError?: OnError | undefined;
  /** The table or view to read; this or `query`. Taken as it is, capital letters and dots too. */
  readonly table?: string | undefined;
  /** Its schema; by default the first of the search path that has it. */
  readonly schema?: string | undefined;
  /** A `SELECT` to read the rows of; this or `table`. */
  readonly query?: string | undefined;
  /** Values for `$1`, `$2` … in `query` or `where`. */
  readonly params?: readonly unknown[] | undefined;
  /** The only columns that are read, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** A condition in SQL that rows have to meet, such as `'total > $1'`; for a table. */
  readonly where?: string | undefined;
  /**
   * The columns that tell rows apart, without nulls: rows are read in their order, page by page, and a later run goes on
   * behind the last one. By default the primary key of the table. A query without it cannot be gone on with.
   */
  readonly key?: string | readonly string[] | undefined;
  /** A column that grows with each new row: only rows beyond `after` are read, in its order. */
  readonly since?: string | undefined;
  /** Where to begin: rows whose `since` is larger than this; by default with the smallest. */
  readonly after?: string | number | bigint | boolean | Date | undefined;
  /** How often to look for new rows when there are no more; without it the reader ends then. Needs `since`. */
  readonly poll?: Duration | undefined;
  /** Rows that are asked for at once at the most; fewer where they are large. @default 4096 */
  readonly pageRows?: number | undefined;
  /** Tries after a lost connection, where reading can go on behind the last row. @default 5 */
  readonly retries?: number | undefined;
  /** First and longest wait before another try; each is drawn with full jitter. @default '200ms..30s' */
  readonly backoff?: Backoff | undefined;
}

function isScalar(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** A part of SQL that stands between brackets: it must not close them, as far as can be told without reading SQL. */
const sql = (what: string) => z.string().min(1).optional().describe(what);

/** A name in the database. */
const name = (what: string) => z.string().min(1).optional().describe(what);

export const PostgresReadSchema = z
  .strictObject({
    ...connectionFields,
    onError: onErrorSchema.optional(),
    table: name('The table or view to read; this or query'),
    schema: name('Its schema; by default the first of the search path that has it'),
    query: sql('A SELECT to read the rows of; this or table'),
    params: z.array(z.unknown()).readonly().default([]).describe('Values for $1, $2 … in query or where'),
    columns: columnNames('The only columns that are read, in this order; all when absent'),
    where: sql('A condition in SQL that rows have to meet; for a table'),
    key: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1).readonly()])
      .transform((key) => (typeof key === 'string' ? [key] : key))
      .optional()
      .describe('The columns that tell rows apart; by default the primary key of the table'),
    since: name('A column that grows with each new row: only rows beyond after are read, in its order'),
    after: z
      .unknown()
      .refine(isScalar, 'expected text, a number, a boolean or a date')
      .optional()
      .describe('Where to begin: rows whose since is larger than this'),
    poll: durationSchema.optional().describe('How often to look for new rows when there are no more'),
    pageRows: z
      .int()
      .min(1)
      .max(100_000)
      .default(4096)
      .describe('Rows that are asked for at once at the most'),
    retries: z.int().min(0).default(5).describe('Tries after a lost connection'),
    backoff: z
      .unknown()
      .transform((value, context) => {
        try {
          return parseBackoff(value as Backoff);
        } catch {
          context.addIssue({ code: 'custom', message: 'expected two waits, such as "200ms..30s"' });
          return z.NEVER;
        }
      })
      .prefault('200ms..30s')
      .describe('First and longest wait before another try'),
    ...bigIntegerFields,
    numerics: z.enum(['string', 'number']).default('string').describe('What numeric becomes'),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
    error: 'give one of table and query',
  })
  .refine(
    ({ table, where, schema }) => table !== undefined || (where === undefined && schema === undefined),
    {
      error: 'schema and where are for a table: put them into the query',
    },
  )
  .refine(({ since, after, poll }) => since !== undefined || (after === undefined && poll === undefined), {
    path: ['since'],
    error: 'name the column that after and poll go by',
  });

/** Checked {@link PostgresReadOptions}. */
export type PostgresReadSettings = z.output<typeof PostgresReadSchema>;
