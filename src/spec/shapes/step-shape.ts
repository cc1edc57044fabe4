import { inferShape } from '../expressions/infer-shape.ts';
import {
  ABSENT,
  bothShapes,
  fieldShape,
  type KnownShape,
  mapShape,
  type Shape,
  shapeOf,
} from '../expressions/shape.ts';
import { jsonSchemaShape } from './json-schema-shape.ts';
import { columnShape } from './reader-shape.ts';
import { valueShape } from './value-shape.ts';

type Data = Readonly<Record<string, unknown>>;
type Change = (before: Shape, data: Data, options: Data) => Shape;

/** Operators that pass records on as they are, or not at all. */
const SAME: readonly string[] = [
  'assert',
  'buffer',
  'debounce',
  'dedupe',
  'delay',
  'distinct',
  'eventTime',
  'filter',
  'log',
  'progress',
  'rateLimit',
  'sample',
  'skip',
  'sort',
  'take',
  'takeUntil',
  'takeWhile',
  'tap',
  'throttle',
  'timeout',
  'top',
];

const CHANGES: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(SAME.map((name) => [name, (before: Shape) => before])),
  aggregate: (before, data) => grouped(before, data, []),
  assign: (before, { fields }) =>
    withFields(
      before,
      Object.entries((fields ?? {}) as Data).map(([name, said]) => [name, saidShape(said, before)]),
    ),
  cast: (before, { fields }) =>
    withFields(
      before,
      Object.entries((fields ?? {}) as Data).map(([name, type]) => [name, columnShape(type)]),
    ),
  drop: (before, { fields }) => {
    if (!isMap(before)) return undefined;
    const kept = [...(before.fields ?? [])].filter(([name]) => !(fields as readonly string[]).includes(name));
    // What is dropped is not there, whatever the rest is; that cannot be said of an open map.
    return before.closed === true ? mapShape(kept, { closed: true }) : mapShape(kept);
  },
  index: (before, _, { name }) => withFields(before, [[String(name), shapeOf('number')]]),
  map: (before, { to }) => saidShape(to, before),
  parseFields: (before, { fields }) =>
    withFields(
      before,
      (fields as readonly string[]).map((name) => [name, undefined]),
    ),
  recordId: (before, _, { field }) => withFields(before, [[String(field), shapeOf('text')]]),
  rename: (before, { fields }) => {
    if (!isMap(before)) return undefined;
    const names = new Map(Object.entries(fields as Readonly<Record<string, string>>));
    const kept = [...(before.fields ?? [])].map(([name, shape]) => [names.get(name) ?? name, shape] as const);
    return mapShape(kept, before.closed === true ? { closed: true } : {});
  },
  select: (before, { fields }) =>
    mapShape(
      (fields as readonly string[]).map(
        (name) => [name, isMap(before) ? present(before, name) : undefined] as const,
      ),
      { closed: true },
    ),
  stringifyFields: (before, { fields }) =>
    withFields(
      before,
      (fields as readonly string[]).map((name) => [name, shapeOf('text', 'null')]),
    ),
  validate: (before, _, { schema }) => {
    const found = jsonSchemaShape(isJsonSchema(schema) ? schema : undefined);
    return isJsonSchema(schema) ? bothShapes(before, found) : undefined;
  },
  window: (before, data) => grouped(before, data, ['window', 'update', 'pane']),
};

/**
 * What is known of the records behind an operator; `data` are its options as they are written, `options` as it has them, with
 * defaults.
 */
export function stepShape(name: string, before: Shape, data: unknown, options: unknown): Shape {
  const change = Object.hasOwn(CHANGES, name) ? CHANGES[name] : undefined;
  if (change === undefined || replaces(options)) return undefined;
  return change(before, data as Data, options as Data);
}

/** Whether what fails is replaced by something else, of which nothing is known. */
export function replaces(options: unknown): boolean {
  const given =
    typeof options === 'object' && options !== null
      ? (options as { readonly onError?: unknown }).onError
      : undefined;
  const policies: readonly unknown[] = Array.isArray(given) ? given : [given];
  return policies.some((policy) => (policy as { readonly kind?: unknown } | undefined)?.kind === 'fallback');
}

/** What a text, which is an expression, or another value comes to. */
function saidShape(said: unknown, before: Shape): Shape {
  if (typeof said === 'string') return inferShape(said, before).shape;
  if (typeof said !== 'object' || said === null) return valueShape(said);
  const { expression, use } = said as { readonly expression?: unknown; readonly use?: unknown };
  if (typeof expression === 'string') return inferShape(expression, before).shape;
  return use === undefined ? valueShape(said) : undefined;
}

function withFields(before: Shape, fields: readonly (readonly [string, Shape])[]): Shape {
  if (before !== undefined && !isMap(before)) return undefined;
  const { closed, rest } = before ?? {};
  return mapShape([...(before?.fields ?? []), ...fields], { closed, rest });
}

function grouped(before: Shape, { key, aggregates }: Data, more: readonly string[]): Shape {
  const keys =
    typeof key === 'string' ? [key] : Array.isArray(key) ? key.map(String) : key === undefined ? [] : ['key'];
  const fields = keys.map((name) => [name, isMap(before) ? present(before, name) : undefined] as const);
  const results = Object.entries((aggregates ?? {}) as Readonly<Record<string, object>>).map(
    ([name, said]) =>
      [name, 'count' in said || 'count_distinct' in said ? shapeOf('number') : undefined] as const,
  );
  const others = more.map((name) => [name, undefined] as const);
  return mapShape([...fields, ...others, ...results], { closed: true });
}

function present(before: KnownShape, name: string): Shape {
  const shape = fieldShape(before, name);
  return shape === ABSENT
    ? shapeOf('null')
    : shape && { ...shape, kinds: new Set([...shape.kinds, 'null' as const]) };
}

function isMap(shape: Shape): shape is KnownShape {
  return shape?.kinds.size === 1 && shape.kinds.has('map');
}

function isJsonSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && !('~standard' in schema) && !('_zod' in schema);
}
