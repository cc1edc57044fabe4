import { MillraceError } from '../../core/errors.ts';
import { literalKey } from '../../core/record-builder.ts';
import { showValue } from '../../core/show-value.ts';

/** A record as its fields. */
export type Fields = Record<string, unknown>;

/** The record type `A` with the fields of `F`, which hide those of the same name. */
export type Replaced<A, F> = Plain<{ [K in keyof A as K extends keyof F ? never : K]: A[K] } & F>;

/** The same type, as one object. */
type Plain<A> = { [K in keyof A]: A[K] };

/** Makes the value of a field of the record as it was. */
export type FieldMaker = (record: Fields) => unknown;

/**
 * A record as its fields, where it has such.
 *
 * @throws MillraceError `ERR_CALLBACK` for arrays and all that is no object.
 */
export function fieldsOf(record: unknown): Fields {
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Fields;
  throw new MillraceError('ERR_CALLBACK', `${showValue(record)} has no named fields`, {
    hint: 'Make an object of each record by map(), in front.',
  });
}

/** Reads a field; what every object inherits, such as `constructor`, is none. */
export function fieldReader(name: string): FieldMaker {
  return name in Object.prototype
    ? (record) => (Object.hasOwn(record, name) ? record[name] : undefined)
    : (record) => record[name];
}

/**
 * Makes new records with some fields replaced in their place, or added at the end. Generated as one
 * object literal, so that records of one shape stay of one shape; `__proto__` is a name like others.
 */
export function fieldSetter(fields: ReadonlyMap<string, FieldMaker>): (record: unknown) => unknown {
  const makers = [...fields.values()];
  const literal = [...fields.keys()].map((name, k) => `${literalKey(name)}: makers[${k}](source)`);
  try {
    const source = `return (record) => { const source = fieldsOf(record); return { ...source, ${literal.join(', ')} }; };`;
    return new Function('makers', 'fieldsOf', source)(makers, fieldsOf);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const names = [...fields.keys()];
    return (record) => {
      const source = fieldsOf(record);
      const made = names.map((name, k) => [name, makers[k]!(source)] as const);
      return Object.fromEntries([...Object.entries(source), ...made]);
    };
  }
}

/**
 * The names of fields that an operator was given.
 *
 * @throws MillraceError `ERR_OPTIONS` without names, for something else, and for a name given twice.
 */
export function fieldNames(operator: string, given: readonly unknown[]): readonly string[] {
  const twice = given.find((name, at) => given.indexOf(name) !== at);
  if (given.length > 0 && twice === undefined && given.every((name) => typeof name === 'string')) {
    return given as readonly string[];
  }
  const found = twice === undefined ? 'it needs names of fields' : `${showValue(twice)} is named twice`;
  throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): ${found}`);
}

/**
 * What an operator was given by the names of fields, or of something else.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything but an object with at least one of them.
 */
export function fieldTable(
  operator: string,
  given: unknown,
  example: string,
  what = 'field',
): readonly [string, unknown][] {
  const isTable = typeof given === 'object' && given !== null && !Array.isArray(given);
  const entries = isTable ? Object.entries(given) : [];
  if (entries.length > 0) return entries;
  const found = isTable ? `no ${what} is given` : `${showValue(given)} is no object of ${what}s`;
  throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): ${found}`, {
    hint: `Name at least one, such as ${example}.`,
  });
}

/** {@link fieldReader}, named after the field, as descriptions show the names of functions. */
export function namedFieldReader(name: string): (record: unknown) => unknown {
  const read = fieldReader(name);
  return Object.defineProperty((record: unknown) => read(record as Fields), 'name', { value: name });
}
