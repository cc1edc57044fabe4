import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { fieldAggregate } from './field-aggregate.ts';

const one = (): 1 => 1;

/**
 * How many records there are, whatever is in them.
 *
 * @example
 * ```ts
 * import { count, from } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE' }, { country: 'FR' }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ orders: count() });
 * ```
 */
export function count<T>(): Aggregate<T, number, number> {
  return fieldAggregate<T, number, number>(one, {
    name: 'count',
    create: () => 0,
    take: (n) => n + 1,
    merge: (earlier, later) => earlier + later,
    result: (n) => n,
    columns: {
      width: 1,
      pack(n, numbers, at) {
        numbers[at] = n;
        return true;
      },
      unpack: (numbers, at) => numbers[at]!,
      begin: () => ['1'],
      add: (_value, slot) => `${slot(0)}++;`,
    },
  });
}

/** Whether it is the value of `count()`, which is there in every record. */
export function isCounted(source: unknown): boolean {
  return source === one;
}
