import { Observable } from 'rxjs';
import { MillraceError } from '../../core/errors.ts';
import { begun } from '../../core/thenable.ts';
import type { ReadContext, Reader, ReaderTraits } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { AsyncPull, type PullSource } from './async-pull.ts';
import { CountedStanding } from './counted-standing.ts';
import { inputTraits } from './input-traits.ts';
import { ArraySource, IteratorSource, pullSync, type SyncSource } from './sync-pull.ts';

/** Values that are pulled: what RxJS calls an `ObservableInput`, but for what pushes. */
export type PullInput<T> = ArrayLike<T> | Iterable<T> | AsyncIterable<T> | PromiseLike<T>;

/** Iterators that were taken, by whichever reader: they cannot begin again. */
const taken = new WeakSet<object>();

/**
 * A reader of an array, an iterable, an async iterable, or a promise of one record.
 *
 * Arrays and iterables leave in batches of 1024 records. Of an async iterable, those records leave
 * together that arrive in the same turn of the event loop: none waits for a later one. Unsubscribing
 * calls the iterator's `return()`; what it throws becomes the Observable's error.
 *
 * A run that begins at a checkpoint passes over as many records as came before it: of an array, and of an iterable that
 * gives an iterator of its own each time, which must hold the same again. Async iterables, generators and promises
 * cannot go on.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else. A generator can be read once: opening it
 * again fails with `ERR_OPTIONS` too.
 * @example
 * ```ts
 * import { from, run, pipeline, toArray } from 'millrace';
 *
 * const out = toArray<number>();
 * await run(pipeline('numbers', [from([1, 2, 3]).to(out)]));
 * ```
 */
export function iterableReader<T>(input: PullInput<T>): Reader<T> {
  if (isAsyncIterable<T>(input)) {
    return pullReader('async_iterable', 'async iterable', () => asyncIterator(input));
  }
  if (isPromise<T>(input)) return pullReader('promise', 'promise', () => promised(input));
  if (typeof input !== 'string' && isArrayLike<T>(input)) {
    const label = `array (${input.length} ${input.length === 1 ? 'record' : 'records'})`;
    return syncReader('array', label, inputTraits(true, 'position'), () => new ArraySource(input));
  }
  if (isIterable<T>(input)) {
    return syncReader(
      'iterable',
      'iterable',
      inputTraits(false, isIterator(input) ? 'none' : 'position'),
      () => new IteratorSource(once(input, syncIterator(input))),
    );
  }
  throw new MillraceError('ERR_OPTIONS', `Cannot read from ${typeof input}: it is not iterable`, {
    hint: 'Give an array, an iterable, an async iterable or a promise.',
  });
}

/** A reader of what hands out one record after the other, `open` making it anew for each run. */
export function pullReader<T>(name: string, label: string, open: () => PullSource<T>): Reader<T> {
  return Object.freeze({
    name,
    label,
    traits: inputTraits(name === 'promise'),
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const pull = new AsyncPull(open(), label, context, subscriber);
        void pull.run();
        return () => pull.close();
      }),
  });
}

function syncReader<T>(
  name: string,
  label: string,
  traits: ReaderTraits,
  open: () => SyncSource<T>,
): Reader<T> {
  return Object.freeze({
    name,
    label,
    traits,
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const source = open();
        const standing = new CountedStanding(label, context.from);
        if (traits.replay === 'position') context.positioned(() => standing.position());
        void pullSync(source, standing, context, subscriber);
        return () => context.closing(leave(source));
      }),
  });
}

/** What an iterator's `return` throws would be lost in an unsubscription. */
async function leave<T>(source: SyncSource<T>): Promise<void> {
  source.close();
}

function syncIterator<T>(input: Iterable<T>): Iterator<T> {
  return begun(input[Symbol.iterator]());
}

function asyncIterator<T>(input: AsyncIterable<T>): PullSource<T> {
  return once(input, begun(input[Symbol.asyncIterator]()));
}

function promised<T>(input: PromiseLike<T>): PullSource<T> {
  let given = false;
  return {
    next: async () => {
      if (given) return { done: true, value: undefined };
      given = true;
      return { done: false, value: await input };
    },
  };
}

/** Whether it is used up when it was read, as far as can be told without beginning. */
function isIterator(input: object | string): boolean {
  return typeof input !== 'string' && typeof Reflect.get(input, 'next') === 'function';
}

/** An iterable that is its own iterator is used up by the first who takes it. */
function once<I>(input: object | string, iterator: I): I {
  if ((input as unknown) !== iterator || typeof input === 'string') return iterator;
  if (taken.has(input)) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot read the iterator again: it was read already', {
      hint: 'Make the flow from something that can start again: an array, or an object with [Symbol.iterator].',
    });
  }
  taken.add(input);
  return iterator;
}

function isAsyncIterable<T>(input: unknown): input is AsyncIterable<T> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input;
}

function isIterable<T>(input: unknown): input is Iterable<T> {
  return (
    typeof input === 'string' || (typeof input === 'object' && input !== null && Symbol.iterator in input)
  );
}

function isPromise<T>(input: unknown): input is PromiseLike<T> {
  return typeof input === 'object' && input !== null && typeof Reflect.get(input, 'then') === 'function';
}

function isArrayLike<T>(input: unknown): input is ArrayLike<T> {
  return typeof input === 'object' && input !== null && Number.isSafeInteger(Reflect.get(input, 'length'));
}
