import { z } from 'zod';
import type { Duration } from '../../../core/duration.ts';
import { toError } from '../../../core/errors.ts';
import type { OnError } from '../../../interfaces/policy.ts';
import { onErrorSchema } from '../../bytes/file-options.ts';
import { columnNames } from '../../formats/column-names.ts';
import { cellOf } from './cell.ts';
import { databaseField } from './database-path.ts';
import { unfitting } from './placeholders.ts';
import { durationSchema, timeoutField } from './sqlite-fields.ts';

/** What SQLite has no type for, and a column may hold all the same. */
export const COLUMN_MEANINGS = ['boolean', 'date', 'json'] as const;

/** One of {@link COLUMN_MEANINGS}. */
export type ColumnMeaning = (typeof COLUMN_MEANINGS)[number];

/** What a statement can be given for a `?`, or by name. */
export type SqliteParameter = null | boolean | number | bigint | string | Uint8Array | Date;

/** The options of `sqlite.read`. */
export interface SqliteReadOptions {
  /** Path of the database, or its URL of `file:`. */
  readonly database: string | URL;
  /** The table or view to read; or give a `query`. */
  readonly table?: string | undefined;
  /** One statement that gives rows. Without a `key` no later run can go on with it. */
  readonly query?: string | undefined;
  /**
   * Values for each `?` of the `query` or the `where`, in order; or by name, `{ ':status': 'paid' }`, also without the colon. There
   * must be one for each, and none besides.
   */
  readonly params?: readonly SqliteParameter[] | Readonly<Record<string, SqliteParameter>> | undefined;
  /** The only columns of the table that are read, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** Which rows of the table, in SQL: `status = ? AND total > 10`. */
  readonly where?: string | undefined;
  /**
   * Columns that no two rows share, none of them NULL: rows are read in their order, and a later run goes on behind the last one.
   * By default the number of the row (`rowid`) or the primary key of the table.
   */
  readonly key?: string | readonly string[] | undefined;
  /** A column that only grows, such as a time of change: rows are read in its order, those without it not at all. */
  readonly since?: string | undefined;
  /** Reads only rows of which `since` is greater than this. */
  readonly after?: SqliteParameter | undefined;
  /** Goes on asking for rows behind the last one, so long after the end was met: then it never ends by itself. */
  readonly poll?: Duration | undefined;
  /** What integers become: `number`, where one beyond 2^53 is a bad record; `bigint`; `string`. @default 'number' */
  readonly bigints?: 'number' | 'bigint' | 'string' | undefined;
  /**
   * Columns of which the values mean something that SQLite has no type for: `boolean` (0 and 1), `date` (ISO 8601), `json`. A value
   * that is none is a bad record.
   */
  readonly types?: Readonly<Record<string, ColumnMeaning>> | undefined;
  /** How long to wait for others who have the database locked. @default '10s' */
  readonly timeout?: Duration | undefined;
  readonly onError?: OnError | undefined;
}

const name = z.string().min(1);
const parameter = z
  .union([z.null(), z.boolean(), z.number(), z.bigint(), z.string(), z.instanceof(Uint8Array), z.date()])
  .transform((value, context) => {
    try {
      return cellOf(value, 'none');
    } catch (error) {
      context.addIssue({ code: 'custom', message: `SQLite cannot hold ${toError(error).message}` });
      return z.NEVER;
    }
  });

export const SqliteReadSchema = z
  .strictObject({
    database: databaseField,
    table: name.optional().describe('The table or view to read'),
    query: name.optional().describe('One statement that gives rows'),
    params: z
      .union([z.array(parameter).readonly(), z.record(z.string(), parameter)])
      .default([])
      .describe('Values for the query or the where: by place, or by name'),
    columns: columnNames('The only columns of the table that are read, in this order; all when absent'),
    where: name.optional().describe('Which rows of the table, in SQL'),
    key: z
      .union([z.array(name).min(1).readonly(), name.transform((column) => [column])])
      .optional()
      .describe('Columns that no two rows share: rows are read in their order'),
    since: name.optional().describe('A column that only grows: rows are read in its order'),
    after: parameter.optional().describe('Reads only rows of which since is greater than this'),
    poll: durationSchema('poll')
      .optional()
      .describe('Goes on asking for rows, so long after the end was met'),
    bigints: z.enum(['number', 'bigint', 'string']).default('number').describe('What integers become'),
    types: z
      .record(name, z.enum(COLUMN_MEANINGS))
      .default({})
      .describe('Columns that hold booleans, dates or JSON'),
    timeout: timeoutField,
    onError: onErrorSchema.optional(),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), 'give a table or a query')
  .refine(
    ({ query, columns, where }) => query === undefined || (columns === undefined && where === undefined),
    {
      message: 'columns and where are for a table: say them in the query',
    },
  )
  .refine(
    ({ table, key, since, poll }) =>
      table !== undefined || key !== undefined || (since ?? poll) === undefined,
    {
      path: ['key'],
      message: 'a query needs a key for since and poll',
    },
  )
  .refine(({ since, after }) => since !== undefined || after === undefined, {
    path: ['after'],
    message: 'it goes with since',
  })
  .superRefine(({ query, where, params }, context) => {
    const what = query === undefined ? 'the where' : 'the query';
    const found = unfitting(query ?? where ?? '', params, what);
    if (found !== undefined) context.addIssue({ code: 'custom', path: ['params'], message: found });
  });

/** Checked {@link SqliteReadOptions}. */
export type SqliteReadSettings = z.output<typeof SqliteReadSchema>;
