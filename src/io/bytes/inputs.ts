import type { ByteSource } from './byte-source.ts';

/** Something to make records of: a file, or an entry of an archive. */
export interface Input {
  /** For messages. */
  readonly name: string;
  /** For origins; absent where the bytes have no place to come back to. */
  readonly file?: string;
  readonly source: ByteSource;
}

/** What a file is read as: itself, or the entries of an archive, one after another. */
export interface Inputs {
  /** The next one; the one before has been read to its end by then. Calls never overlap. */
  next(): Promise<Input | undefined>;
  /** Lets go of the file; what is under way ends soon. May be called twice. */
  close(): Promise<void>;
}

/** A file that is read as it is. */
export class OneInput implements Inputs {
  readonly #input: Input;
  #given = false;

  constructor(input: Input) {
    this.#input = input;
  }

  async next(): Promise<Input | undefined> {
    if (this.#given) return undefined;
    this.#given = true;
    return this.#input;
  }

  close(): Promise<void> {
    return this.#input.source.close();
  }
}
