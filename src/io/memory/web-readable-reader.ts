import type { ReadableStream } from 'node:stream/web';
import { MillraceError } from '../../core/errors.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { PullSource } from './async-pull.ts';
import { pullReader } from './iterable-reader.ts';

/**
 * A reader of a web `ReadableStream`; of a byte stream, the pieces as they are. The stream is locked by
 * the run and cancelled when the run leaves it before its end.
 *
 * A locked stream fails with `ERR_OPTIONS`; what the stream fails with becomes the Observable's error.
 *
 * @example
 * ```ts
 * import { from } from 'millrace';
 *
 * const flow = from(new Blob(['some text']).stream());
 * ```
 */
export function webReadableReader<T>(stream: ReadableStream<T>): Reader<T> {
  return pullReader('readable_stream', 'readable stream', () => pulled(stream));
}

function pulled<T>(stream: ReadableStream<T>): PullSource<T> {
  if (stream.locked) {
    throw new MillraceError(
      'ERR_OPTIONS',
      'Cannot read the readable stream: it is locked by another reader',
      {
        hint: 'A stream can be read once: use tee() for two runs.',
      },
    );
  }
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<T, undefined>>,
    return: () => soon(reader.cancel()),
  };
}

/** One half of a `tee()` is cancelled only when the other is: nobody may wait for that longer than a turn. */
function soon(cancelled: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const turn = setImmediate(resolve);
    cancelled.finally(() => clearImmediate(turn)).then(resolve, reject);
  });
}
