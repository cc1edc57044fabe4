import type { Aggregates } from '../../interfaces/aggregate.ts';
import { type AggregatedBy, aggregateBy } from '../operators/aggregate-by.ts';
import { aggregateSpilled } from '../operators/aggregate-spilled.ts';
import { checkCallback } from '../operators/check-callback.ts';
import type { KeyedOptions } from '../operators/groups/group-options.ts';
import type { Outputs, ProcessSpec } from '../operators/process-spec.ts';
import { type KeyedValue, reduceBy } from '../operators/reduce-by.ts';
import { scanBy } from '../operators/scan-by.ts';
import type { StateKinds } from '../operators/state/state-kind.ts';
import type { RankBy } from '../operators/top.ts';
import { type KeyedRecords, type TopByOptions, topBy } from '../operators/top-by.ts';
import type { Window } from '../operators/windows/window.ts';
import type { WindowOptions } from '../operators/windows/window-options.ts';
import type { Flow } from './flow.ts';
import { type Processed, processFlow } from './process-flow.ts';
import { RoutedWindowedFlow, WindowedFlow } from './windowed-flow.ts';

/** A flow whose records are set apart by a key; made by `flow.keyBy`. */
export class KeyedFlow<T, K> {
  readonly #flow: Flow<T>;
  /** Of records of type `T`; said so by each method, as a flow of something is a flow of less, too. */
  readonly #key: (record: never) => unknown;

  /** @internal */
  constructor(flow: Flow<T>, key: (record: T) => K) {
    checkCallback('keyBy', key);
    this.#flow = flow;
    this.#key = key;
    Object.freeze(this);
  }

  /**
   * One record a key, when the input is over: `key`, and what the aggregates come to. See `aggregateBy` for what it
   * promises. With `spill: true` there may be any number of keys: those that have no room in the memory of the pipeline
   * go to the disk; a record that fails then ends the run. See `aggregateSpilled`.
   *
   * @example
   * ```ts
   * import { count, from, quantile, sum } from 'millrace';
   *
   * const perCountry = from([{ country: 'DE', amount: 7, ms: 12 }])
   *   .keyBy((order) => order.country)
   *   .aggregate({ n: count(), total: sum('amount'), p95: quantile('ms', 0.95) });
   * ```
   */
  aggregate<const A extends Aggregates<T>>(
    aggregates: A,
    options?: KeyedOptions | { readonly spill: true },
  ): Flow<AggregatedBy<K, A>> {
    const key = this.#key as (record: T) => K;
    if (options === undefined || !('spill' in options)) {
      return this.#flow.pipe(aggregateBy(key, aggregates, options));
    }
    return this.#flow.pipe(aggregateSpilled(key, aggregates, options));
  }

  /**
   * One record a key, when the input is over: `{ key, value }`, where `value` is what `fn` made of the seed and the
   * records one by one. See `reduceBy` for what it promises.
   *
   * @example
   * ```ts
   * import { from } from 'millrace';
   *
   * const longest = from([{ user: 'ann', text: 'hello' }])
   *   .keyBy((post) => post.user)
   *   .reduce((longest, post) => (post.text.length > longest.length ? post.text : longest), '');
   * ```
   */
  reduce<S>(fn: (value: S, record: T) => S, seed: () => S, options?: KeyedOptions): Flow<KeyedValue<K, S>>;
  reduce<S>(fn: (value: S, record: T) => S, seed: S, options?: KeyedOptions): Flow<KeyedValue<K, S>>;
  reduce<S>(
    fn: (value: S, record: T) => S,
    seed: S | (() => S),
    options?: KeyedOptions,
  ): Flow<KeyedValue<K, S>> {
    return this.#flow.pipe(reduceBy(this.#key as (record: T) => K, fn, seed, options));
  }

