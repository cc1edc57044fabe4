import { bothShapes, eitherShape, type Kind, type KnownShape, type Shape } from '../expressions/shape.ts';
import { valueShape } from './value-shape.ts';

/** How far references are followed: those of trees go on without end. */
const DEEPEST = 6;

const KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'bool',
  null: 'null',
  array: 'list',
  object: 'map',
};

type Schema = Readonly<Record<string, unknown>>;

/** What is known of values that a JSON Schema allows; `undefined` where that is nothing. */
export function jsonSchemaShape(schema: unknown): Shape {
  return shapeIn(schema, schema, 0);
}

function shapeIn(schema: unknown, root: unknown, depth: number): Shape {
  if (!isObject(schema) || depth > DEEPEST) return undefined;
  const below = (inner: unknown): Shape => shapeIn(inner, root, depth + 1);
  const own = ownShape(schema, below);
  const referred = typeof schema.$ref === 'string' ? below(pointed(schema.$ref, root)) : undefined;
  const all = listOf(schema.allOf).map(below);
  const [first, ...more] = [
    ...listOf(schema.anyOf),
    ...(schema.anyOf === undefined ? listOf(schema.oneOf) : []),
  ].map(below);
  const some = more.reduce(eitherShape, first);
  return [referred, ...all, some].reduce(bothShapes, own);
}

/** What the schema says by itself; every keyword narrows what there may be. */
function ownShape(schema: Schema, below: (inner: unknown) => Shape): Shape {
  if ('const' in schema) return valueShape(schema.const);
  if (Array.isArray(schema.enum)) {
    const [first, ...more] = schema.enum.map(valueShape);
    return more.reduce(eitherShape, first);
  }
  const types = typeof schema.type === 'string' ? [schema.type] : listOf(schema.type).map(String);
  const known = types.map((type) => KINDS[type]);
  if (types.length === 0 || known.includes(undefined)) return undefined;
  const kinds = new Set(known as Kind[]);
  if (schema.nullable === true) kinds.add('null');
  return {
    kinds,
    ...(kinds.has('map') && objectShape(schema, below)),
    ...(kinds.has('list') && {
      items: isObject(schema.items) && schema.prefixItems === undefined ? below(schema.items) : undefined,
    }),
  };
}

function objectShape(schema: Schema, below: (inner: unknown) => Shape): Partial<KnownShape> {
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const more = schema.additionalProperties;
  const patterns = schema.patternProperties !== undefined;
  return {
    fields: new Map(properties.map(([name, inner]) => [name, below(inner)])),
    closed: more === false && !patterns,
    rest: patterns || !isObject(more) ? undefined : below(more),
  };
}

/** What `#/$defs/name` points at. */
function pointed(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#/')) return reference === '#' ? root : undefined;
  let at: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
