import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import { Inflate } from './inflate.ts';

/** Statuses of answers that have no content, whatever their headers say. */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205, 304]);

/** What is left of an answer that nobody needs is read up to here, for the sake of the connection. */
const MOST_SKIPPED = 64 * 2 ** 10;

const DECODE: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: () => new Inflate(),
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** An answer whose content may still be on its way. */
export class HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** By names in small letters. */
  readonly headers: IncomingHttpHeaders;
  readonly #request: ClientRequest;
  readonly #message: IncomingMessage;
  #content: Readable | undefined;

  constructor(request: ClientRequest, message: IncomingMessage) {
    this.status = message.statusCode!;
    this.statusText = message.statusMessage ?? '';
    this.headers = message.headers;
    this.#request = request;
    this.#message = message;
    // A connection may also be lost while nobody reads.
    message.on('error', () => {});
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Whether all of it has come. */
  get complete(): boolean {
    return this.#message.complete;
  }

  /** The content by pieces, decoded where it was encoded on the way; `undefined` where there is none. For one taker. */
  content(): AsyncIterator<Uint8Array, undefined> | undefined {
    if (WITHOUT_CONTENT.has(this.status)) {
      this.skip();
      return undefined;
    }
    const empty = this.headers['content-length'] === '0';
    const decoders = empty ? [] : decodersOf(this.headers['content-encoding']);
    const streams = [this.#message, ...decoders] as const;
    if (decoders.length > 0) pipeline([...streams], () => {});
    const content = streams.at(-1)!;
    content.on('error', () => {});
    this.#content = content;
    return content[Symbol.asyncIterator]();
  }

  /** Nobody needs the content: the connection is used again when it is short, and cut when it is not. */
  skip(): void {
    let left = MOST_SKIPPED;
    this.#message.on('data', ({ length }: Uint8Array) => {
      left -= length;
      if (left < 0) this.cancel();
    });
  }

  /** Cuts the connection. May be called twice. */
  cancel(): void {
    this.#request.destroy();
    this.#content?.destroy();
  }
}

/** What undoes the codings, the last of them first; nothing where one is unknown: then the content is given as it came. */
function decodersOf(encoding = ''): readonly Transform[] {
  const codings = encoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (!codings.every((coding) => Object.hasOwn(DECODE, coding))) return [];
  return codings.toReversed().map((coding) => DECODE[coding]!());
}
