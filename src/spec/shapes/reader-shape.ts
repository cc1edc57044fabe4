import type { ColumnType } from '../../core/column-types.ts';
import type { Written } from '../../processing/graph/node.ts';
import { anyShape, mapShape, type Shape, shapeOf } from '../expressions/shape.ts';
import { sampleShape } from './value-shape.ts';

const TYPES: Readonly<Record<ColumnType, Shape>> = {
  int: shapeOf('number', 'null'),
  float: shapeOf('number', 'null'),
  bigint: shapeOf('number', 'null'),
  boolean: shapeOf('bool', 'null'),
  date: shapeOf('time', 'null'),
  json: undefined,
  string: shapeOf('text', 'null'),
};

/** So many records that stand in a file are looked at. */
const MOST_RECORDS = 1000;

/** What is known of a column of this type. */
export function columnShape(type: unknown): Shape {
  return typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type as ColumnType] : undefined;
}

/** What is known of the records of a reader, from its options. */
export function readerShape({ component, options }: Written): Shape {
  const given = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {};
  if (component === 'csv') return csvShape(given);
  if (component === 'records' && Array.isArray(given.records)) {
    // Of the others nothing is known, so nothing is of all of them.
    return given.records.length > MOST_RECORDS ? undefined : anyShape(given.records.map(sampleShape));
  }
  return undefined;
}

function csvShape({ header, types, columns, rename }: Record<string, unknown>): Shape {
  if (header === false) return { ...shapeOf('list'), items: columnShape('string') };
  // The names of columns in a file that is read later are not known, but what is not typed is text.
  const known = typeof types === 'object' && types !== null ? Object.entries(types) : [];
  const rest = typeof types === 'string' ? undefined : columnShape('string');
  const names = Array.isArray(columns) ? columns : Array.isArray(header) ? header : undefined;
  const fields = new Map([
    ...(names ?? []).map((name) => [String(name), rest] as const),
    ...known.map(([name, type]) => [name, columnShape(type)] as const),
  ]);
  return mapShape(fields, names === undefined || rename !== undefined ? { rest } : { closed: true });
}
