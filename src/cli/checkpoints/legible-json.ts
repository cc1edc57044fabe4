import { type Members, membersOf } from './json-members.ts';
import { type Pieces, scalarJson, textJson } from './json-scalars.ts';

/** How to write a value. */
export interface LegibleOptions {
  /** Entries of each list, map and object, and kibibytes of each text and of bytes, beyond which the rest is counted. @default all */
  readonly limit?: number;
  /** Whether it is on lines of its own where it is long. @default false: one line */
  readonly lines?: boolean;
}

/** How long what stands on one line may be. */
const WIDTH = 100;
const STEP = '  ';

/**
 * A value as JSON, piece by piece, so that it can be larger than a string. What JSON cannot say is an object with one
 * key that begins with `$`: `{"$map":[["a",1]]}`, `{"$set":[1]}`, `{"$date":"2026-01-01T00:00:00.000Z"}`,
 * `{"$bigint":"12"}`, `{"$bytes":"base64"}`, `{"$number":"NaN"}`, `{"$undefined":true}`. What is beyond the limit is
 * `{"$more":99000}`.
 */
export function legibleJson(value: unknown, options: LegibleOptions = {}): Pieces {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  return options.lines === true ? onLines(value, '', limit) : onOneLine(value, limit);
}

function* onOneLine(value: unknown, limit: number): Pieces {
  const members = membersOf(value, limit);
  if (members === undefined) {
    yield* scalarJson(value, limit);
    return;
  }
  yield members.open;
  let first = true;
  for (const [key, member] of members.entries()) {
    if (!first) yield ',';
    first = false;
    if (key !== undefined) {
      yield* textJson(key, Number.POSITIVE_INFINITY);
      yield ':';
    }
    yield* onOneLine(member, limit);
  }
  yield members.close;
}

function* onLines(value: unknown, indent: string, limit: number): Pieces {
  const members = membersOf(value, limit);
  const short = members === undefined ? undefined : shortText(value, limit);
  if (members === undefined || short !== undefined) {
    if (short === undefined) yield* scalarJson(value, limit);
    else yield short;
    return;
  }
  yield* block(members, indent, limit);
}

function* block({ open, close, entries }: Members, indent: string, limit: number): Pieces {
  const inner = indent + STEP;
  yield open;
  let before = '\n';
  for (const [key, member] of entries()) {
    yield `${before}${inner}`;
    before = ',\n';
    if (key !== undefined) {
      yield* textJson(key, Number.POSITIVE_INFINITY);
      yield ': ';
    }
    yield* onLines(member, inner, limit);
  }
  yield `\n${indent}${close}`;
}

/** The value on one line, if that is not too long. */
function shortText(value: unknown, limit: number): string | undefined {
  let text = '';
  for (const piece of onOneLine(value, limit)) {
    text += piece;
    if (text.length > WIDTH) return undefined;
  }
  return text;
}
