import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';

/** How the values of one part of a key are ordered. */
export interface PartOrder {
  readonly descending: boolean;
  readonly emptyFirst: boolean;
  readonly collator?: Intl.Collator | undefined;
}

/** The kinds of values in their order; those of one kind are compared by value. */
export const Kind = Object.freeze({ boolean: 1, number: 2, date: 3, text: 4, empty: 5 });

/**
 * The kind of a value.
 *
 * @throws MillraceError `ERR_KEY` for what has no order: objects, functions, symbols.
 */
export function kindOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return Kind.text;
    case 'number':
      return Number.isNaN(value) ? Kind.empty : Kind.number;
    case 'bigint':
      return Kind.number;
    case 'boolean':
      return Kind.boolean;
    case 'undefined':
      return Kind.empty;
    default:
      if (value === null) return Kind.empty;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? Kind.empty : Kind.date;
      throw unordered(value);
  }
}

function unordered(value: unknown): MillraceError {
  refusePromise(value, 'Work out what the key waits for by mapAsync, in front.');
  return new MillraceError('ERR_KEY', `${showValue(value)} is no key to sort by: it has no order`, {
    hint: 'Sort by text, numbers, Dates or booleans, by several of them as a list of parts, or give a function (a, b) that compares.',
  });
}

/**
 * Compares two values of one part of a key: booleans before numbers before dates before text, `NaN`,
 * invalid dates, `null` and `undefined` behind all of them, equal to one another.
 */
export function compareParts(a: unknown, b: unknown, order: PartOrder): number {
  const kind = kindOf(a);
  const other = kindOf(b);
  if (kind === Kind.empty || other === Kind.empty) {
    if (kind === other) return 0;
    return (kind === Kind.empty) === order.emptyFirst ? -1 : 1;
  }
  const compared = kind === other ? compareValues(kind, a, b, order.collator) : kind - other;
  return order.descending ? 0 - compared : compared;
}

function compareValues(kind: number, a: unknown, b: unknown, collator: Intl.Collator | undefined): number {
  if (kind === Kind.text && collator !== undefined) return collator.compare(a as string, b as string);
  const [left, right] = (kind === Kind.date ? [Number(a), Number(b)] : [a, b]) as [number, number];
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
