import { type ColumnType, type Convert, fieldConvert } from '../../../core/column-types.ts';
import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import { recordBuilder } from '../../../core/record-builder.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { CsvReadSettings } from './csv-read-options.ts';

/** A key of the records, and the place of its value in the row. */
export interface LayoutField {
  readonly name: string;
  /** -1 where the rows have no such field: then the value is `undefined`. */
  readonly from: number;
  readonly type: ColumnType;
  /** Absent where the text stays as it is. */
  readonly convert?: Convert | undefined;
}

/** How the rows of a file become records. */
export interface Layout {
  /** The keys of the records; `undefined` where records are arrays. */
  readonly fields: readonly LayoutField[] | undefined;
  /** Converts each field of a record that is an array. Never gives {@link UNCONVERTIBLE}. */
  readonly convert?: Convert | undefined;
  /** Fields of a whole row. */
  readonly width: number;
  /** Makes a record of a whole row, or {@link UNCONVERTIBLE}. */
  readonly make: (row: string[]) => unknown;
}

/** The first field of a row that does not convert. */
export interface Unconvertible {
  readonly column: string;
  readonly text: string;
  readonly type: Exclude<ColumnType, 'string'>;
}

/**
 * The layout of records with these field names; `where` says whose they are. `inferred` has the types of
 * the columns, in the order of the header, where they are to be found out.
 *
 * @throws MillraceError `ERR_CSV_HEADER` for names used twice, `ERR_CSV_COLUMNS` for columns that are
 * wanted, typed or renamed and are not there, `ERR_LIMIT` for too many.
 */
export function namedLayout(
  header: readonly string[],
  settings: CsvReadSettings,
  where: string,
  inferred: readonly ColumnType[] = [],
): Layout {
  checkWidth(header.length, settings, where);
  const indices = columnIndices(header, settings, where);
  const indexOf = (name: string): number => {
    const index = indices.get(name);
    if (index === undefined) throw noColumn(name, [...indices.keys()], where);
    return index;
  };
  const { types = {}, columns = indices.keys() } = settings;
  const given = new Map(typeof types === 'string' ? [] : Object.entries(types));
  for (const name of given.keys()) indexOf(name);
  const fields = Array.from(columns, (name): LayoutField => {
    const from = indexOf(name);
    const type = given.get(name) ?? inferred[from] ?? 'string';
    return { name, from, type, convert: fieldConvert(type, settings) };
  });
  return { fields, width: header.length, make: recordMaker(fields) };
}

/** The layout of records that are the rows' fields, as many as the first row has. */
export function arrayLayout(width: number, settings: CsvReadSettings, where: string): Layout {
  checkWidth(width, settings, where);
  const convert = fieldConvert('string', settings);
  return {
    fields: undefined,
    convert,
    width,
    make: convert === undefined ? (row) => row : (row) => row.map((text) => convert(text)),
  };
}

/** The layout with these fields only, in this order; those that it does not have are `undefined`. */
export function narrowedLayout(layout: Layout, names: readonly string[]): Layout {
  const known = new Map(layout.fields?.map((field) => [field.name, field]));
  const fields = names.map((name): LayoutField => known.get(name) ?? { name, from: -1, type: 'string' });
  return { ...layout, fields, make: recordMaker(fields) };
}

/** What of a row does not convert; `undefined` when all of it does. */
export function unconvertible(layout: Layout, row: readonly string[]): Unconvertible | undefined {
  for (const { name, from, type, convert } of layout.fields ?? []) {
    if (from < 0 || type === 'string' || convert?.(row[from]!) !== UNCONVERTIBLE) continue;
    return { column: name, text: row[from]!, type };
  }
  return undefined;
}

function recordMaker(fields: readonly LayoutField[]): Layout['make'] {
  if (fields.every(({ convert }) => convert === undefined)) return recordBuilder(fields);
  const build = recordBuilder(fields.map(({ name }, from) => ({ name, from })));
  return (row) => {
    const values: unknown[] = [];
    for (const { from, convert } of fields) {
      const text = row[from];
      const value = text === undefined || convert === undefined ? text : convert(text);
      if (value === UNCONVERTIBLE) return UNCONVERTIBLE;
      values.push(value);
    }
    return build(values);
  };
}

/** Where the columns are in a row, by the names that records have, in the order of the header. */
function columnIndices(
  header: readonly string[],
  { trim, duplicates, rename = {} }: CsvReadSettings,
  where: string,
): ReadonlyMap<string, number> {
  const trimmed = trim ? header.map((name) => name.trim()) : header;
  const names = duplicates === 'rename' ? numbered(trimmed) : trimmed;
  const indices = distinctIndices(names, where);
  const renamed = new Map(Object.entries(rename));
  for (const name of renamed.keys()) {
    if (!indices.has(name)) throw noColumn(name, names, where);
  }
  const final = names.map((name) => renamed.get(name) ?? name);
  return renamed.size === 0 ? indices : distinctIndices(final, where);
}

function distinctIndices(names: readonly string[], where: string): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const before = indices.get(name);
    if (before !== undefined) {
      throw new MillraceError(
        'ERR_CSV_HEADER',
        `Cannot read the header of ${where}: columns ${before + 1} and ${index + 1} are both named ${JSON.stringify(name)}`,
        {
          hint: "Say duplicates: 'rename', or give the names yourself: header: [...].",
          details: { name, columns: [before + 1, index + 1] },
        },
      );
    }
    indices.set(name, index);
  }
  return indices;
}

function noColumn(name: string, names: readonly string[], where: string): MillraceError {
  return new MillraceError(
    'ERR_CSV_COLUMNS',
    `Cannot read column ${JSON.stringify(name)} of ${where}: there is none`,
    { hint: didYouMean(name, names), details: { column: name, names } },
  );
}

function checkWidth(width: number, { maxColumns }: CsvReadSettings, where: string): void {
  if (width <= maxColumns) return;
  throw new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${where}: its first row has ${width} fields, more than ${maxColumns}`,
    {
      hint: 'Check the delimiter, or raise maxColumns.',
      details: { maxColumns },
    },
  );
}

/** Names with `_2`, `_3` … behind those that came before, so that each is there once. */
function numbered(header: readonly string[]): readonly string[] {
  const given = new Set(header);
  const used = new Set<string>();
  return header.map((name) => {
    let free = name;
    for (let number = 2; used.has(free) || (free !== name && given.has(free)); number++) {
      free = `${name}_${number}`;
    }
    used.add(free);
    return free;
  });
}
