import type { AggregateResults, Aggregates } from '../../interfaces/aggregate.ts';
import { map } from '../operators/map.ts';
import type { Window, WindowResult } from '../operators/windows/window.ts';
import { type Routed, windowBy, windowByRouted } from '../operators/windows/window-by.ts';
import type { WindowOptions } from '../operators/windows/window-options.ts';
import type { Flow } from './flow.ts';

/** The parts of a flow of records that windows put together. */
interface Parts<T> {
  readonly flow: Flow<T>;
  /** Of records of type `T`, like the window; said so by each method, as a flow of something is a flow of less, too. */
  readonly key: (record: never) => unknown;
  readonly window: Window<never>;
  readonly options: WindowOptions;
}

/** A keyed flow whose records are put together by windows; made by `keyBy(…).window(…)`. */
export class WindowedFlow<T, K> {
  readonly #parts: Parts<T>;

  /** @internal */
  constructor(parts: Parts<T>) {
    this.#parts = parts;
    Object.freeze(this);
  }

  /** What the records of each key in each window come to: `{ key, window: { start, end }, … }`. */
  aggregate<const A extends Aggregates<T>>(aggregates: A): Flow<WindowResult<K, AggregateResults<A>>> {
    const { flow, key, window, options } = this.#parts;
    return flow.pipe(windowBy(key as (record: T) => K, window as Window<T>, aggregates, options));
  }
}

/** Results of windows, and the records that came too late for them. */
export interface RoutedFlows<T, R> {
  readonly results: Flow<R>;
  readonly late: Flow<T>;
}

/** Like {@link WindowedFlow}, with a way out for late records; made with `late: 'route'`. */
export class RoutedWindowedFlow<T, K> {
  readonly #parts: Parts<T>;

  /** @internal */
  constructor(parts: Parts<T>) {
    this.#parts = parts;
    Object.freeze(this);
  }

  /** What the records of each key in each window come to, and the records that came too late. */
  aggregate<const A extends Aggregates<T>>(
    aggregates: A,
  ): RoutedFlows<T, WindowResult<K, AggregateResults<A>>> {
    const { flow, key, window, options } = this.#parts;
    const operator = windowByRouted(key as (record: T) => K, window as Window<T>, aggregates, options);
    return routedFlows(flow.pipe(operator));
  }
}

/** The two ways out of windows that route late records, apart. */
export function routedFlows<T, R>(flow: Flow<Routed<T, R>>): RoutedFlows<T, R> {
  const { results, late } = flow.split({
    results: (routed) => !routed.late,
    late: (routed) => routed.late,
  });
  return {
    results: results.pipe(map((routed) => routed.value as R)),
    late: late.pipe(map((routed) => routed.value as T)),
  };
}
