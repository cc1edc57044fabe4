/** Lets one task through at a time, in order; a synchronous task costs no promise while nobody waits. */
export class Turnstile {
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  get busy(): boolean {
    return this.#busy;
  }

  /** Runs `task` now, or when those before it are through. */
  pass(task: () => void | Promise<void>): void | Promise<void> {
    if (this.#busy)
      return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#go(task));
    return this.#go(task);
  }

  #go(task: () => void | Promise<void>): void | Promise<void> {
    this.#busy = true;
    let pending: void | Promise<void>;
    try {
      pending = task();
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (pending === undefined) this.#leave();
    else return pending.finally(() => this.#leave());
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy = false;
    else next();
  }
}