  /**
   * After each record `{ key, value }`, where `value` is what `fn` made of that of the key so far and the record. See
   * `scanBy` for what it promises.
   *
   * @example
   * ```ts
   * import { from } from 'millrace';
   *
   * const balances = from([{ account: 'a', amount: 7 }])
   *   .keyBy((booking) => booking.account)
   *   .scan((balance, booking) => balance + booking.amount, 0);
   * ```
   */
  scan<S>(fn: (value: S, record: T) => S, seed: () => S, options?: KeyedOptions): Flow<KeyedValue<K, S>>;
  scan<S>(fn: (value: S, record: T) => S, seed: S, options?: KeyedOptions): Flow<KeyedValue<K, S>>;
  scan<S>(
    fn: (value: S, record: T) => S,
    seed: S | (() => S),
    options?: KeyedOptions,
  ): Flow<KeyedValue<K, S>> {
    return this.#flow.pipe(scanBy(this.#key as (record: T) => K, fn, seed, options));
  }

  /**
   * One record a key, when the input is over: `{ key, records }`, with the `n` records that have the largest values of a
   * field, or of what a function makes of them. See `topBy` for what it promises.
   *
   * @example
   * ```ts
   * import { from } from 'millrace';
   *
   * const largest = from([{ country: 'DE', total: 7 }])
   *   .keyBy((order) => order.country)
   *   .top(3, 'total');
   * ```
   */
  top(n: number, by: RankBy<T>, options?: TopByOptions): Flow<KeyedRecords<K, T>> {
    return this.#flow.pipe(topBy(this.#key as (record: T) => K, n, by, options));
  }

  /**
   * The general tool: declared state for each key, callbacks for records, timers and the end, side outputs.
   * See `processKeyed` for what it promises.
   *
   * @example
   * ```ts
   * import { from, state } from 'millrace';
   *
   * const totals = from([{ user: 'a', cents: 7 }])
   *   .keyBy((order) => order.user)
   *   .process({
   *     state: { cents: state.value(0) },
   *     onRecord(order, { state }) {
   *       state.cents.update((cents) => cents + order.cents);
   *     },
   *     onEnd: ({ key, state }) => [{ user: key, cents: state.cents.get() }],
   *   });
   * ```
   */
  process<
    // biome-ignore lint/complexity/noBannedTypes: no state is what is kept by default
    S extends StateKinds = {},
    E = never,
    const O extends Outputs = readonly [],
    R1 = never,
    R2 = never,
    R3 = never,
  >(spec: ProcessSpec<T, K, S, E, O, R1, R2, R3>): Processed<T, O, E | R1 | R2 | R3> {
    return processFlow(this.#flow, this.#key as (record: T) => K, spec);
  }

  /**
   * Puts the records of each key together by windows: `tumbling`, `hopping`, `session`, `countWindow`,
   * `globalWindow`. With `late: 'route'`, records that come too late are a flow of their own.
   * See `windowBy` for what it promises.
   *
   * @example
   * ```ts
   * import { count, eventTime, from, tumbling } from 'millrace';
   *
   * const views = from([{ page: '/', at: '2024-03-01T12:00:00Z' }]).pipe(
   *   eventTime((view) => view.at, { outOfOrder: '5s' }),
   * );
   * const counts = views
   *   .keyBy((view) => view.page)
   *   .window(tumbling('1m', { time: (view) => view.at }), { lateness: '10s' })
   *   .aggregate({ n: count() });
   * ```
   */
  window(window: Window<T>, options: WindowOptions & { readonly late: 'route' }): RoutedWindowedFlow<T, K>;
  window(window: Window<T>, options?: WindowOptions & { readonly late?: 'fail' }): WindowedFlow<T, K>;
  window(window: Window<T>, options: WindowOptions = {}): WindowedFlow<T, K> | RoutedWindowedFlow<T, K> {
    const parts = { flow: this.#flow, key: this.#key, window: window as Window<never>, options };
    return options.late === 'route' ? new RoutedWindowedFlow(parts) : new WindowedFlow(parts);
  }
}
