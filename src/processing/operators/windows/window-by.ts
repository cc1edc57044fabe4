import { recordBuilder } from '../../../core/record-builder.ts';
import type { Aggregate, AggregateResults, Aggregates } from '../../../interfaces/aggregate.ts';
import type { Emit, Operator, SyncLogic } from '../../../interfaces/operator.ts';
import { checkCallback } from '../check-callback.ts';
import { defineOperator } from '../define-operator.ts';
import { checkedAggregates, type NamedAggregate } from '../groups/checked-aggregates.ts';
import { timeReader } from '../record-time.ts';
import { accumulators } from './accumulators.ts';
import { AlignedWindows } from './aligned-windows.ts';
import { byClock } from './by-clock.ts';
import { CountedWindows } from './counted-windows.ts';
import { SessionWindows } from './session-windows.ts';
import type { Window, WindowResult } from './window.ts';
import type { WindowEngine, WindowSetup } from './window-engine.ts';
import { parseWindowOptions, type WindowOptions } from './window-options.ts';

/** A result, or a late record, of windows that route late records. */
export type Routed<T, R> =
  | { readonly late: false; readonly value: R }
  | { readonly late: true; readonly value: T };

/**
 * Puts the records of each key together by windows, and emits what each window came to. What `flow.keyBy(key).window(…)` is made of.
 *
 * - Emits: when event time reaches the end of a window, its results, one a key, in the order in which
 *   the keys first came; of several windows, the one that ends first. With `lateness`, the result once more for
 *   each late record; with `early`, also before. What is open when the input is over.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over and the rest is emitted.
 * - Cancels: when downstream does.
 * - On error: a time that is missing, none or looks like seconds is a failure of the record, `ERR_EVENT_TIME`; so are a key that
 *   is none, `ERR_KEY`, a record that is too late, `ERR_LATE`, one that there is no room for, `ERR_LIMIT`, and
 *   what `key`, the window's `time` and the aggregates throw.
 *
 * @throws MillraceError `ERR_OPTIONS` for options that are none, and aggregates that are none or have the
 *   names of what results have anyway.
 * @example
 * ```ts
 * import { count, from, tumbling, windowBy } from 'millrace';
 *
 * const views = from([{ page: '/', at: 1_709_290_800_000 }]);
 * const counts = views.pipe(
 *   windowBy((view) => view.page, tumbling('1m', { time: (view) => view.at }), { n: count() }),
 * );
 * ```
 */
export function windowBy<T, const K, const A extends Aggregates<T>>(
  key: (record: T) => K,
  window: Window<T>,
  aggregates: A,
  options: Omit<WindowOptions, 'late'> = {},
): Operator<T, WindowResult<K, AggregateResults<A>>> {
  return windowOperator(key, window, aggregates, options, { result: (value) => value });
}

/** Like {@link windowBy}, with late records among the results, each marked as what it is. */
export function windowByRouted<T, const K, const A extends Aggregates<T>>(
  key: (record: T) => K,
  window: Window<T>,
  aggregates: A,
  options: WindowOptions,
): Operator<T, Routed<T, WindowResult<K, AggregateResults<A>>>> {
  type Result = WindowResult<K, AggregateResults<A>>;
  return windowOperator<T, Routed<T, Result>>(key, window, aggregates, options, {
    result: (value) => ({ late: false, value }),
    late: (value) => ({ late: true, value }),
  });
}

/** Makes what comes out of results, and of records that are late. */
interface Outlet<T, B> {
  result(value: never): B;
  late?(record: T): B;
}

function windowOperator<T, B>(
  key: (record: T) => unknown,
  window: Window<T>,
  aggregates: Aggregates<T>,
  options: WindowOptions,
  outlet: Outlet<T, B>,
): Operator<T, B> {
  checkCallback('keyBy', key);
  const list = windowAggregates(aggregates);
  const plain: readonly Aggregate<unknown, unknown>[] = list.map(({ aggregate }) => aggregate);
  const { onError, early, lateness, maxKeys } = parseWindowOptions(window, options);
  const several = lateness > 0 || early !== undefined;
  const names = [
    ...(several ? ['key', 'window', 'update', 'pane'] : ['key', 'window']),
    ...list.map(({ name }) => name),
  ];
  const build = recordBuilder(names.map((name, from) => ({ name, from })));
  const timeOf = window.time?.time;
  return defineOperator<T, B>({
    name: 'window',
    remembers: 'snapshot',
    cardinality: 'many',
    repeats: timeOf === undefined || typeof timeOf === 'function',
    detail: window.label,
    onError,
    create(context) {
      let out: Emit<B> | undefined;
      const emit = (output: B): void => out!(output);
      const { result, late } = outlet;
      const setup: WindowSetup<T> = {
        key,
        aggregates: plain,
        accumulators: accumulators(plain),
        lateness,
        early,
        several,
        build,
        maxKeys,
        result,
        emit,
        late: late && ((record: T) => emit(late(record))),
      } as WindowSetup<T>;
      const engine = engineOf(window, setup);
      const use = (emit: Emit<B>): void => {
        out = emit;
      };
      if (timeOf === undefined) return byEvents(engine, use, () => 0);
      if (typeof timeOf === 'function') return byEvents(engine, use, timeReader(timeOf, window.time?.unit));
      return byClock(engine, use, context);
    },
  });
}

function engineOf<T>(window: Window<T>, setup: WindowSetup<T>): WindowEngine<T> {
  switch (window.kind) {
    case 'aligned':
      return new AlignedWindows(setup, window);
    case 'session':
      return new SessionWindows(setup, window);
    case 'count':
      return new CountedWindows(setup, window);
  }
}

/** Aggregates that are called what results are called anyway would be lost. */
function windowAggregates(aggregates: Aggregates<never>): readonly NamedAggregate[] {
  const list = checkedAggregates('window', aggregates, 'key');
  for (const taken of ['window', 'update', 'pane']) checkedAggregates('window', aggregates, taken);
  return list;
}

/** Windows that close as event time moves on. */
function byEvents<T, B>(
  engine: WindowEngine<T>,
  use: (emit: Emit<B>) => void,
  timeOf: (record: T) => number,
): SyncLogic<T, B> {
  return {
    push(record, emit) {
      use(emit);
      engine.add(record, timeOf(record));
    },
    watermark: (time) => engine.advance(time) as Iterable<B> | undefined,
    end: () => engine.end() as Iterable<B>,
    snapshot: () => engine.snapshot(),
    restore: (state) => engine.restore(state),
  };
}
