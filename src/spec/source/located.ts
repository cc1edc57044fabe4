import type { Span } from './source-text.ts';

/** A value with the place that it was written at. Shared where an alias repeats it. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

interface Base {
  readonly span: Span;
  /** How many values it comes to with all below, aliases taken as often as they stand there. */
  readonly size: number;
}

export interface LocatedScalar extends Base {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Whether it was written without quotes, so that its type follows from what it looks like. */
  readonly bare: boolean;
}

export interface LocatedList extends Base {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedMap extends Base {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  readonly key: Span;
  readonly value: Located;
}

/** What one is in words. */
export function kindOf(node: Located): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}

export const NO_ENTRIES: ReadonlyMap<string, LocatedEntry> = new Map();

/** The entry of a map; `undefined` where there is none, or no map. */
export function entryOf(node: Located | undefined, key: string): LocatedEntry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined;
}

/** As plain data. */
export function plainData(node: Located): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainData);
  return plainObject([...node.entries].map(([key, { value }]) => [key, plainData(value)]));
}

/** An object with these fields of its own, whatever they are called. */
export function plainObject(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(made, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return made;
}

/**
 * The place of what a path leads to, or of the deepest that is there. With `key`, that of the key under which the last
 * stands rather than of what stands there.
 */
export function spanAt(node: Located, path: readonly PropertyKey[], key = false): Span {
  let at = node;
  let span = node.span;
  for (const part of path) {
    if (at.kind === 'list') {
      const item = at.items[Number(part)];
      if (item === undefined) break;
      at = item;
      span = item.span;
    } else {
      const entry = entryOf(at, String(part));
      if (entry === undefined) break;
      at = entry.value;
      span = key || isEmpty(at) ? entry.key : at.span;
    }
  }
  return span;
}

function isEmpty(node: Located): boolean {
  return node.span.start === node.span.end;
}
