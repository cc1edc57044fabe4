import { z } from 'zod';
import { type FieldOrFunction, fieldOption } from '../core/option-role.ts';
import { type Fields, fieldReader, namedFieldReader } from '../processing/operators/record-fields.ts';

/** The name of a field. */
export const field = z.string().min(1);

/** The names of fields, at least one. */
export const fields = z.array(field).min(1);

type Reader = (record: unknown) => unknown;

/** What makes a key: a field, several, which together are it, or a function. */
export type Key = string | readonly string[] | Reader;

/** The option for what makes a key. */
export const key = fieldOption('What makes the key of a record', { or: fields }) as z.ZodType<Key>;

/** A function that reads a field, named after it, as descriptions show the names of functions; others as they are. */
export function readerOf(given: FieldOrFunction): Reader {
  return typeof given === 'string' ? namedFieldReader(given) : given;
}

/** A function that makes the key; what several fields hold, as a list. Without fields, all records have one key. */
export function keyReader(given: Key | undefined): Reader {
  if (typeof given === 'function') return given;
  if (typeof given === 'string') return readerOf(given);
  const readers = (given ?? []).map(fieldReader);
  return named((record) => readers.map((read) => read(record)), (given ?? []).join(', '));
}

/** Like {@link keyReader}, where an operator compares whole records if it has no key. */
export function optionalKey(given: Key | undefined): { readonly key?: Reader } {
  return given === undefined ? {} : { key: keyReader(given) };
}

function named(read: (record: Fields) => unknown, name: string): Reader {
  return Object.defineProperty((record: unknown) => read(record as Fields), 'name', { value: name });
}
