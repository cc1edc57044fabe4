/** As many places are free before what is left moves up. */
const FREE = 1024;

/** A queue: first in, first out. What bounds it is up to who puts something in. */
export class Fifo<T> {
  #entries: T[] = [];
  #first = 0;

  get length(): number {
    return this.#entries.length - this.#first;
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  /** Takes the oldest entry out; there must be one. */
  shift(): T {
    const entry = this.#entries[this.#first++]!;
    // Each entry moves once at the most for each that was taken out.
    if (this.#first >= FREE && this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return entry;
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
  }
}
