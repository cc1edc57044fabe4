import { Duplex } from 'node:stream';
import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { DuplexDriver } from './duplex-driver.ts';
import { WebDriver, type WebTransform } from './web-driver.ts';

export interface ThroughOptions {
  /**
   * Whether what the stream gives follows from the record alone, and it holds none back: then runs with it can make
   * checkpoints. Nobody checks that. Of Node streams only. @default false
   */
  readonly stateless?: boolean;
}

/** The options of `through`. */
export const throughOptions = z.strictObject({
  stateless: z
    .boolean()
    .default(false)
    .describe('Whether what it gives follows from the record alone, and it holds none back'),
});

type Stream<A, B> = Duplex | WebTransform<A, B>;

/** Streams that have served a run. A stream ends with its run and cannot serve another. */
const used = new WeakSet<object>();

/**
 * Sends records through a Node `Duplex` or `Transform`, or a web transform (`{ readable, writable }`):
 * one by one, whatever they are; a stream of bytes wants bytes or text. Which record made which is
 * out of millrace's sight, so errors end the run: policies do not apply.
 *
 * Give a function that makes the stream, so that the pipeline can run more than once.
 *
 * - Emits: what the stream gives, in its order.
 * - Backpressures: when the stream is full (it awaits `drain`), or when downstream is.
 * - Completes: when the stream's readable side ends, be it before the input is over.
 * - Cancels: its input when the stream ends early; the stream is destroyed when downstream cancels.
 * - On error: an error of the stream ends the run, and so does a stream that closes without ending,
 *   `ERR_CLOSED_EARLY`.
 *
 * @throws MillraceError `ERR_OPTIONS` for something that is no such stream; when the run starts, for a
 * stream that has served a run before.
 * @example
 * ```ts
 * import { createGzip } from 'node:zlib';
 * import { from, through } from 'millrace';
 *
 * const zipped = from([Buffer.from('a'), Buffer.from('b')]).pipe(through(() => createGzip()));
 * ```
 */
export function through<A, B>(
  stream: Stream<A, B> | (() => Stream<A, B>),
  options: ThroughOptions = {},
): Operator<A, B> {
  const { stateless } = parseOptions(throughOptions, options, 'through');
  if (typeof stream !== 'function') checkStream(stream);
  return defineOperator<A, B>({
    name: 'through',
    ...(stateless && { remembers: 'none' as const }),
    kind: 'duplex',
    cardinality: 'many',
    detail: typeof stream === 'function' ? undefined : stream.constructor?.name,
    create(context) {
      const given = typeof stream === 'function' ? stream() : stream;
      refusePromise(given, 'Give through() a synchronous function that makes the stream.');
      checkStream(given);
      if (used.has(given)) {
        throw new MillraceError('ERR_OPTIONS', 'Cannot use through(): its stream has served a run already', {
          hint: 'Give through() a function that makes a new stream for each run.',
        });
      }
      used.add(given);
      if (given instanceof Duplex) return new DuplexDriver<A, B>(given, context, stateless);
      if (stateless) throw opaqueWebStream();
      return new WebDriver(given, context);
    },
  });
}

function opaqueWebStream(): MillraceError {
  return new MillraceError(
    'ERR_OPTIONS',
    'Cannot use through() with stateless: a web stream does not tell what it holds',
    { hint: 'Give it a Node Transform, or write it as an operator.' },
  );
}

function checkStream(stream: unknown): void {
  if (stream instanceof Duplex || (isObject(stream) && isWebTransform(stream))) return;
  const found = isObject(stream) ? stream.constructor?.name : String(stream);
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot use through(): ${found} is no stream to write to and read from`,
    {
      hint: 'Give through() a Node Duplex or Transform, a web { readable, writable }, or a function that makes one.',
    },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isWebTransform(stream: object): boolean {
  const { readable, writable } = stream as Partial<WebTransform<unknown, unknown>>;
  return typeof readable?.getReader === 'function' && typeof writable?.getWriter === 'function';
}
