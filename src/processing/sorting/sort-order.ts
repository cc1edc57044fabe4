import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import { nameOf } from '../operators/check-callback.ts';
import { compareParts, kindOf, type PartOrder } from './key-order.ts';
import type { KeyWriter } from './key-writer.ts';

/** What can be sorted by: text, numbers, big integers, dates, booleans; what is empty comes last. */
export type SortValue = string | number | bigint | boolean | Date | null | undefined;

/** How values are ordered. */
export interface OrderOptions {
  /** `'desc'` for the largest first. Equal records keep their order either way. @default 'asc' */
  readonly order?: 'asc' | 'desc';
  /** Where `NaN`, invalid dates, `null` and `undefined` go, whichever the order. @default 'last' */
  readonly nulls?: 'first' | 'last';
  /** Orders text as people of a language do: `'de'`, or an `Intl.Collator`. @default by code units, as `<` does */
  readonly locale?: string | Intl.Collator;
}

/** The name of a field whose values can be sorted by. */
export type SortField<T> = { [K in keyof T & string]: T[K] extends SortValue ? K : never }[keyof T & string];

/** One of several values to sort by: those that follow decide where it is equal. */
export interface SortPart<T> extends OrderOptions {
  readonly by: SortField<T> | ((record: T) => SortValue);
}

/**
 * What to sort by: the name of a field, a function of a record, a function of two records that compares
 * them, or a list of parts.
 */
export type SortBy<T> =
  | SortField<T>
  | ((record: T) => SortValue)
  | ((a: T, b: T) => number)
  | readonly SortPart<T>[];

/** The order of records. */
export interface SortOrder<T> {
  /** What shows in descriptions. */
  readonly detail: string | undefined;
  /** Where the key stands: in bytes that are ordered like keys, in a list of values, or in the record itself. */
  readonly keys: 'bytes' | 'values' | 'record';
  /** Writes the key of a record as bytes that are ordered as keys are; where `keys` says so. */
  write(record: T, writer: KeyWriter): void;
  /** What `compare` takes for a record. */
  key(record: T): unknown;
  compare(a: unknown, b: unknown): number;
}

interface Part<T> extends PartOrder {
  readonly of: (record: T) => unknown;
  readonly name: string | undefined;
}

const by = z.custom<string | ((record: unknown) => unknown)>(
  (value) => typeof value === 'function' || typeof value === 'string',
  'must be the name of a field, or a function',
);

const locale = z.union([z.string(), z.custom<Intl.Collator>((value) => value instanceof Intl.Collator)]);

/** The options that say how values are ordered. */
export const orderOptions = z.strictObject({
  order: z.enum(['asc', 'desc']).default('asc').describe('Which come first, the smallest or the largest'),
  nulls: z.enum(['first', 'last']).default('last').describe('Where empty values go'),
  locale: locale.optional().describe('The language that text is ordered by'),
});

const partSchema = orderOptions.extend({ by });

/**
 * Reads what to sort by.
 *
 * @throws MillraceError `ERR_OPTIONS` that names what is wrong with it.
 */
export function sortOrder<T>(given: SortBy<T>, options: OrderOptions, operator: string): SortOrder<T> {
  const how = parseOptions(orderOptions, options, operator);
  if (typeof given === 'function' && given.length >= 2) {
    if (Object.keys(options).length === 0) return comparing(given as (a: T, b: T) => number);
    throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${operator}: a function compares`, {
      hint: 'Let the function (a, b) see to order, nulls and locale itself.',
    });
  }
  const list: readonly unknown[] = Array.isArray(given) ? given : [{ by: given, ...how }];
  if (list.length === 0) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): it is told to sort by nothing`);
  }
  return keyed(list.map((part) => readPart<T>(parseOptions(partSchema, part, operator), operator)));
}

function readPart<T>(part: z.output<typeof partSchema>, operator: string): Part<T> {
  const { by: field, order, nulls } = part;
  return {
    of: typeof field === 'function' ? field : (record) => (record as Record<string, unknown>)[field],
    name: typeof field === 'function' ? nameOf(field) : field,
    descending: order === 'desc',
    emptyFirst: nulls === 'first',
    collator: typeof part.locale === 'string' ? collatorOf(part.locale, operator) : part.locale,
  };
}

function collatorOf(name: string, operator: string): Intl.Collator {
  try {
    return new Intl.Collator(name);
  } catch (cause) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${operator}: no locale is "${name}"`, {
      cause,
      hint: 'Give a language tag such as "de", "sv-SE", or an Intl.Collator.',
    });
  }
}

function keyed<T>(parts: readonly Part<T>[]): SortOrder<T> {
  const names = parts.map(({ name, descending }) => (descending ? `${name ?? '?'} desc` : name));
  const [only] = parts;
  const key = (record: T): unknown[] => parts.map(({ of }) => of(record));
  return {
    detail: parts.length === 1 ? names[0] : names.map((name) => name ?? '?').join(', '),
    keys: parts.some((part) => part.collator !== undefined) ? 'values' : 'bytes',
    write:
      parts.length === 1
        ? (record, writer) => writer.part(only!.of(record), only!)
        : (record, writer) => {
            for (const part of parts) writer.part(part.of(record), part);
          },
    key(record) {
      const values = key(record);
      for (const value of values) kindOf(value);
      return values;
    },
    compare(a, b) {
      for (let index = 0; index < parts.length; index++) {
        const compared = compareParts((a as unknown[])[index], (b as unknown[])[index], parts[index]!);
        if (compared !== 0) return compared;
      }
      return 0;
    },
  };
}

function comparing<T>(compare: (a: T, b: T) => number): SortOrder<T> {
  return {
    detail: nameOf(compare),
    keys: 'record',
    write() {},
    key: (record) => record,
    compare(a, b) {
      const compared: unknown = compare(a as T, b as T);
      if (typeof compared === 'number' && !Number.isNaN(compared)) return compared;
      refusePromise(compared, 'Give sort() a function that compares at once.');
      throw new MillraceError(
        'ERR_CALLBACK',
        `its callback returned ${String(compared)}, which says no order`,
        {
          hint: 'Return a negative number, 0 or a positive number.',
        },
      );
    },
  };
}
