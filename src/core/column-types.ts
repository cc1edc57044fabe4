import { toDate } from './typed-date.ts';
import { toBigint, toFloat, toInt } from './typed-number.ts';
import { UNCONVERTIBLE } from './unconvertible.ts';

/** Makes a value of the text of a field; {@link UNCONVERTIBLE} where it cannot. Never throws. */
export type Convert = (text: string) => unknown;

/** What the fields of a column can be. */
export const COLUMN_TYPES = ['int', 'float', 'bigint', 'boolean', 'date', 'json', 'string'] as const;

/**
 * What the fields of a column are.
 *
 * - `int`: a whole number that JavaScript holds exactly, below 2^53, written as in JSON: `0`, `-12`. What would
 *   lose a digit does not convert: `007`, `12345678901234567890`.
 * - `float`: a finite number, written as in JSON: `1`, `-0.5`, `1e3`, also `.5`. Not `NaN`, `Infinity`, `007`, `1,5`.
 * - `bigint`: a whole number of up to 1000 characters, written as for `int`.
 * - `boolean`: `true`, `t`, `yes`, `y`, `1` or `false`, `f`, `no`, `n`, `0`; also `True` and `TRUE`.
 * - `date`: ISO 8601, to a `Date`: `2025-01-31`, `2025-01-31T10:00Z`, `2025-01-31 10:00:00.123+01:00`; UTC where there
 *   is no offset. Days that there are none of, such as `2025-02-30`, do not convert.
 * - `json`: any JSON value.
 * - `string`: the text.
 */
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** The value that a field of a type has when there is something in it. */
export interface ColumnValues {
  readonly int: number;
  readonly float: number;
  readonly bigint: bigint;
  readonly boolean: boolean;
  readonly date: Date;
  readonly json: unknown;
  readonly string: string;
}

/**
 * A row whose columns have these types. Any other column is text, which cannot be said of an index beside
 * them: give the type of the records, `csv.read<Order>(…)`, for a closer one.
 */
export type TypedRow<M extends Readonly<Record<string, ColumnType>>> = {
  [K in keyof M]: M[K] extends 'string' ? string : ColumnValues[M[K]] | null;
} & { [column: string]: string | ColumnValues[M[keyof M]] | null };

const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  [...['true', 't', 'yes', 'y', '1'], ...['false', 'f', 'no', 'n', '0']].flatMap((text, index) => {
    const forms = [text, text.toUpperCase(), text[0]!.toUpperCase() + text.slice(1)];
    return forms.map((form) => [form, index < 5] as const);
  }),
);

const CONVERTS: Readonly<Record<Exclude<ColumnType, 'string'>, Convert>> = {
  int: toInt,
  float: toFloat,
  bigint: toBigint,
  boolean: toBoolean,
  date: toDate,
  json: toJson,
};

/** What else becomes of the texts of a file. */
export interface TextRules {
  /** Whether blanks at both ends are taken away. */
  readonly trim: boolean;
  /** Texts that become `null`. */
  readonly nulls: readonly string[];
}

/** All that becomes of the text of a field, in one function; `undefined` when it stays as it is. */
export function fieldConvert(type: ColumnType, { trim, nulls }: TextRules): Convert | undefined {
  const typed = type === 'string' ? undefined : CONVERTS[type];
  const known = new Set(typed === undefined ? nulls : ['', ...nulls]);
  if (!trim && known.size === 0) return undefined;
  const convert = typed ?? asIs;
  const [only] = known;
  if (known.size > 1) {
    return trim ? (text) => toKnown(text.trim(), known, convert) : (text) => toKnown(text, known, convert);
  }
  if (only === undefined) return (text) => text.trim();
  return trim
    ? (text) => {
        const trimmed = text.trim();
        return trimmed === only ? null : convert(trimmed);
      }
    : (text) => (text === only ? null : convert(text));
}

function toKnown(text: string, nulls: ReadonlySet<string>, convert: Convert): unknown {
  return nulls.has(text) ? null : convert(text);
}

function asIs(text: string): string {
  return text;
}

function toBoolean(text: string): unknown {
  return BOOLEANS.get(text) ?? UNCONVERTIBLE;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return UNCONVERTIBLE;
  }
}

const HINTS: Readonly<Record<Exclude<ColumnType, 'string'>, string>> = {
  int: 'A whole number is written as in JSON: 0, 12 or -12.',
  float: 'A number is written as in JSON: 1, -0.5 or 1e3.',
  bigint: 'A whole number is written as in JSON: 0, 12 or -12, and has up to 1000 characters.',
  boolean: 'It can be true, t, yes, y or 1, and false, f, no, n or 0.',
  date: 'A date is written as in ISO 8601: 2025-01-31, 2025-01-31T10:00:00Z or 2025-01-31 10:00+01:00.',
  json: 'A text in JSON stands between double quotes.',
};

/** What can be done about a text that does not convert, in a sentence. */
export function typeHint(text: string, type: Exclude<ColumnType, 'string'>): string {
  const trimmed = text.trim();
  if (trimmed !== text && (trimmed === '' || CONVERTS[type](trimmed) !== UNCONVERTIBLE)) {
    return 'There are blanks around it: say trim: true.';
  }
  const isNumber = type === 'int' || type === 'float' || type === 'bigint';
  if (isNumber && /^-?0\d+$/.test(text)) return "The zero in front would be lost: take the type 'string'.";
  if (type === 'int' && toBigint(text) !== UNCONVERTIBLE) {
    return "A number would lose some of its digits: take the type 'bigint' or 'string'.";
  }
  if (type === 'int' && toFloat(text) !== UNCONVERTIBLE) return "Take the type 'float' for all numbers.";
  return `${HINTS[type]} Set onError to skip or dead-letter such rows.`;
}
