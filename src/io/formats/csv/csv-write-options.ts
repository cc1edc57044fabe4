import { z } from 'zod';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { columnNames } from '../column-names.ts';

/** The options of `csv.write`. */
export interface CsvWriteOptions extends FileWriteOptions {
  /** The columns, in order; by default the keys of the first record. */
  readonly columns?: readonly string[] | undefined;
  /** Whether the names of the columns are written first. @default true */
  readonly header?: boolean | undefined;
  /** What stands between fields. @default ',' */
  readonly delimiter?: string | undefined;
  /** The character that encloses fields which need it; `''` for none. @default '"' */
  readonly quote?: string | undefined;
  /**
   * Which fields are enclosed: those that need it (`needed`), as there is a delimiter, a quote or a line end in
   * them, or a space at an end; all texts (`strings`), so that numbers, booleans and nothing can be told
   * from text; or `all`, but for `null` and `undefined`. @default 'needed'
   */
  readonly quotes?: 'needed' | 'strings' | 'all' | undefined;
  /** What ends a row. @default '\n' */
  readonly newline?: '\n' | '\r\n' | undefined;
  /** What happens to a record with a key that is no column. @default 'fail' */
  readonly extra?: 'fail' | 'ignore' | undefined;
  /** What happens to a record that lacks a column, or has `undefined` there. @default 'empty' */
  readonly missing?: 'empty' | 'fail' | undefined;
  /**
   * Puts a `'` before text that a spreadsheet would take for a formula: that begins with `=`, `+`, `-`,
   * `@`, a tab or a carriage return, and quotes it; numbers stay. Such files do not read back as they
   * were. @default false
   */
  readonly escapeFormulas?: boolean | undefined;
}

export const CsvWriteSchema = z
  .strictObject({
    ...fileWriteFields,
    columns: columnNames('The columns, in order; by default the keys of the first record'),
    header: z.boolean().default(true).describe('Whether the names of the columns are written first'),
    delimiter: z
      .string()
      .min(1)
      .max(16)
      .refine((text) => text !== 'auto', 'auto is for reading')
      .refine((text) => !/[\r\n\ufeff]/.test(text), 'line ends cannot be used')
      .default(',')
      .describe('What stands between fields'),
    quote: z
      .string()
      .max(1)
      .refine((text) => !/[\r\n\ufeff]/.test(text), 'line ends cannot be used')
      .default('"')
      .describe('The character that encloses fields which need it; empty for none'),
    quotes: z.enum(['needed', 'strings', 'all']).default('needed').describe('Which fields are enclosed'),
    newline: z.enum(['\n', '\r\n']).default('\n').describe('What ends a row'),
    extra: z.enum(['fail', 'ignore']).default('fail').describe('What happens to a key that is no column'),
    missing: z
      .enum(['empty', 'fail'])
      .default('empty')
      .describe('What happens to a column that is not there'),
    escapeFormulas: z
      .boolean()
      .default(false)
      .describe('Puts a single quote before text that a spreadsheet would take for a formula'),
  })
  .refine(({ delimiter, quote }) => quote === '' || !delimiter.includes(quote), {
    path: ['quote'],
    message: 'is part of the delimiter',
  })
  .refine(({ quote, quotes }) => quote !== '' || quotes === 'needed', {
    path: ['quotes'],
    message: 'there is no quote to enclose fields with',
  });

/** Checked {@link CsvWriteOptions}. */
export type CsvWriteSettings = z.output<typeof CsvWriteSchema>;
