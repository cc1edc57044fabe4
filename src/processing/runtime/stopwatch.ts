/** What a stage spends its time on. */
export type Occupation = 'waiting' | 'busy' | 'held-back';

/** Sums up the time a stage spends on each occupation; switched once or twice a batch. */
export class Stopwatch {
  #now: Occupation = 'waiting';
  #since = performance.now();
  readonly #spent: Record<Occupation, number> = { waiting: 0, busy: 0, 'held-back': 0 };

  get occupation(): Occupation {
    return this.#now;
  }

  switchTo(occupation: Occupation): void {
    if (occupation === this.#now) return;
    const now = performance.now();
    this.#spent[this.#now] += now - this.#since;
    this.#now = occupation;
    this.#since = now;
  }

  /** Milliseconds so far. */
  spent(): Readonly<Record<Occupation, number>> {
    return { ...this.#spent, [this.#now]: this.#spent[this.#now] + performance.now() - this.#since };
  }
}
