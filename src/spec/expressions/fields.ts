import { didYouMean } from '../../core/did-you-mean.ts';
import { showValue } from '../../core/show-value.ts';
import { Fault } from './fault.ts';
import { aKind, kindOf } from './values.ts';

/** Said of a field that is not there. */
const MISSING = Symbol('missing');

/** Fields of an origin: it may be an object of a class, which reads them from the text when it is asked. */
const ORIGIN_FIELDS: ReadonlySet<string> = new Set(['source', 'file', 'record', 'line', 'byte']);

/** What an expression sees as `origin`: these fields alone. */
export function originFields(origin: object | undefined): object {
  const fields: Record<string, unknown> = {};
  if (origin !== undefined)
    for (const name of ORIGIN_FIELDS) fields[name] = Reflect.get(origin, name) ?? null;
  return fields;
}

/**
 * A field of a map. What an object inherits is no field of it, and a function is no value.
 *
 * @throws Fault for a field that is not there, with the nearest name.
 */
export function field(of: unknown, name: string): unknown {
  const found = lookUp(of, name);
  if (found !== MISSING) return found;
  const known = of instanceof Map ? [...of.keys()].map(String) : Object.keys(of as object);
  throw new Fault(`there is no field "${name}"`, {
    hint: `${didYouMean(name, known.slice(0, 1_000))} Ask with has(…), or give coalesce(…, other) another value.`,
  });
}

/** Whether a field is there; of what has no fields there is none. */
export function hasField(of: unknown, name: string): boolean {
  return kindOf(of) === 'map' && lookUp(of, name) !== MISSING;
}

function lookUp(of: unknown, name: string): unknown {
  if (kindOf(of) !== 'map') throw new Fault(`${aKind(of)} has no field "${name}"`);
  let value: unknown;
  if (of instanceof Map) value = of.get(name);
  else if (Object.hasOwn(of as object, name)) value = (of as Record<string, unknown>)[name];
  return value === undefined || typeof value === 'function' || typeof value === 'symbol' ? MISSING : value;
}

/** `of[key]`: an item of a list by its index, a field of a map by its name. */
export function item(of: unknown, key: unknown): unknown {
  if (kindOf(of) === 'map') {
    if (typeof key === 'string') return field(of, key);
    if (typeof key === 'number' || typeof key === 'bigint') return field(of, String(key));
    throw new Fault(`${aKind(key)} is no name of a field`);
  }
  if (!Array.isArray(of) && !(of instanceof Uint8Array)) throw new Fault(`${aKind(of)} has no items`);
  const index = typeof key === 'bigint' ? Number(key) : key;
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new Fault(`${showValue(key)} is no index of a list`);
  }
  if (index < 0 || index >= of.length) {
    throw new Fault(`there is no item ${index} in a list of ${of.length}`, {
      hint: 'They are counted from 0.',
    });
  }
  return of[index] ?? null;
}

/** `in`: whether a list holds the value, or a map the field. */
export function isIn(value: unknown, of: unknown, equals: (a: unknown, b: unknown) => boolean): boolean {
  if (Array.isArray(of)) return of.some((one) => equals(value, one));
  if (of instanceof Set) return of.has(value) || [...of].some((one) => equals(value, one));
  if (kindOf(of) === 'map') return hasField(of, String(value));
  throw new Fault(`${aKind(of)} holds no values`, {
    ...(typeof of === 'string' && { hint: 'Of text, ask text.contains(part).' }),
  });
}
