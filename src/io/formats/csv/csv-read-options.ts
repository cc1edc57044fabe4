import { z } from 'zod';
import { COLUMN_TYPES, type ColumnType } from '../../../core/column-types.ts';
import { type FileReadOptions, fileReadFields } from '../../bytes/file-options.ts';

/** The options of `csv.read`. */
export interface CsvReadOptions extends FileReadOptions {
  /**
   * `true`: the first row holds the names of the columns. A list: these are the names, and the first
   * row is data. `false`: there are no names, and records are arrays.
   * @default true
   */
  readonly header?: boolean | readonly string[] | undefined;
  /** `auto` guesses the delimiter from the first ten rows. Line ends are always found out. */
  readonly dialect?: 'auto' | undefined;
  /** What stands between fields: one character or several. @default ',' */
  readonly delimiter?: string | undefined;
  /** The character that encloses fields, doubled where it is meant; `''` for none. @default '"' */
  readonly quote?: string | undefined;
  /**
   * The character that makes a quote behind it a part of a quoted field, such as `\\`; it is no part of the
   * field then, and stays in it everywhere else. Quotes cannot be doubled then. @default the quote itself
   */
  readonly escape?: string | undefined;
  /**
   * What happens to rows with text behind a closing quote, or with a quote that does not close: `strict`
   * gives them to the policy, `repair` takes them as papaparse reads them.
   * @default 'strict'
   */
  readonly quotes?: 'strict' | 'repair' | undefined;
  /** Lines that begin with this are skipped; none when absent. */
  readonly comment?: string | undefined;
  /** Lines to skip before the first row, whatever is in them. @default 0 */
  readonly skipLines?: number | undefined;
  /** Whether lines with nothing in them are skipped. @default true */
  readonly skipEmptyLines?: boolean | undefined;
  /** What happens when two columns have one name; `rename` adds `_2`, `_3` … @default 'fail' */
  readonly duplicates?: 'fail' | 'rename' | undefined;
  /** New names for columns, by those in the header. Every other option takes the new ones. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /**
   * What fields are, by column; or `infer`: what they all are in the first 100 records or 64 Ki characters,
   * as far as nothing is lost by it; or `infer-json`: the same, with dates left as text, as in JSON. A field with nothing in it is `null`, in a column with a type other than
   * `string`. A row with a field that does not convert goes to the policy. Text when absent. See
   * {@link ColumnType}.
   */
  readonly types?: 'infer' | 'infer-json' | Readonly<Record<string, ColumnType>> | undefined;
  /** Whether blanks at both ends of fields and names are taken away, within quotes too. @default false */
  readonly trim?: boolean | undefined;
  /** Fields that are one of these texts become `null`, e.g. `['']` or `['NA', '-']`. @default [] */
  readonly nulls?: readonly string[] | undefined;
  /**
   * What happens to a row with fewer or more fields than the first: `fail` gives it to the policy,
   * `pad` fills short ones with empty text, `cut` drops what is too much, `fit` does both.
   * @default 'fail'
   */
  readonly ragged?: 'fail' | 'pad' | 'cut' | 'fit' | undefined;
  /** The only columns that records get, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** Fields a row may have. @default 10000 */
  readonly maxColumns?: number | undefined;
}

/** Text that can stand between fields, or enclose them, or begin a comment. */
function mark(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .refine((text) => !/[\r\n\ufeff]/.test(text), 'line ends cannot be used');
}

function distinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

export const CsvReadSchema = z
  .strictObject({
    ...fileReadFields,
    header: z
      .union([z.boolean(), z.array(z.string()).min(1).refine(distinct, 'a name is there twice')])
      .default(true)
      .describe('Whether the first row holds the names; or the names; false: records are arrays'),
    dialect: z.literal('auto').optional().describe('auto guesses the delimiter from the first ten rows'),
    delimiter: mark(1, 16)
      .refine((text) => text !== 'auto', "say dialect: 'auto' to have it guessed")
      .optional()
      .describe('What stands between fields; a comma when absent'),
    quote: mark(0, 1).default('"').describe('The character that encloses fields; empty for none'),
    escape: mark(1, 1).optional().describe('The character that makes a quote a part of a quoted field'),
    quotes: z
      .enum(['strict', 'repair'])
      .default('strict')
      .describe('What happens to rows with odd quotes: they fail, or are taken as papaparse reads them'),
    comment: mark(1, 16).optional().describe('Lines that begin with this are skipped'),
    skipLines: z.number().int().min(0).default(0).describe('Lines to skip before the first row'),
    skipEmptyLines: z.boolean().default(true).describe('Whether lines with nothing in them are skipped'),
    duplicates: z
      .enum(['fail', 'rename'])
      .default('fail')
      .describe('What happens when two columns have one name; rename adds _2, _3'),
    rename: z.record(z.string(), z.string()).optional().describe('New names for columns, by their names'),
    types: z
      .union([z.enum(['infer', 'infer-json']), z.record(z.string(), z.enum(COLUMN_TYPES))])
      .optional()
      .describe(
        'What fields are, by column; infer finds it out from the first 100 records, infer-json all but dates',
      ),
    trim: z.boolean().default(false).describe('Whether blanks at both ends of fields are taken away'),
    nulls: z.array(z.string()).default([]).describe('Fields that are one of these texts become null'),
    ragged: z
      .enum(['fail', 'pad', 'cut', 'fit'])
      .default('fail')
      .describe('What happens to rows of another width: fail, fill short ones, cut long ones, or both'),
    columns: z
      .array(z.string())
      .min(1)
      .refine(distinct, 'a name is there twice')
      .optional()
      .describe('The only columns that records get'),
    maxColumns: z.number().int().min(1).default(10_000).describe('Fields a row may have'),
  })
  .refine(({ dialect, delimiter }) => dialect === undefined || delimiter === undefined, {
    path: ['delimiter'],
    message: "cannot be given where dialect: 'auto' guesses it",
  })
  .refine(({ delimiter = ',', quote }) => quote === '' || !delimiter.includes(quote), {
    path: ['quote'],
    message: 'is part of the delimiter',
  })
  .refine(({ escape: escaping, quote }) => escaping === undefined || quote !== '', {
    path: ['escape'],
    message: 'needs a quote to stand before',
  })
  .refine(
    ({ delimiter = ',', escape: escaping }) => escaping === undefined || !delimiter.includes(escaping),
    {
      path: ['escape'],
      message: 'is part of the delimiter',
    },
  )
  .refine(
    ({ delimiter = ',', quote, comment }) =>
      comment !== delimiter && (quote === '' || !comment?.startsWith(quote)),
    {
      path: ['comment'],
      message: 'is the delimiter or begins with the quote',
    },
  )
  .refine(({ header, columns }) => header !== false || columns === undefined, {
    path: ['columns'],
    message: 'cannot be chosen by name without a header',
  })
  .refine(({ header, types }) => header !== false || types === undefined, {
    path: ['types'],
    message: 'need the names of a header',
  })
  .refine(({ header, rename }) => header !== false || rename === undefined, {
    path: ['rename'],
    message: 'needs the names of a header',
  });

/** Checked {@link CsvReadOptions}. */
export type CsvReadSettings = z.output<typeof CsvReadSchema>;
