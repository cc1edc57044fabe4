import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { callOf, type FieldAggregate, fieldAggregate, unfit } from './field-aggregate.ts';
import type { Source } from './fields.ts';

/** What can be put in an order: each by itself, not one with another. */
export type Ordered = number | bigint | string | Date;

/**
 * Of which kind a value is that can be put in an order.
 *
 * @throws MillraceError `ERR_CALLBACK` for `NaN`, invalid dates and all that has no order.
 */
export function orderedKind(call: string, value: unknown): string {
  const kind = typeof value;
  if (kind === 'string' || kind === 'bigint') return kind;
  if (kind === 'number' && !Number.isNaN(value)) return kind;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return 'Date';
  throw unfit(
    call,
    value,
    'it is no number, text or Date',
    'Convert it in front, or make it null to pass it over.',
  );
}

/** Refuses a value that cannot be put in an order with another. */
export function checkComparable(call: string, value: unknown, other: unknown): void {
  const kind = orderedKind(call, value);
  if (other === undefined || kind === orderedKind(call, other)) return;
  throw unfit(
    call,
    value,
    `those before are like ${String(other)}`,
    'Make all values one kind, by map() in front.',
  );
}

/** `min` or `max`: of equal values, the first. */
export function extreme(name: 'min' | 'max', source: Source): Aggregate<never, unknown> {
  type State = Ordered | undefined;
  const smaller = name === 'min';
  const call = callOf(name, source);
  const take = (state: State, value: unknown): State => {
    if (state === undefined) return value as Ordered;
    return (smaller ? (value as Ordered) < state : (value as Ordered) > state) ? (value as Ordered) : state;
  };
  return fieldAggregate<unknown, unknown, State>(source, {
    name,
    create: () => undefined,
    check: (state, value) => checkComparable(call, value, state),
    take,
    merge(earlier, later) {
      if (later === undefined) return earlier;
      checkComparable(call, later, earlier);
      return take(earlier, later);
    },
    result: (state) => state ?? null,
    columns: {
      width: 1,
      pack(state, numbers, at) {
        if (typeof state !== 'number') return false;
        numbers[at] = state;
        return true;
      },
      unpack: (numbers, at) => numbers[at],
      begin: (value) => [value],
      add: (value, slot) => `if (${value} ${smaller ? '<' : '>'} ${slot(0)}) ${slot(0)} = ${value};`,
    },
  }) satisfies FieldAggregate<unknown, unknown, State>;
}
