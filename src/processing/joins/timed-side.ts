/** A record that is held for partners to come. */
export interface Held {
  readonly record: unknown;
  readonly time: number;
  /** Whether it has had a partner. */
  found: boolean;
}

/** Records of one key and side, by time; of those of one time the first to come is the first. */
export class TimedSide {
  readonly #held: Held[] = [];

  get all(): readonly Held[] {
    return this.#held;
  }

  add(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && this.#held[at - 1]!.time > held.time) at--;
    if (at === this.#held.length) this.#held.push(held);
    else this.#held.splice(at, 0, held);
  }

  /** Those with a time from `from` to `to`, both included. */
  between(from: number, to: number): readonly Held[] {
    const held = this.#held;
    const first = this.#first(from);
    let end = first;
    while (end < held.length && held[end]!.time <= to) end++;
    return held.slice(first, end);
  }

  /** The latest that is not later than `time`. */
  latest(time: number): Held | undefined {
    return this.#held[this.#first(time, true) - 1];
  }

  /** Takes out those earlier than `time`. */
  dropBefore(time: number): readonly Held[] {
    const end = this.#first(time);
    return end === 0 ? [] : this.#held.splice(0, end);
  }

  /** Index of the first that is not earlier than `time`; or with `after` of the first that is later. */
  #first(time: number, after = false): number {
    let low = 0;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const before = after ? this.#held[middle]!.time <= time : this.#held[middle]!.time < time;
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
