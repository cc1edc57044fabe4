/** What is being closed while the run goes on, and has to be gone when it is over. */
export class Closings {
  readonly #open = new Set<Promise<unknown>>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(closed: Promise<unknown>): void {
    const settled = closed.catch(this.#failed).finally(() => this.#open.delete(settled));
    this.#open.add(settled);
  }

  /** Waits for all, those that are added meanwhile too. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}
