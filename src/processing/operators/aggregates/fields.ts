/** The fields of `T` whose values are, or may be, a `V`; any name where nothing is known of the records. */
export type FieldsOf<T, V> = unknown extends T
  ? string
  : {
      [F in keyof T & string]: unknown extends T[F] ? F : Extract<T[F], V> extends never ? never : F;
    }[keyof T & string];

/** What a field holds, where it holds something. */
export type ValueOf<T, F> = unknown extends T ? unknown : F extends keyof T ? NonNullable<T[F]> : unknown;

/** A field by its name, or a function of the record. */
export type Source = string | ((record: never) => unknown);

/** The source of what is made of whole records. */
export const itself: Source = (record: unknown) => record;

/** What is inherited by every object, such as `constructor`, is no value of a record. */
export function fieldAccess(record: string, field: string): string {
  const name = JSON.stringify(field);
  return field in Object.prototype
    ? `(Object.hasOwn(${record}, ${name}) ? ${record}[${name}] : undefined)`
    : `${record}[${name}]`;
}

/**
 * What takes the value out of a record. Generated for each field, so that the place where it is taken sees the
 * records of one aggregate only; where a process forbids that, they share one.
 */
export function valueReader(source: Source): (record: unknown) => unknown {
  if (typeof source === 'function') return source as (record: unknown) => unknown;
  try {
    return new Function('record', `return ${fieldAccess('record', source)};`) as (record: unknown) => unknown;
  } catch (error) {
    if (error instanceof EvalError) return plainReader(source);
    throw error;
  }
}

function plainReader(field: string): (record: unknown) => unknown {
  if (!(field in Object.prototype)) return (record) => (record as Record<string, unknown>)[field];
  return (record) =>
    Object.hasOwn(record as object, field) ? (record as Record<string, unknown>)[field] : undefined;
}

/** The fields, each with what takes its value out of a record. */
export function fieldReaders(
  fields: readonly string[],
): readonly (readonly [string, (record: unknown) => unknown])[] {
  return fields.map((field) => [field, valueReader(field)]);
}
