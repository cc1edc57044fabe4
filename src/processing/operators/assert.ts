import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming, USE_ASYNC } from './plain-logic.ts';
import { fieldTable } from './record-fields.ts';

/** How many records broke each rule. */
export type RuleCounts<N extends string = string> = { readonly [rule in N]: number };

/** How `assert` works. */
export interface AssertOptions<N extends string = string> extends OperatorOptions {
  /** Gets how many records broke each rule, once a run: when the branch is over, whichever way. */
  readonly report?: (counts: RuleCounts<N>) => unknown;
}

const schema = operatorOptions.extend({
  report: z
    .custom<(counts: RuleCounts) => unknown>((value) => typeof value === 'function', 'must be a function')
    .optional()
    .describe('Gets how many records broke each rule'),
});

type Rule<A> = readonly [name: string, holds: (record: A) => unknown];

/**
 * Holds records to a contract: rules by name, each a function that says whether it holds. To put bad
 * records aside, set `onError`: dead letters have the broken rules in `error.details.rules`, by which a `split` can
 * route them. To let them through and only count them, use `tap`.
 *
 * - Emits: each record that breaks no rule, as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that breaks rules fails with `ERR_ASSERT`, permanent: the message names them, and
 *   `details.rules` has them. What a rule throws is a failure of the record, and so is a promise,
 *   `ERR_CALLBACK`. What `report` throws ends the run.
 *
 * @throws MillraceError `ERR_OPTIONS` unless it is given rules, all of them functions.
 * @example
 * ```ts
 * import { assert, from, skip } from 'millrace';
 *
 * const orders = from([{ qty: 1, price: 9.5 }, { qty: 0, price: -1 }]).pipe(
 *   assert(
 *     {
 *       'price is positive': (order) => order.price > 0,
 *       'something is ordered': (order) => order.qty > 0,
 *     },
 *     { onError: skip({ budget: '1%' }), report: (counts) => console.table(counts) },
 *   ),
 * );
 * ```
 */
export function assert<A, N extends string>(
  rules: { readonly [rule in N]: (record: A) => unknown },
  options: AssertOptions<N> = {},
): Operator<A, A> {
  const list = checkRules<A>(rules);
  const { onError, report } = parseOptions(schema, options, 'assert');
  return defineOperator<A, A>({
    name: 'assert',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: list.map(([name]) => name).join(', '),
    onError,
    create() {
      let counts = list.map(() => 0);
      return {
        ...transforming((record: A) => {
          for (let at = 0; at < list.length; at++) {
            if (!judge(list[at]!, record)) throw broken(record, list, at, counts);
          }
          return record;
        }),
        close() {
          if (report === undefined) return;
          const result = report(Object.fromEntries(list.map(([name], at) => [name, counts[at]!])));
          refusePromise(result, 'Let report() of assert() return at once: nobody waits for it.');
        },
        snapshot: () => [...counts],
        restore(state) {
          counts = [...(state as number[])];
        },
      };
    },
  });
}

function checkRules<A>(rules: unknown): readonly Rule<A>[] {
  const list = fieldTable('assert', rules, "{ 'price is positive': (order) => order.price > 0 }", 'rule');
  const wrong = list.find(([, holds]) => typeof holds !== 'function');
  if (wrong === undefined) return list as readonly Rule<A>[];
  throw new MillraceError('ERR_OPTIONS', `Cannot use assert(): the rule "${wrong[0]}" is no function`);
}

function judge<A>([, holds]: Rule<A>, record: A): unknown {
  const verdict = holds(record);
  if (verdict instanceof Promise) refusePromise(verdict, USE_ASYNC);
  return verdict;
}

/** Rule `first` is broken: judges those behind it, and counts what is broken once all have been judged. */
function broken<A>(record: A, list: readonly Rule<A>[], first: number, counts: number[]): MillraceError {
  const failed = [first];
  for (let at = first + 1; at < list.length; at++) if (!judge(list[at]!, record)) failed.push(at);
  for (const at of failed) counts[at]!++;
  const rules = failed.map((at) => list[at]![0]);
  const named = rules.map((rule) => `"${rule}"`).join(', ');
  return new MillraceError('ERR_ASSERT', `the record breaks ${named}`, {
    hint: 'Set onError to put such records aside: deadLetter() or skip().',
    details: { rules },
  });
}
