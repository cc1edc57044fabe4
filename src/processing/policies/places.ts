/** Somebody who waits for a place: is called when one is theirs. */
export interface Waiter {
  /** Whether the run that it belongs to is over: nobody is let in there any more. */
  readonly over: boolean;
  enter(): void;
}

/** A number of places, taken in the order in which they were asked for. */
export class Places {
  /** May be changed at any time; call `admit` then. */
  limit: number;
  #taken = 0;
  readonly #waiting = new Set<Waiter>();
  #admitting = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place, unless there is none or others wait. */
  take(): boolean {
    if (this.#taken >= this.limit || this.#waiting.size > 0) return false;
    this.#taken++;
    return true;
  }

  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  withdraw(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  free(): void {
    this.#taken--;
    this.admit();
  }

  /** Gives free places to those who wait. A loop: one who enters may be out again, and free a place, at once. */
  admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (const waiter of this.#waiting) {
        if (this.#taken >= this.limit) break;
        this.#waiting.delete(waiter);
        if (waiter.over) continue;
        this.#taken++;
        waiter.enter();
      }
    } finally {
      this.#admitting = false;
    }
  }
}
