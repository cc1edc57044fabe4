import type { Convert } from '../../../core/column-types.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { Layout, LayoutField } from './csv-layout.ts';

/** The rows that an index found in a text; see StructuralIndex. */
export interface IndexedRows {
  readonly text: string;
  readonly ends: Int32Array;
  readonly rows: Int32Array;
  /** Where the first row begins in the text. */
  readonly start: number;
}

/**
 * Makes records of rows `from` to `to` and puts them behind `records`, up to the first that is odd: of
 * another width, blank, or with a field that does not convert. Returns the number of that row, or `to`.
 */
export type RowBuilder = (indexed: IndexedRows, from: number, to: number, records: unknown[]) => number;

type Generated = (
  text: string,
  ends: Int32Array,
  rows: Int32Array,
  start: number,
  from: number,
  to: number,
  records: unknown[],
  converts: readonly (Convert | undefined)[],
) => number;
type Unquote = (text: string, from: number, to: number) => string;
type Factory = (unquote: Unquote, UNCONVERTIBLE: symbol) => Generated;

/** More fields would make functions that are no longer optimized. */
const MOST_FIELDS = 512;
const MOST_KEPT = 64;

/** Functions made before, by quote and source: files of one layout share the optimized code. */
const kept = new Map<string, Generated>();

/**
 * A builder for rows of this layout, generated as a loop with one literal, so that all records share a
 * hidden class and unwanted fields cost nothing. Where a process forbids generated code, or for very wide
 * records, rows are put together field by field.
 */
export function rowBuilder(layout: Layout, quote: string): RowBuilder {
  const wanted = layout.fields?.length ?? layout.width;
  if (wanted > MOST_FIELDS) return genericRowBuilder(layout, quote);
  try {
    const generated = generatedFor(layout, quote);
    const converts = wantedFields(layout).map(({ convert }) => convert);
    return ({ text, ends, rows, start }, from, to, records) =>
      generated(text, ends, rows, start, from, to, records, converts);
  } catch (error) {
    if (error instanceof EvalError) return genericRowBuilder(layout, quote);
    throw error;
  }
}

/** Like {@link rowBuilder}, without generating code. */
export function genericRowBuilder(layout: Layout, quote: string): RowBuilder {
  const { width, fields, make } = layout;
  const places = fields?.map(({ from }) => from).filter((from) => from >= 0) ?? [...Array(width).keys()];
  return ({ text, ends, rows, start }, from, to, records) => {
    for (let row = from; row < to; row++) {
      const first = firstField(rows, row);
      const begin = rowStart(rows, row, start);
      if (rows[2 * row]! >> 1 !== first + width || (width === 1 && begin === ends[first])) return row;
      const cells: string[] = Array(width).fill('');
      for (const place of places) {
        const at = place === 0 ? begin : ends[first + place - 1]! + 1;
        cells[place] = fieldText(text, at, ends[first + place]!, quote);
      }
      const record = make(cells);
      if (record === UNCONVERTIBLE) return row;
      records.push(record);
    }
    return to;
  };
}

/** All fields of row `row`. */
export function fieldsOf({ text, ends, rows, start }: IndexedRows, row: number, quote: string): string[] {
  const fields: string[] = [];
  let at = rowStart(rows, row, start);
  for (let field = firstField(rows, row); field < rows[2 * row]! >> 1; field++) {
    const end = ends[field]!;
    fields.push(fieldText(text, at, end, quote));
    at = end + 1;
  }
  return fields;
}

function firstField(rows: Int32Array, row: number): number {
  return row === 0 ? 0 : rows[2 * row - 2]! >> 1;
}

function rowStart(rows: Int32Array, row: number, start: number): number {
  return row === 0 ? start : rows[2 * row - 1]!;
}

/** The text of a field: that between its quotes, if it has them, with doubled ones made single. */
function fieldText(text: string, from: number, to: number, quote: string): string {
  if (quote === '' || from === to || text[from] !== quote) return text.slice(from, to);
  const inner = text.slice(from + 1, to - 1);
  return inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
}

function generatedFor(layout: Layout, quote: string): Generated {
  const body = source(layout);
  const key = quote + body;
  let generated = kept.get(key);
  if (generated !== undefined) return generated;
  const factory = new Function('unquote', 'UNCONVERTIBLE', body) as Factory;
  generated = factory(unquoteFor(quote), UNCONVERTIBLE);
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(key, generated);
  return generated;
}

/** `fieldText` with the quote as a constant. */
function unquoteFor(quote: string): Unquote {
  const code = quote === '' ? -1 : quote.charCodeAt(0);
  const doubled = quote + quote;
  return (text, from, to) => {
    if (from === to || text.charCodeAt(from) !== code) return text.slice(from, to);
    const inner = text.slice(from + 1, to - 1);
    return inner.includes(quote) ? inner.replaceAll(doubled, quote) : inner;
  };
}

/** The fields of a record; of an array, all that the row has. */
function wantedFields({ width, fields, convert }: Layout): readonly Pick<LayoutField, 'from' | 'convert'>[] {
  return fields ?? Array.from({ length: width }, (_, from) => ({ from, convert }));
}

function source(layout: Layout): string {
  const { width, fields } = layout;
  const wanted = wantedFields(layout);
  const converted = wanted.map(({ from, convert }) => from >= 0 && convert !== undefined);
  const borders = new Set(wanted.flatMap(({ from }) => [from - 1, from]).filter((border) => border >= 0));
  const span = (from: number) => `${from === 0 ? 'start' : `e${from - 1} + 1`}, e${from}`;
  const push = (text: (from: number) => string) => {
    const values = wanted.map(({ from }, at) => {
      if (from < 0) return 'undefined';
      return converted[at] ? `v${at}` : text(from);
    });
    const literal =
      fields === undefined
        ? `[${values.join(', ')}]`
        : `{ ${fields.map(({ name }, at) => `${literalKey(name)}: ${values[at]}`).join(', ')} }`;
    const before = wanted.map(({ from }, at) =>
      converted[at] ? `const v${at} = c${at}(${text(from)}); if (v${at} === UNCONVERTIBLE) return row;` : '',
    );
    return `${before.join('')} records.push(${literal});`;
  };
  return `return function (text, ends, rows, start, from, to, records, converts) {
    ${converted.map((is, at) => (is ? `const c${at} = converts[${at}];` : '')).join('')}
    let k = 0;
    if (from > 0) { k = rows[2 * from - 2] >> 1; start = rows[2 * from - 1]; }
    for (let row = from; row < to; row++) {
      const mark = rows[2 * row];
      if ((mark >> 1) - k !== ${width}${width === 1 ? ' || start === ends[k]' : ''}) return row;
      ${[...borders].map((border) => `const e${border} = ends[k + ${border}];`).join(' ')}
      if ((mark & 1) === 0) { ${push((at) => `text.slice(${span(at)})`)} }
      else { ${push((at) => `unquote(text, ${span(at)})`)} }
      k = mark >> 1;
      start = rows[2 * row + 1];
    }
    return to;
  };`;
}

/** Only a computed key makes `__proto__` a key like others. */
function literalKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}
