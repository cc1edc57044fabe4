/** Those that share a transaction, and have rows for it that must not be committed yet. */
export class Unprepared {
  readonly #members = new Set<object>();
  #waiting: (() => void)[] = [];

  /** Whether there are none. */
  get none(): boolean {
    return this.#members.size === 0;
  }

  has(member: object): boolean {
    return this.#members.has(member);
  }

  add(member: object): void {
    this.#members.add(member);
  }

  /** Its rows may be committed, or are given up. */
  delete(member: object): void {
    this.#members.delete(member);
    if (!this.none) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  /** Resolves when there are none. */
  async over(): Promise<void> {
    if (!this.none) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
