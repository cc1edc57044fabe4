import { MillraceError } from '../../../core/errors.ts';
import type { ByteSource } from '../../bytes/byte-source.ts';
import { arrowError, truncatedArrow } from './arrow-error.ts';

/** What is used of the head of a message. */
interface MessageHead {
  readonly bodyLength: number;
}

export interface ArrowMessagesSpec {
  /** For messages of errors. */
  readonly name: string;
  readonly source: ByteSource;
  /** The most bytes of one message. */
  readonly maxBytes: number;
  /** Reads the head of a message. */
  readonly decode: (head: Uint8Array) => MessageHead;
}

/** What a file of Arrow begins with, filled up to eight bytes; a stream of messages follows. */
const MAGIC = Buffer.from('ARROW1\0\0');
const CONTINUES = 0xffffffff;

/** A head says which columns there are and where their values lie: some hundred bytes a column. */
const MOST_HEAD_BYTES = 64 * 2 ** 20;

/**
 * The messages of an Arrow IPC stream, each as one piece of bytes: its lengths are looked at before it is held. A
 * file is the same stream between a mark and a directory, which is not needed to read it from the front.
 */
export class ArrowMessages {
  /** Bytes of the largest so far. */
  largest = 0;
  readonly #spec: ArrowMessagesSpec;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(spec: ArrowMessagesSpec) {
    this.#spec = spec;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    const { name } = this.#spec;
    const mark = await this.#peek(MAGIC.length);
    const isFile = MAGIC.equals(mark);
    if (isFile) await this.#read(MAGIC.length);
    else if (mark.length === 0) throw arrowError(name, 'it is empty');
    for (let message = await this.#message(); message !== undefined; message = await this.#message())
      yield message;
    // What follows is read to its end, as it tells whether the file is whole.
    const behind = this.#rest.length > 0 || (await this.#spec.source.read()) !== undefined;
    if (behind && !isFile) throw arrowError(name, 'there are bytes behind its end');
    while ((await this.#spec.source.read()) !== undefined);
  }

  async #message(): Promise<Uint8Array | undefined> {
    const { name, decode, maxBytes } = this.#spec;
    const prefix = await this.#peek(8);
    if (prefix.length === 0) return undefined;
    if (prefix.length < 4) throw truncatedArrow(name);
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
    // Before version 0.15 the length came first.
    const begin = view.getUint32(0, true) === CONTINUES ? 8 : 4;
    if (prefix.length < begin) throw truncatedArrow(name);
    const headBytes = view.getInt32(begin - 4, true);
    if (headBytes === 0) {
      await this.#read(begin);
      return undefined;
    }
    if (headBytes < 0 || headBytes > MOST_HEAD_BYTES)
      throw arrowError(name, 'what stands there is no message');
    this.#check(headBytes, maxBytes);
    const head = await this.#peek(begin + headBytes);
    if (head.length < begin + headBytes) throw truncatedArrow(name);
    const bodyBytes = bodyLength(name, () => decode(head.subarray(begin)));
    this.#check(bodyBytes, maxBytes);
    const message = await this.#read(begin + headBytes + bodyBytes);
    if (message.length < begin + headBytes + bodyBytes) throw truncatedArrow(name);
    this.largest = Math.max(this.largest, message.length);
    return message;
  }

  #check(bytes: number, most: number): void {
    if (bytes <= most) return;
    const message = `Cannot read ${this.#spec.name}: a batch of records takes ${bytes} bytes, which is more than maxBatchBytes`;
    throw new MillraceError('ERR_LIMIT', message, {
      hint: 'Raise maxBatchBytes, or write smaller batches.',
    });
  }

  /** So many bytes, or fewer at the end; they come again. */
  async #peek(bytes: number): Promise<Uint8Array> {
    if (this.#rest.length < bytes) {
      const pieces = [this.#rest];
      let length = this.#rest.length;
      while (length < bytes) {
        const piece = await this.#spec.source.read();
        if (piece === undefined) break;
        pieces.push(piece);
        length += piece.length;
      }
      this.#rest = Buffer.concat(pieces);
    }
    return this.#rest.subarray(0, bytes);
  }

  /** A copy whose bytes lie as the library wants them: on a multiple of eight. */
  async #read(bytes: number): Promise<Uint8Array> {
    const taken = await this.#peek(bytes);
    this.#rest = this.#rest.subarray(taken.length);
    return Uint8Array.from(taken);
  }
}

function bodyLength(name: string, decode: () => MessageHead): number {
  let bytes: number;
  try {
    bytes = decode().bodyLength;
  } catch (cause) {
    throw arrowError(name, 'the head of a message is damaged', cause);
  }
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw arrowError(name, `a message says that it has ${bytes} bytes`);
}
