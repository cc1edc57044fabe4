import { crc32 } from 'node:zlib';
import { MillraceError } from '../../../core/errors.ts';
import type { ByteSource } from '../byte-source.ts';

/** What the directory of an archive says about an entry. */
export interface EntryFacts {
  readonly bytes: number;
  readonly checksum: number;
}

/** A source whose bytes must be as many as the directory says, and have the checksum that it says. */
export class CheckedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #place: string;
  readonly #facts: EntryFacts;
  #bytes = 0;
  #checksum = 0;

  constructor(source: ByteSource, place: string, facts: EntryFacts) {
    this.#source = source;
    this.#place = place;
    this.#facts = facts;
  }

  async read(): Promise<Uint8Array | undefined> {
    const piece = await this.#source.read();
    const { bytes, checksum } = this.#facts;
    if (piece !== undefined) {
      this.#bytes += piece.length;
      this.#checksum = crc32(piece, this.#checksum);
    }
    const over = piece === undefined;
    if (over ? this.#bytes !== bytes : this.#bytes > bytes) {
      throw this.#error(`it has ${over ? '' : 'more than '}${this.#bytes} bytes, and should have ${bytes}`);
    }
    if (over && this.#checksum !== checksum) throw this.#error('its checksum is wrong');
    return piece;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #error(found: string): MillraceError {
    return new MillraceError('ERR_DECOMPRESS', `Cannot decompress ${this.#place}: ${found}`, {
      hint: 'The archive is damaged: fetch it again.',
    });
  }
}
