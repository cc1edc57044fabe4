import type { Readable } from 'node:stream';
import { MillraceError } from '../../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { ioError } from './io-error.ts';

/** A stream on a handle: it keeps the process alive while it has a reference. */
type Handle = Readable & { ref?(): void; unref?(): void };

/** Streams that are being read: two readers would each get a part. */
const taken = new WeakSet<Readable>();

const CHUNK = 128 * 2 ** 10;

/**
 * The bytes of a stream that belongs to somebody else, such as stdin: it is read while somebody
 * asks, and neither ended nor destroyed; when it is left, it no longer keeps the process alive.
 */
export class StreamSource implements ByteSource {
  readonly #stream: Handle;
  readonly #label: string;
  readonly #chunkBytes: number;
  /** What is left of a piece that was larger than a chunk. */
  #rest: Uint8Array | undefined;
  #error: MillraceError | undefined;
  #over = false;
  #closed = false;
  #wake: (() => void) | undefined;

  /** @throws MillraceError `ERR_CLOSED_EARLY` when the stream was used up or closed, `ERR_IO` while another reads it. */
  constructor(stream: Handle, label: string, chunkBytes = CHUNK) {
    if (stream.readableEnded || stream.destroyed) throw closedEarly(label, 'was read or closed before');
    if (taken.has(stream)) {
      throw new MillraceError('ERR_IO', `Cannot read ${label}: it is being read already`, {
        hint: 'Use one reader of it, and its flow as often as you like.',
      });
    }
    taken.add(stream);
    this.#stream = stream;
    this.#label = label;
    this.#chunkBytes = chunkBytes;
    stream.ref?.();
    stream.on('readable', this.#onReadable);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onClose);
    stream.on('error', this.#onError);
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      if (this.#rest !== undefined) return this.#cut(this.#rest);
      if (this.#error !== undefined) throw this.#error;
      if (this.#over) return undefined;
      const piece: Uint8Array | string | null = this.#stream.read();
      if (piece !== null) return this.#cut(typeof piece === 'string' ? Buffer.from(piece) : piece);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    taken.delete(this.#stream);
    this.#stream.off('readable', this.#onReadable);
    this.#stream.off('end', this.#onEnd);
    this.#stream.off('close', this.#onClose);
    this.#stream.off('error', this.#onError);
    this.#stream.unref?.();
    this.#onReadable();
  }

  /** A stream may give any amount at once; the graph takes it chunk by chunk. */
  #cut(piece: Uint8Array): Uint8Array {
    const whole = piece.length <= this.#chunkBytes;
    this.#rest = whole ? undefined : piece.subarray(this.#chunkBytes);
    return whole ? piece : piece.subarray(0, this.#chunkBytes);
  }

  readonly #onReadable = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  readonly #onEnd = (): void => {
    this.#over = true;
    this.#onReadable();
  };

  readonly #onClose = (): void => {
    if (!this.#over) this.#error ??= closedEarly(this.#label, 'was closed before its end');
    this.#onReadable();
  };

  readonly #onError = (error: unknown): void => {
    this.#error = ioError('read', this.#label, error ?? new Error('the stream failed'));
    this.#onReadable();
  };
}

function closedEarly(label: string, found: string): MillraceError {
  return new MillraceError('ERR_CLOSED_EARLY', `Cannot read ${label} to its end: it ${found}`, {
    hint: 'It can be read once, and must end by itself: look for what closed it.',
  });
}
