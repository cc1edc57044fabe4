import { recordFailure } from '../record-failure.ts';

export interface DiskWorkSpec {
  /** What it does with a record, for errors: `sort`. */
  readonly doing: string;
  readonly node: string;
  /** Gives all memory back. */
  dispose(): void;
}

/** What an operator does on the disk: while it is at it, nothing may be taken away from it. */
export class DiskWork {
  readonly #spec: DiskWorkSpec;
  /** Tasks that are under way: one may be a part of another. */
  #working = 0;
  #over = false;

  constructor(spec: DiskWorkSpec) {
    this.#spec = spec;
  }

  /** Whether it was told to give up. */
  get over(): boolean {
    return this.#over;
  }

  async run<T>(task: () => Promise<T>): Promise<T | undefined> {
    this.#working++;
    try {
      return await task();
    } catch (error) {
      // The files are gone when it was told to give up.
      if (!this.#over) throw recordFailure(this.#spec.doing, this.#spec.node, error);
      return undefined;
    } finally {
      this.#working--;
      if (this.#over && this.#working === 0) this.#spec.dispose();
    }
  }

  giveUp(): void {
    this.#over = true;
    if (this.#working === 0) this.#spec.dispose();
  }
}
