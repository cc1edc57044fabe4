import type { ByteSource } from './byte-source.ts';
import {
  type Compression,
  detectCompression,
  hasZlibHeader,
  maybeMarked,
  namedCompression,
} from './compression.ts';
import { DecompressedSource } from './decompressed-source.ts';
import type { Inflation } from './inflation.ts';
import type { Member } from './members.ts';

export interface UnwrapSettings {
  /** For messages, and for what its end says. */
  readonly path: string;
  readonly compression: 'auto' | Compression;
  readonly chunkBytes: number;
  readonly inflation: Inflation;
  /** The member that the source begins with. @default the first */
  readonly from?: Member | undefined;
}

/**
 * The bytes of a source without its compression. What it is shows in the first bytes, which are waited for
 * when somebody reads: so that a pipe that never gives any can be closed.
 */
export class UnwrappedSource implements ByteSource {
  /** How it is compressed, once something was read. */
  found: Compression | undefined;
  readonly #source: ByteSource;
  readonly #settings: UnwrapSettings;
  #inner: Promise<ByteSource> | undefined;
  #decompressed: DecompressedSource | undefined;

  constructor(source: ByteSource, settings: UnwrapSettings) {
    this.#source = source;
    this.#settings = settings;
  }

  async read(): Promise<Uint8Array | undefined> {
    this.#inner ??= this.#unwrap();
    const inner = await this.#inner;
    return inner.read();
  }

  async close(): Promise<void> {
    await this.#source.close();
    const inner = await this.#inner?.catch(() => undefined);
    await inner?.close();
  }

  /** The last member that is known to begin at or before this place in the text; absent where there are no members. */
  memberBefore(text: number): Member | undefined {
    return this.#decompressed?.memberBefore(text);
  }

  async #unwrap(): Promise<ByteSource> {
    const { compression: asked, path, chunkBytes, inflation, from } = this.#settings;
    const deflated = asked === 'deflate' || (asked === 'auto' && namedCompression(path) === 'deflate');
    const wants = (bytes: Uint8Array) =>
      (asked === 'auto' && maybeMarked(bytes)) || (deflated && bytes.length < 2);
    let head: Uint8Array = new Uint8Array(0);
    while (wants(head)) {
      const piece = await this.#source.read();
      if (piece === undefined) break;
      head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    }
    const source = new HeadedSource(head, this.#source);
    const found = asked === 'auto' ? detectCompression(path, head) : asked;
    this.found = found;
    if (found === 'none') return source;
    const compression = found === 'deflate' && !hasZlibHeader(head) ? 'deflate-raw' : found;
    this.#decompressed = new DecompressedSource(source, { path, compression, inflation, chunkBytes, from });
    return this.#decompressed;
  }
}

/** A source with bytes in front that were taken from it to look at. */
class HeadedSource implements ByteSource {
  readonly #source: ByteSource;
  #head: Uint8Array | undefined;

  constructor(head: Uint8Array, source: ByteSource) {
    this.#source = source;
    this.#head = head.length === 0 ? undefined : head;
  }

  async read(): Promise<Uint8Array | undefined> {
    const head = this.#head;
    this.#head = undefined;
    return head ?? (await this.#source.read());
  }

  close(): Promise<void> {
    this.#head = undefined;
    return this.#source.close();
  }
}
