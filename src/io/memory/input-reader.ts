import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { MillraceError } from '../../core/errors.ts';
import type { Reader } from '../../interfaces/reader.ts';
import { iterableReader, type PullInput } from './iterable-reader.ts';
import { nodeReadableReader } from './node-readable-reader.ts';
import { observableReader, type PushInput } from './observable-reader.ts';
import type { OverflowOptions } from './overflow.ts';
import { webReadableReader } from './web-readable-reader.ts';

/** What can be held back: it is read as fast as the graph takes it. */
export type HeldInput<T> = PullInput<T> | Readable | ReadableStream<T>;

/**
 * A reader of any input: an array, an iterable, an async iterable, a promise, a Node `Readable`, a web
 * `ReadableStream`, or an Observable, which needs an overflow strategy.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else, and for options where nothing can overflow.
 * @example
 * ```ts
 * import { from } from 'millrace';
 * import { interval } from 'rxjs';
 *
 * const numbers = from([1, 2, 3]);
 * const ticks = from(interval(100), { overflow: 'latest' });
 * ```
 */
export function inputReader<T>(input: PushInput<T>, options: OverflowOptions): Reader<T>;
export function inputReader<T>(input: HeldInput<T>): Reader<T>;
export function inputReader<T>(input: HeldInput<T> | PushInput<T>, options?: OverflowOptions): Reader<T>;
export function inputReader<T>(input: HeldInput<T> | PushInput<T>, options?: OverflowOptions): Reader<T> {
  if (isPush<T>(input)) return observableReader(input, options);
  if (options !== undefined) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use an overflow strategy: the input can be held back', {
      hint: 'Leave the options out: only Observables need them.',
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
