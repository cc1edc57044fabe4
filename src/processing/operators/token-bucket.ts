/** Tokens that come at a steady rate, up to `burst` of them; each record takes one. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;
  /** Records that wait for a token, in order. */
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  constructor(perMs: number, burst: number, now: number) {
    this.#perMs = perMs;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  /** Whether it is as good as new at `now`: full, with nobody waiting. */
  idle(now: number): boolean {
    return this.waiting === 0 && this.#tokens + (now - this.#at) * this.#perMs >= this.#burst;
  }

  /** Takes a token, if there is one and nobody waits for it. */
  take(now: number): boolean {
    return this.waiting === 0 && this.#spend(now);
  }

  wait(go: () => void): void {
    this.#waiting.push(go);
  }

  /** Lets those go for whom there is a token. Returns the milliseconds until the next one can go, if any waits. */
  release(now: number): number | undefined {
    while (this.waiting > 0) {
      if (!this.#spend(now)) return (1 - this.#tokens) / this.#perMs;
      const go = this.#waiting[this.#next]!;
      this.#next++;
      if (this.#next * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#next);
        this.#next = 0;
      }
      go();
    }
    return undefined;
  }

  #spend(now: number): boolean {
    // A clock that was set back must not take tokens away.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + passed * this.#perMs);
    this.#at = now;
    // A token less a rounding error is a token: else its record would wait for nothing once more.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }
}
