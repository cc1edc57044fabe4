import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import type { Flattened } from './flattened.ts';
import { transforming } from './plain-logic.ts';
import { type Fields, fieldsOf } from './record-fields.ts';

/** How `flatten` works. */
export interface FlattenOptions<S extends string = string> extends OperatorOptions {
  /** What stands between the names of the levels. @default '.' */
  readonly separator?: S;
  /** Levels of objects that are taken apart; what lies deeper stays an object. @default 16 */
  readonly depth?: number;
  /** Fields that one record may come to. @default 10_000 */
  readonly maxFields?: number;
}

/** The options of `flatten`. */
export const flattenOptions = operatorOptions.extend({
  separator: z.string().default('.').describe('What stands between the names of the levels'),
  depth: z.number().int().min(1).max(1000).default(16).describe('Levels of objects that are taken apart'),
  maxFields: z.number().int().min(1).default(10_000).describe('Fields that one record may come to'),
});

type Settings = z.output<typeof flattenOptions>;

/**
 * Makes one level of nested objects: `{ user: { id: 7 } }` becomes `{ 'user.id': 7 }`. Only plain
 * objects are taken apart: arrays, dates, and instances of classes stay, and so does an empty object.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record fails when two of its fields would get one name, or when it is no object,
 *   `ERR_CALLBACK`, and when it comes to more than `maxFields`, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `depth` and `maxFields` are whole numbers from 1.
 * @example
 * ```ts
 * import { flatten, from } from 'millrace';
 *
 * const flat = from([{ id: 1, user: { name: 'Ada', at: { city: 'London' } } }]).pipe(flatten());
 * ```
 */
export function flatten<A, const S extends string = '.'>(
  options: FlattenOptions<S> = {},
): Operator<A, Flattened<A, S>> {
  const { onError, ...settings } = parseOptions(flattenOptions, options, 'flatten');
  return defineOperator<A, Flattened<A, S>>({
    name: 'flatten',
    remembers: 'none',
    cardinality: 'one',
    onError,
    create: () => transforming((record) => flattened(fieldsOf(record), settings) as Flattened<A, S>),
  });
}

function flattened(record: Fields, settings: Settings): Fields {
  const flat: Fields = {};
  if (spread(record, '', settings.depth, 0, flat, settings) < 0) {
    throw new MillraceError('ERR_LIMIT', `the record comes to more than ${settings.maxFields} fields`, {
      hint: 'Raise maxFields of flatten(), or take fewer levels apart by its depth.',
      details: { maxFields: settings.maxFields },
    });
  }
  return flat;
}

/** Returns how many fields there are with those of `source`; less than 0 for too many. */
function spread(
  source: Fields,
  prefix: string,
  levels: number,
  count: number,
  flat: Fields,
  settings: Settings,
): number {
  let fields = count;
  for (const key of Object.keys(source)) {
    const value = source[key];
    const name = prefix + key;
    if (levels > 0 && isNested(value)) {
      fields = spread(value, name + settings.separator, levels - 1, fields, flat, settings);
      if (fields < 0) return fields;
    } else {
      put(flat, name, value);
      if (++fields > settings.maxFields) return -1;
    }
  }
  return fields;
}

function put(flat: Fields, name: string, value: unknown): void {
  if (Object.hasOwn(flat, name)) {
    throw new MillraceError('ERR_CALLBACK', `two of its fields would be called "${name}"`, {
      hint: 'Give flatten() a separator that no name has in it.',
    });
  }
  // An assignment to it would change the prototype.
  if (name === '__proto__') {
    Object.defineProperty(flat, name, { value, enumerable: true, writable: true, configurable: true });
  } else flat[name] = value;
}

function isNested(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const _ in value) return true;
  return false;
}
