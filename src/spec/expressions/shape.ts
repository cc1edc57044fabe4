/** The kinds of values that expressions know, in the words of messages. */
export type Kind = 'null' | 'bool' | 'number' | 'text' | 'bytes' | 'time' | 'duration' | 'list' | 'map';

/** What is known of a value before there is one; `undefined` where nothing is. */
export type Shape = KnownShape | undefined;

export interface KnownShape {
  /** What it may be: nothing else. */
  readonly kinds: ReadonlySet<Kind>;
  /** The fields of a map that are known. */
  readonly fields?: ReadonlyMap<string, Shape> | undefined;
  /** Whether a map has no other fields than those. */
  readonly closed?: boolean | undefined;
  /** What fields are that are not among those. */
  readonly rest?: Shape;
  /** What the items of a list are. */
  readonly items?: Shape;
  /** The texts that it may be, where they are known: all of them. */
  readonly values?: ReadonlySet<string> | undefined;
}

export function shapeOf(...kinds: readonly Kind[]): KnownShape {
  return { kinds: new Set(kinds) };
}

/** A map with these fields. */
export function mapShape(
  fields: Iterable<readonly [string, Shape]>,
  more: Pick<KnownShape, 'closed' | 'rest'> = {},
): KnownShape {
  return { kinds: new Set<Kind>(['map']), fields: new Map(fields), ...more };
}

/** What a field is that is known not to be there. */
export const ABSENT: unique symbol = Symbol('absent');

/** A field of a map. */
export function fieldShape(of: KnownShape, name: string): Shape | typeof ABSENT {
  if (of.fields?.has(name)) return of.fields.get(name);
  return of.closed === true ? ABSENT : of.rest;
}

/** The kinds besides null. */
export function certain({ kinds }: KnownShape): readonly Kind[] {
  return [...kinds].filter((kind) => kind !== 'null');
}

/** What may be either; `undefined` where one of the two is not known. */
export function eitherShape(one: Shape, other: Shape): Shape {
  if (one === undefined || other === undefined) return undefined;
  if (one === other) return one;
  const kinds = new Set([...one.kinds, ...other.kinds]);
  const values = unionOf(one, other);
  if (!one.kinds.has('map') || !other.kinds.has('map')) {
    const { fields, closed, rest } = one.kinds.has('map') ? one : other;
    return { kinds, fields, closed, rest, items: itemsOf(one, other), values };
  }
  const names = new Set([...(one.fields?.keys() ?? []), ...(other.fields?.keys() ?? [])]);
  const fields = [...names].map(
    (name) => [name, eitherField(fieldShape(one, name), fieldShape(other, name))] as const,
  );
  const closed = one.closed === true && other.closed === true;
  return {
    kinds,
    fields: new Map(fields),
    closed,
    rest: closed
      ? undefined
      : eitherShape(one.closed ? other.rest : one.rest, other.closed ? one.rest : other.rest),
    items: itemsOf(one, other),
    values,
  };
}

/** What may be any of these; `undefined` where one of them is not known, or there are none. Not one after another: that is quadratic. */
export function anyShape(shapes: readonly Shape[]): Shape {
  if (shapes.length < 2) return shapes[0];
  const middle = shapes.length >> 1;
  return eitherShape(anyShape(shapes.slice(0, middle)), anyShape(shapes.slice(middle)));
}

function eitherField(one: Shape | typeof ABSENT, other: Shape | typeof ABSENT): Shape {
  if (one === ABSENT) return other === ABSENT ? undefined : other;
  return other === ABSENT ? one : eitherShape(one, other);
}

function itemsOf(one: KnownShape, other: KnownShape): Shape {
  if (!one.kinds.has('list')) return other.items;
  return other.kinds.has('list') ? eitherShape(one.items, other.items) : one.items;
}

function unionOf(one: KnownShape, other: KnownShape): ReadonlySet<string> | undefined {
  if (!one.kinds.has('text')) return other.values;
  if (!other.kinds.has('text')) return one.values;
  return one.values && other.values && new Set([...one.values, ...other.values]);
}

/** What is known twice over: by what came in, and by what was found true of it. */
export function bothShapes(before: Shape, found: Shape): Shape {
  if (before === undefined || found === undefined || before === found) return found ?? before;
  const kinds = new Set([...before.kinds].filter((kind) => found.kinds.has(kind)));
  // Nothing is both: what was found true of the record counts.
  if (kinds.size === 0) return found;
  const names = new Set([...(before.fields?.keys() ?? []), ...(found.fields?.keys() ?? [])]);
  const fields: [string, Shape][] = [];
  for (const name of names) {
    const one = fieldShape(before, name);
    const other = fieldShape(found, name);
    if (one !== ABSENT && other !== ABSENT) fields.push([name, bothShapes(one, other)]);
  }
  return {
    kinds,
    ...(kinds.has('map') && { fields: new Map(fields) }),
    closed: before.closed === true || found.closed === true,
    rest: bothShapes(before.rest, found.rest),
    items: bothShapes(before.items, found.items),
    values: found.values ?? before.values,
  };
}

/** Kinds in words: `a number or text`. */
export function kindsText(kinds: readonly Kind[]): string {
  const words = kinds.map((kind) =>
    kind === 'null' || kind === 'text' || kind === 'bytes' ? kind : `a ${kind}`,
  );
  return words.length < 2 ? (words[0] ?? 'null') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
