import { MillraceError } from '../../core/errors.ts';
import { formatSize } from '../../core/size.ts';

/** Output that is never suspicious, however well it was compressed. */
const FREE_BYTES = 64 * 2 ** 20;

/**
 * Watches how much a file grows to: all that is decompressed of it, at every layer and in all entries of
 * an archive, is held against the bytes that were taken from the file itself.
 */
export class Inflation {
  readonly #path: string;
  readonly #most: number;
  #taken = 0;
  #given = 0;

  constructor(path: string, maxInflation: number) {
    this.#path = path;
    this.#most = maxInflation;
  }

  /** Bytes that were taken from the file. */
  took(bytes: number): void {
    this.#taken += bytes;
  }

  /**
   * Bytes that were made of them.
   *
   * @throws MillraceError `ERR_LIMIT` when these are more than the file may become.
   */
  gave(bytes: number): void {
    this.#given += bytes;
    if (this.#given <= FREE_BYTES || this.#given <= this.#most * this.#taken) return;
    const grew = `${formatSize(this.#taken)} became ${formatSize(this.#given)}`;
    throw new MillraceError(
      'ERR_LIMIT',
      `Cannot decompress ${this.#path}: ${grew}, more than ${this.#most} times as much`,
      { hint: 'Raise maxInflation if you trust the file.' },
    );
  }
}
