const NONE: Uint8Array = new Uint8Array(0);

/** The bytes of a file that were taken and are not records yet: those kept from before, and a new chunk. */
export class HeldBytes {
  #kept = Buffer.allocUnsafeSlow(0);
  #keptLength = 0;
  #chunk = NONE;

  get length(): number {
    return this.#keptLength + this.#chunk.length;
  }

  /** Adds a chunk. It is read until `keep`, which comes before the next, and not held longer. */
  add(chunk: Uint8Array): void {
    this.#chunk = chunk;
  }

  /** Keeps a copy of what is behind the first `passed` bytes. */
  keep(passed: number): void {
    const rest = this.length - passed;
    if (rest > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(rest, 2 * this.#kept.length));
      this.copy(larger, passed);
      this.#kept = larger;
    } else if (passed >= this.#keptLength) {
      this.#kept.set(this.#chunk.subarray(passed - this.#keptLength));
    } else {
      this.#kept.copyWithin(0, passed, this.#keptLength);
      this.#kept.set(this.#chunk, this.#keptLength - passed);
    }
    this.#keptLength = rest;
    this.#chunk = NONE;
  }

  /** Copies what is behind the first `from` bytes, as much as there is room for. Returns how much it was. */
  copy(target: Uint8Array, from: number): number {
    const end = Math.min(from + target.length, this.length);
    const kept = Math.min(end, this.#keptLength);
    if (from < kept) target.set(this.#kept.subarray(from, kept));
    if (end > this.#keptLength) {
      const start = Math.max(0, from - this.#keptLength);
      target.set(this.#chunk.subarray(start, end - this.#keptLength), Math.max(0, this.#keptLength - from));
    }
    return end - from;
  }

  /** A copy of at most `length` bytes behind the first `from`. */
  slice(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, this.length - from));
    this.copy(bytes, from);
    return bytes;
  }
}
