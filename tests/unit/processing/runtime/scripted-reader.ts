import { Observable } from 'rxjs';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import type { ReadContext, Reader, ReaderTraits } from '../../../../src/interfaces/reader.ts';
import type { Item, Signal } from '../../../../src/interfaces/signal.ts';

/** What a scripted reader does next: emit a batch or a signal, fail, or something of the test's own. */
export type Line<T> = readonly T[] | Signal | Error | ((context: ReadContext) => void | Promise<void>);

export interface ScriptedReader<T> extends Reader<T> {
  /** Batches emitted so far, by all runs. */
  readonly emitted: number;
  /** Subscriptions, and how many of them have been left. */
  readonly opened: number;
  readonly left: number;
}

export interface Script {
  readonly name?: string;
  readonly traits?: Partial<ReaderTraits>;
  readonly onError?: Reader<unknown>['onError'];
}

export const watermark = (time: number): Signal => ({ kind: 'watermark', time });
export const barrier = (id: number): Signal => ({ kind: 'barrier', id });

/** A reader that follows a script, as far as there is demand. */
export function scripted<T>(lines: Iterable<Line<T>>, script: Script = {}): ScriptedReader<T> {
  const { name = 'script', traits, onError } = script;
  const state = { emitted: 0, opened: 0, left: 0 };
  const read = async (
    subscriber: { readonly closed: boolean; next(item: Item<T>): void },
    context: ReadContext,
  ) => {
    let { next, first } = (context.from ?? { next: 0, first: 1 }) as { next: number; first: number };
    const skipped = next;
    if (traits?.replay === 'position') context.positioned(() => ({ next, first }));
    await Promise.resolve();
    let index = 0;
    for (const line of lines) {
      if (index++ < skipped) continue;
      if (context.demand.paused) await context.demand.ready();
      if (subscriber.closed) return;
      if (line instanceof Error) throw line;
      next = index;
      if (typeof line === 'function') await line(context);
      else if ('kind' in line) subscriber.next(line);
      else {
        state.emitted++;
        first += line.length;
        subscriber.next(batch(line, new CountedOrigin(name, first - line.length)));
      }
    }
  };
  return {
    name,
    label: name,
    traits: { bounded: true, replay: 'none', splittable: false, ...traits },
    ...(onError === undefined ? {} : { onError }),
    get emitted() {
      return state.emitted;
    },
    get opened() {
      return state.opened;
    },
    get left() {
      return state.left;
    },
    open: (context) =>
      new Observable<Item<T>>((subscriber) => {
        state.opened++;
        read(subscriber, context).then(
          () => subscriber.complete(),
          (error: unknown) => subscriber.error(error),
        );
        return () => {
          state.left++;
        };
      }),
  };
}

/** Batches of `size` records: 0, 1, 2, … up to `count`, without end by default. */
export function* numbers(size: number, count = Number.POSITIVE_INFINITY): Generator<number[]> {
  for (let from = 0; from < count; from += size) {
    yield Array.from({ length: Math.min(size, count - from) }, (_, index) => from + index);
  }
}
