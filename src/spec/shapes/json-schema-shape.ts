import { anyShape, bothShapes, type Kind, type KnownShape, type Shape } from '../expressions/shape.ts';
import { valueShape } from './value-shape.ts';

/** How deep schemas are followed. */
const DEEPEST = 50;

/** So much is looked at; of what is beyond nothing is known. What is referred to several times counts each time. */
const MOST_NODES = 10_000;

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
  return new SchemaShapes(schema).of(schema, 0);
}

/** What a node came to, and how many nodes that took. */
interface Known {
  readonly shape: Shape;
  readonly nodes: number;
}

class SchemaShapes {
  readonly #root: unknown;
  readonly #known = new Map<Schema, Known>();
  readonly #underWay = new Set<Schema>();
  #nodes = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** Of a schema within itself nothing is known, else those of trees would go on without end. */
  of(schema: unknown, depth: number): Shape {
    if (!isObject(schema) || depth > DEEPEST || this.#underWay.has(schema)) return undefined;
    const known = this.#known.get(schema);
    const before = this.#nodes;
    this.#nodes += known?.nodes ?? 1;
    if (this.#nodes > MOST_NODES) return undefined;
    if (known !== undefined) return known.shape;
    this.#underWay.add(schema);
    const shape = this.#made(schema, depth + 1);
    this.#underWay.delete(schema);
    this.#known.set(schema, { shape, nodes: this.#nodes - before });
    return shape;
  }

  #made(schema: Schema, depth: number): Shape {
    const below = (inner: unknown): Shape => this.of(inner, depth);
    const own = ownShape(schema, below);
    const referred = typeof schema.$ref === 'string' ? below(pointed(schema.$ref, this.#root)) : undefined;
    const all = listOf(schema.allOf).map(below);
    const forms = schema.anyOf === undefined ? listOf(schema.oneOf) : listOf(schema.anyOf);
    return [referred, ...all, anyShape(forms.map(below))].reduce(bothShapes, own);
  }
}

/** What the schema says by itself; every keyword narrows what there may be. */
function ownShape(schema: Schema, below: (inner: unknown) => Shape): Shape {
  if ('const' in schema) return valueShape(schema.const);
  if (Array.isArray(schema.enum)) return anyShape(schema.enum.map((one) => valueShape(one)));
  const types = typeof schema.type === 'string' ? [schema.type] : listOf(schema.type).map(String);
  const known = types.map((type) => (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined));
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
