import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Ordered } from './aggregates/extreme.ts';
import { refuseLateValue } from './aggregates/field-aggregate.ts';
import { type Source, valueReader } from './aggregates/fields.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { Ranking, type RankingState } from './groups/ranking.ts';
import { absorbing } from './plain-logic.ts';

/** Which records are the first of a `top`. */
export interface TopOptions extends OperatorOptions {
  /** Which values come first: the largest (`desc`) or the smallest (`asc`). @default 'desc' */
  readonly order?: 'desc' | 'asc';
}

/** By what records are ranked: a field, or a function of the record. */
export type RankBy<A> = (keyof A & string) | RankFunction<A>['rank'];

/** As a method, so that a flow of something is a flow of less, too. */
interface RankFunction<A> {
  rank(record: A): Ordered | null | undefined;
}

/** The options of `top`. */
export const topOptions = operatorOptions.extend({
  order: z
    .enum(['desc', 'asc'])
    .default('desc')
    .describe('Which values come first: the largest or the smallest'),
});
/** How many records `top` keeps. */
export const topCount = z.number().int().min(1).max(1_000_000).describe('Records to keep');

/**
 * Keeps the `n` records with the largest values of a field, or of what a function makes of the record. Of records with
 * equal values, the earlier comes first, and stays. Values are numbers, big integers, text or dates, all of one kind.
 *
 * - Emits: up to `n` records, the first of them first, when the input is over.
 * - Backpressures: never: it holds `n` records.
 * - Completes: when the input is over and the records are emitted.
 * - Cancels: when downstream does.
 * - On error: what `by` throws is a failure of the record, and so is a value that has no order with the others,
 *   such as `NaN`, `ERR_CALLBACK`. A record whose value is `null` or `undefined` is left out.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `n` is a whole number from 1 to 1,000,000.
 * @example
 * ```ts
 * import { from, top } from 'millrace';
 *
 * const largest = from([{ id: 1, total: 7 }, { id: 2, total: 9 }]).pipe(top(1, 'total'));
 * const earliest = from([{ id: 1, at: new Date() }]).pipe(top(3, (order) => order.at, { order: 'asc' }));
 * ```
 */
export function top<A>(n: number, by: RankBy<A>, options: TopOptions = {}): Operator<A, A> {
  const { order, onError } = parseOptions(topOptions, options, 'top');
  const ranking = rankingOf<A>(n, by as Source, order);
  return defineOperator<A, A>({
    name: 'top',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: topDetail(n, by as Source),
    onError,
    create() {
      let state = ranking.empty();
      return {
        ...absorbing<A>((record) => ranking.add(state, record)),
        end: () => ranking.result(state),
        snapshot: () => ({ ...state, entries: [...state.entries] }),
        restore(from) {
          state = from as RankingState<A>;
        },
      };
    },
  });
}

/**
 * @throws MillraceError `ERR_OPTIONS` for a count or a source that cannot be used.
 */
export function rankingOf<A>(n: number, by: Source, order: 'asc' | 'desc'): Ranking<A> {
  const most = parseOptions(topCount, n, 'top');
  if (typeof by !== 'string') checkCallback('top', by);
  const read = valueReader(by);
  return new Ranking<A>(
    most,
    (record) => {
      const rank = read(record);
      refuseLateValue(rank);
      return rank;
    },
    order === 'asc',
  );
}

export function topDetail(n: number, by: Source): string {
  const name = typeof by === 'string' ? by : by.name;
  return name === '' ? String(n) : `${n} by ${name}`;
}
