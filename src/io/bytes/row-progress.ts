import type { FilePosition, Standing } from './file-position.ts';
import type { InputsMark } from './inputs.ts';

/** Which rows of a file are done, where a format makes the batches itself. */
export class RowProgress {
  /** Where reading began; absent for the beginning of the file. */
  readonly from: FilePosition | undefined;
  #mark: (() => InputsMark | undefined) | undefined;
  /** Inputs that are done, and what is known of the one in work. */
  #done: number;
  #name: string | undefined;
  /** Rows of it that were made, and those that the graph has. */
  #made = 0;
  #given = 0;
  #left: { readonly standing: Standing } | undefined;

  constructor(from: FilePosition | undefined) {
    this.from = from;
    this.#done = from?.input ?? 0;
  }

  /** The file is open. */
  opened(mark: () => InputsMark | undefined): void {
    this.#mark = mark;
  }

  /** An input in it begins. Returns how many rows of it are done already. */
  begin(name: string): number {
    const first = this.#name === undefined ? (this.from?.rows ?? 0) : 0;
    if (this.#name !== undefined) this.#done++;
    this.#name = name;
    this.#made = first;
    this.#given = first;
    return first;
  }

  /** A batch was made that goes up to row `rows` of the input, and its bad rows were reported. */
  made(rows: number): void {
    this.#made = rows;
  }

  /** The graph has all that was made. */
  given(): void {
    this.#given = this.#made;
  }

  /** Nobody waits for the rest: the file is closed, and tells nothing any more. */
  leave(): void {
    this.#left ??= { standing: this.standing() };
  }

  standing(): Standing {
    if (this.#left !== undefined) return this.#left.standing;
    if (this.#name === undefined) return this.from ?? 'beginning';
    const mark = this.#made === this.#given ? this.#mark?.() : undefined;
    return mark && { ...mark, input: this.#done, name: this.#name, rows: this.#given };
  }
}
