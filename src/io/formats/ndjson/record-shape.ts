import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';

const STRING = String.raw`[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*`;
const NUMBER = String.raw`-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`;
const SCALAR = `(?:"${STRING}"|${NUMBER}|true|false|null)`;
const LINE_END = String.raw`\r?(?:\n|$)`;

/** Patterns of arrays and objects by how deep they are nested: deeper ones would take too much to write down. */
const NESTED = ['', nested(SCALAR), nested(`(?:${SCALAR}|${nested(SCALAR)})`)] as const;

/** What a known value says of those in its place: these, or `null`. */
type Kind = 'text' | 'number' | 'boolean' | 'nested';

/** Characters of a pattern that are worth their compilation. */
const LONGEST_PATTERN = 100_000;

/** Longer pieces of a string are slices in V8, which keep the whole string alive. */
const LONGEST_COPIED = 12;

/** The wanted fields, and how to make a record of their values in this order. */
export interface WantedFields {
  readonly names: readonly string[];
  readonly build: RecordBuilder;
}

export function wantedFields(names: readonly string[]): WantedFields {
  return { names, build: recordBuilder(names.map((name, index) => ({ name, from: index }))) };
}

/** Where the value of a wanted field is found in a match. */
interface Place {
  readonly group: number;
  readonly kind: Kind;
}

/**
 * Reads the wanted fields of lines whose keys are the same as those of a known record, in the same
 * order, by a regular expression that spells the keys out and takes any value that is nested no deeper
 * than the known one. What it takes is valid JSON, whole lines and nothing else: keys and their order are
 * fixed, and the patterns of values are the grammar of RFC 8259, with at most one space between tokens.
 */
export class RecordShape {
  /** Where the next line begins, after a line was read. */
  end = 0;
  readonly #wanted: WantedFields;
  readonly #places: readonly (Place | undefined)[];
  readonly #pattern: RegExp;
  readonly #values: unknown[];

  private constructor(wanted: WantedFields, places: readonly (Place | undefined)[], pattern: RegExp) {
    this.#wanted = wanted;
    this.#places = places;
    this.#pattern = pattern;
    this.#values = wanted.names.map(() => undefined);
  }

  /** The shape of a record, unless it is none that could be told by a pattern. */
  static of(record: unknown, wanted: WantedFields): RecordShape | undefined {
    const { names } = wanted;
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    const places = new Map<string, Place>();
    const members: string[] = [];
    for (const [key, value] of Object.entries(record)) {
      const known = patternOf(value);
      if (known === undefined) return undefined;
      const { kind, open, pattern, close } = known;
      const wanted = names.includes(key);
      if (wanted) places.set(key, { group: places.size + 1, kind });
      const taken = wanted ? `(${pattern})` : pattern;
      members.push(`${literal(JSON.stringify(key))} ?: ?(?:${open}${taken}${close}|null)`);
    }
    const source = `\\{ ?${members.join(' ?, ?')} ?\\}${LINE_END}`;
    if (source.length > LONGEST_PATTERN) return undefined;
    return new RecordShape(
      wanted,
      names.map((name) => places.get(name)),
      new RegExp(source, 'y'),
    );
  }

  /**
   * The wanted fields of the line that begins at `from`, if it has this shape.
   *
   * @throws RangeError for a line with more values than the engine can go back to.
   */
  read(text: string, from: number): Record<string, unknown> | undefined {
    const pattern = this.#pattern;
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    this.end = pattern.lastIndex;
    const places = this.#places;
    const values = this.#values;
    for (let index = 0; index < places.length; index++) {
      const place = places[index];
      if (place === undefined) continue;
      const found = match[place.group];
      values[index] = found === undefined ? null : fieldOf(found, place.kind);
    }
    return this.#wanted.build(values);
  }
}

/** Arrays and objects whose values look like `value`. */
function nested(value: string): string {
  const member = `"${STRING}" ?: ?${value}`;
  return `(?:\\[ ?(?:${value}(?: ?, ?${value})*)? ?\\]|\\{ ?(?:${member}(?: ?, ?${member})*)? ?\\})`;
}

/** The pattern of values like this one, and what stands before and behind it. */
function patternOf(value: unknown) {
  if (typeof value === 'string') return { kind: 'text', open: '"', pattern: STRING, close: '"' } as const;
  if (typeof value === 'number') return { kind: 'number', open: '', pattern: NUMBER, close: '' } as const;
  if (typeof value === 'boolean')
    return { kind: 'boolean', open: '', pattern: 'true|false', close: '' } as const;
  const depth = depthOf(value);
  const pattern = value === null ? SCALAR : NESTED[depth];
  return pattern === undefined ? undefined : ({ kind: 'nested', open: '', pattern, close: '' } as const);
}

/** How deep a value is nested, looked at no further than it matters. */
function depthOf(value: unknown, most: number = NESTED.length): number {
  if (typeof value !== 'object' || value === null || most === 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) {
    deepest = Math.max(deepest, depthOf(inner, most - 1));
    if (deepest === most - 1) break;
  }
  return deepest + 1;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function fieldOf(text: string, kind: Kind): unknown {
  if (kind === 'number') return +text;
  if (kind === 'boolean') return text === 'true';
  if (kind === 'nested') return JSON.parse(text);
  if (text.includes('\\')) return JSON.parse(`"${text}"`);
  return text.length > LONGEST_COPIED ? ` ${text}`.slice(1) : text;
}
