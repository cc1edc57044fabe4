import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { MillraceError } from '../../core/errors.ts';
import type { Reader } from '../../interfaces/reader.ts';
import { iterableReader, type PullInput } from './iterable-reader.ts';
import { nodeReadableReader } from './node-readable-reader.ts';
import { observableReader, type PushInput } from './observable-reader.ts';
import type { OverflowOptions } from './overflow.ts';
import { type PositionHook, positionedReader, type TimeHook } from './positioned-reader.ts';
import { webReadableReader } from './web-readable-reader.ts';

/** What can be held back: it is read as fast as the graph takes it. */
export type HeldInput<T> = PullInput<T> | Readable | ReadableStream<T>;

/** What an Observable needs: what happens while the graph is full; and how to go on, and to begin at a time. */
export type PushOptions<T, P> = OverflowOptions &
  Partial<PositionHook<T, P, PushInput<T> | HeldInput<T>> & TimeHook<PushInput<T> | HeldInput<T>>>;

/** How a run goes on with an input that can be held back, and begins it at a time. */
export type HeldOptions<T, P> =
  | (PositionHook<T, P, HeldInput<T>> & Partial<TimeHook<HeldInput<T>>>)
  | (TimeHook<HeldInput<T>> & Partial<Record<keyof PositionHook<T, P, HeldInput<T>>, undefined>>);

/**
 * A reader of any input: an array, an iterable, an async iterable, a promise, a Node `Readable`, a web
 * `ReadableStream`, or an Observable, which needs an overflow strategy. With `position` and `resume` a run can go on
 * with it from a checkpoint, with `since` begin it at a time.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else, for options where nothing can overflow, and for one of
 * `position` and `resume` without the other.
 * @example
 * ```ts
 * import { from } from 'millrace';
 * import { interval } from 'rxjs';
 *
 * const numbers = from([1, 2, 3]);
 * const ticks = from(interval(100), { overflow: 'latest' });
 * ```
 */
export function inputReader<T, P = unknown>(
  input: HeldInput<T> | PushInput<T>,
  options?: PushOptions<T, P> | HeldOptions<T, P>,
): Reader<T> {
  const { position, resume, since, ...rest } = (options ?? {}) as Partial<Hook<T, P>>;
  const overflow = Object.keys(rest).length === 0 ? undefined : (rest as OverflowOptions);
  const read = (given: HeldInput<T> | PushInput<T>) => plainReader(given, overflow);
  const hook = { position, resume, since };
  const given = Object.entries(hook).filter(([, callback]) => callback !== undefined);
  if (given.length === 0) return read(input);
  const functions = given.every(([, callback]) => typeof callback === 'function');
  if (!functions || (position === undefined) !== (resume === undefined)) {
    throw new MillraceError(
      'ERR_OPTIONS',
      'Cannot go on with the input: position and resume must be functions, and since, if it is given',
      {
        hint: 'Give both, or neither: position: (last) => last.id, resume: (id) => recordsBehind(id).',
      },
    );
  }
  return positionedReader(input, Object.fromEntries(given) as Partial<Hook<T, P>>, (one) =>
    // What a run goes on with may be held back where the beginning could not.
    one !== input && !isPush(one) ? plainReader(one) : read(one),
  );
}

type Hook<T, P> = PositionHook<T, P, HeldInput<T> | PushInput<T>> & TimeHook<HeldInput<T> | PushInput<T>>;

function plainReader<T>(input: HeldInput<T> | PushInput<T>, options?: OverflowOptions): Reader<T> {
  if (isPush<T>(input)) return observableReader(input, options);
  if (options !== undefined) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use an overflow strategy: the input can be held back', {
      hint: 'Leave it out: only Observables need one.',
    });
  }
  if (isNodeReadable(input)) return nodeReadableReader(input);
  if (isWebReadable<T>(input)) return webReadableReader(input);
  return iterableReader(input);
}

function isPush<T>(input: unknown): input is PushInput<T> {
  return has(input, 'subscribe') || has(input, symbolObservable());
}

/** What RxJS calls it: `Symbol.observable` where somebody has defined that. */
function symbolObservable(): PropertyKey {
  return (Reflect.get(Symbol, 'observable') as symbol | undefined) ?? '@@observable';
}

function isNodeReadable(input: unknown): input is Readable {
  return input instanceof Readable || (has(input, 'pipe') && has(input, 'read') && has(input, 'on'));
}

function isWebReadable<T>(input: unknown): input is ReadableStream<T> {
  return has(input, 'getReader');
}

function has(input: unknown, method: PropertyKey): boolean {
  return typeof input === 'object' && input !== null && typeof Reflect.get(input, method) === 'function';
}
