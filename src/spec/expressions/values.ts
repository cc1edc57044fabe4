import { DurationValue } from './duration-value.ts';
import { Fault } from './fault.ts';

/** What kind of value it is, in the words of messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value) || value instanceof Set) return 'list';
  if (value instanceof Date) return 'time';
  if (value instanceof DurationValue) return 'duration';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'object' ? 'map' : typeof value;
}

/** `kindOf` with its article. */
export function aKind(value: unknown): string {
  const kind = kindOf(value);
  return kind === 'null' || kind === 'text' || kind === 'bytes' ? kind : `a ${kind}`;
}

/**
 * `==`: numbers by what they are worth, whether doubles or big integers; times, durations, lists and maps by what is
 * in them. Values of two kinds are not equal.
 */
export function equals(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || a === undefined) return b === null || b === undefined;
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && a === BigInt(b);
  if (typeof a === 'number' && typeof b === 'bigint') return equals(b, a);
  if (typeof a !== 'object' || typeof b !== 'object' || b === null) return false;
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  if (kind === 'time' || kind === 'duration') return Number(a) === Number(b);
  if (kind === 'list' || kind === 'bytes') return equalLists([...itemsOf(a)], [...itemsOf(b)]);
  return equalMaps(a, b);
}

function itemsOf(list: object): Iterable<unknown> {
  return list as Iterable<unknown>;
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => equals(item, b[at]));
}

function equalMaps(a: object, b: object): boolean {
  const [inA, inB] = [entriesOf(a), new Map(entriesOf(b))];
  return inA.length === inB.size && inA.every(([key, value]) => inB.has(key) && equals(value, inB.get(key)));
}

/** The keys of a map with their values; what it inherits is none. */
export function entriesOf(map: object): readonly (readonly [unknown, unknown])[] {
  return map instanceof Map ? [...map] : Object.entries(map);
}

/** The kinds that have an order. */
export const ORDERED: ReadonlySet<string> = new Set(['number', 'text', 'bool', 'time', 'duration']);

/**
 * Whether two values can be compared by `<` and its like as JavaScript does. `false` where one is null: what is not
 * there is neither more nor less.
 *
 * @throws Fault for values of two kinds.
 */
export function comparable(a: unknown, b: unknown): boolean {
  const [kind, other] = [kindOf(a), kindOf(b)];
  if (kind === 'null' || other === 'null') return false;
  if (kind === other && ORDERED.has(kind)) return true;
  throw new Fault(`${aKind(a)} cannot be compared with ${aKind(b)}`, hintFor(kind, other));
}

/** What to do about kinds that cannot be compared. */
export function hintFor(kind: string, other: string): { hint?: string } {
  const kinds = [kind, other];
  if (kinds.includes('text') && kinds.includes('number')) {
    return { hint: 'Read the field as a number, e.g. by types of csv.read, or write double(…).' };
  }
  if (kinds.includes('text') && kinds.includes('time'))
    return { hint: 'Make a time of the text: timestamp(…).' };
  return {};
}

export function less(a: unknown, b: unknown): boolean {
  return comparable(a, b) && (a as number) < (b as number);
}

export function more(a: unknown, b: unknown): boolean {
  return comparable(a, b) && (a as number) > (b as number);
}

export function atLeast(a: unknown, b: unknown): boolean {
  return comparable(a, b) && (a as number) >= (b as number);
}

export function atMost(a: unknown, b: unknown): boolean {
  return comparable(a, b) && (a as number) <= (b as number);
}

/** @throws Fault for what is neither true nor false. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Fault(`a bool is needed, and this is ${aKind(value)}`);
}
