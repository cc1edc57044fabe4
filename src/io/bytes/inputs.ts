import { changedError } from '../../core/changed-error.ts';
import type { ByteSource } from './byte-source.ts';
import type { FilePosition } from './file-position.ts';
import { SkippedSource } from './skipped-source.ts';

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
  /** Whether there is one, and no more. */
  readonly single: boolean;
  /** The next one; the one before has been read to its end by then. Calls never overlap. */
  next(): Promise<Input | undefined>;
  /** Lets go of the file; what is under way ends soon. May be called twice. */
  close(): Promise<void>;
  /**
   * What a position has to say of the file; `undefined` where it cannot be gone on with later. `text` is the place in the
   * text that it is for, where there is such.
   */
  mark(text?: number): InputsMark | undefined;
}

export type InputsMark = Pick<FilePosition, 'identity' | 'taken' | 'plain' | 'member'>;

/** A file that is read as it is. */
export class OneInput implements Inputs {
  readonly single = true;
  readonly mark: (text?: number) => InputsMark | undefined;
  readonly #input: Input;
  #given = false;

  constructor(input: Input, mark: (text?: number) => InputsMark | undefined) {
    this.#input = input;
    this.mark = mark;
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

/** Inputs from the one on that was in work: those before are read once more, and thrown away. */
export class ResumedInputs implements Inputs {
  readonly single: boolean;
  readonly #inputs: Inputs;
  readonly #from: FilePosition;
  #resumed = false;

  constructor(inputs: Inputs, from: FilePosition) {
    this.#inputs = inputs;
    this.#from = from;
    this.single = inputs.single;
  }

  /** @throws MillraceError `ERR_CHANGED` when the one in work is another, or too short. */
  async next(): Promise<Input | undefined> {
    if (this.#resumed) return this.#inputs.next();
    this.#resumed = true;
    const { input: done, name, text, member } = this.#from;
    for (let count = 0; count < done; count++) {
      const input = await this.#inputs.next();
      while ((await input?.source.read()) !== undefined);
    }
    const input = await this.#inputs.next();
    if (name === undefined || (input === undefined && done === 0)) return input;
    if (input?.name !== name) {
      const hint = 'Put the archive back as it was, or start afresh without the checkpoint.';
      throw changedError(name, 'it is not at its place in the archive any more', hint);
    }
    if (text === undefined || text.converted || text.byte === 0) return input;
    const before = text.byte - (member?.text ?? 0);
    return { ...input, source: new SkippedSource(input.source, before, name, text.byte) };
  }

  close(): Promise<void> {
    return this.#inputs.close();
  }

  mark(text?: number): InputsMark | undefined {
    return this.#inputs.mark(text);
  }
}
