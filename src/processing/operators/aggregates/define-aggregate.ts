import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import { refusePromise } from '../../../core/thenable.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';

const callback = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const schema = z.object({
  name: z.string().min(1),
  create: callback,
  add: callback,
  merge: callback,
  result: callback,
});

const defined = new WeakSet<object>();

/**
 * Makes an aggregate of your own. An accumulator is plain data that can be cloned: numbers, text, arrays, plain
 * objects, `Map` and `Set`. `add` returns it with one more record, the same object or another; where it cannot take a
 * record, it throws before it changes anything, and the record fails. `merge` makes one accumulator of those of two parts,
 * the earlier first. All are synchronous: a promise fails, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` that names what is wrong or missing.
 * @example
 * ```ts
 * import { defineAggregate, from } from 'millrace';
 *
 * const product = defineAggregate({
 *   name: 'product',
 *   create: () => 1,
 *   add: (product, order: { qty: number }) => product * order.qty,
 *   merge: (earlier, later) => earlier * later,
 *   result: (product) => product,
 * });
 *
 * const products = from([{ sku: 'a', qty: 2 }])
 *   .keyBy((order) => order.sku)
 *   .aggregate({ product });
 * ```
 */
export function defineAggregate<T, S, R>(spec: Aggregate<T, R, S>): Aggregate<T, R, S> {
  const { name } = parseOptions(schema, spec, `the aggregate ${JSON.stringify(spec?.name)}`);
  const aggregate: Aggregate<T, R, S> = Object.freeze({
    name,
    create: () => atOnce(name, 'create', spec.create()),
    add(state: S, record: T): S {
      const next = atOnce(name, 'add', spec.add(state, record));
      if (next === undefined && state !== undefined) throw nothing(name, 'add');
      return next;
    },
    merge(earlier: S, later: S): S {
      const merged = atOnce(name, 'merge', spec.merge(earlier, later));
      if (merged === undefined && earlier !== undefined) throw nothing(name, 'merge');
      return merged;
    },
    result: (state: S) => atOnce(name, 'result', spec.result(state)),
  });
  defined.add(aggregate);
  return aggregate;
}

/** Whether `defineAggregate` made it, so that its callbacks are watched. */
export function isDefinedAggregate(aggregate: object): boolean {
  return defined.has(aggregate);
}

function atOnce<V>(name: string, method: string, value: V): V {
  if (value instanceof Promise) {
    refusePromise(value, `Let ${method}() of the aggregate "${name}" return at once.`);
  }
  return value;
}

function nothing(name: string, method: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `${method}() of the aggregate "${name}" returned nothing`, {
    hint: 'Return the accumulator, also when it is the same object.',
  });
}
