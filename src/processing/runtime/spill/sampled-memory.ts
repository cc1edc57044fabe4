import type { Memory } from '../../../interfaces/memory.ts';
import { heapSize } from './heap-size.ts';

/** No `Map` and no `Set` takes more keys than a few above these. */
export const MOST_KEYS = 2 ** 24 - 1024;

/** What a value takes in a table besides itself: its place there, and the object around it. */
const PLACE = 120;
/** What a key takes in a set besides itself, also while the set grows. */
export const KEY_PLACE = 64;

/** So many values are measured one by one, and then one of so many: a prime, so that hardly any pattern fits it. */
const FIRST = 100;
const EVERY = 17;

export interface SampledState {
  readonly seen: number;
  readonly size: number;
  readonly needed: number;
  readonly reserved: number;
}

/**
 * Counts values with their keys against the memory. Measuring costs more than looking one up, so that of many values
 * only some are measured, and stand for those that follow them; memory is asked for in grains.
 */
export class SampledMemory {
  readonly #memory: Memory;
  readonly #grain: number;
  readonly #place: number;
  #seen = 0;
  #size = 0;
  #needed = 0;
  #reserved = 0;

  /** `place` is what a value takes where it is held, besides itself. */
  constructor(memory: Memory, place = PLACE) {
    this.#memory = memory;
    this.#place = place;
    this.#grain = Math.floor(memory.budget / 1024);
  }

  /** Counts a value; `false` when there is no room for it. */
  count(value: unknown, key: unknown): boolean {
    const size = this.#sizeOf(value, key);
    const missing = this.#needed + size - this.#reserved;
    if (missing > 0 && !this.#reserve(Math.max(missing, this.#grain)) && !this.#reserve(missing))
      return false;
    this.#needed += size;
    return true;
  }

  #sizeOf(value: unknown, key: unknown): number {
    if (++this.#seen <= FIRST || this.#seen % EVERY === 0) this.#size = heapSize(value) + heapSize(key);
    return this.#place + this.#size;
  }

  #reserve(bytes: number): boolean {
    if (!this.#memory.reserve(bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  /** What it counts, as plain data: one that restores it says the same of what follows. */
  snapshot(): SampledState {
    return { seen: this.#seen, size: this.#size, needed: this.#needed, reserved: this.#reserved };
  }

  /** Takes over what another counted. Where there is less memory now, it has no room for anything more. */
  restore({ seen, size, needed, reserved }: SampledState): void {
    this.#seen = seen;
    this.#size = size;
    this.#needed = needed;
    if (!this.#reserve(reserved)) this.#reserve(this.#memory.budget - this.#memory.used);
  }

  /** Begins anew with what is left of the values, and gives back what the others took. */
  recount(rest: Iterable<readonly [value: unknown, key: unknown]>): void {
    let needed = 0;
    this.#seen = 0;
    for (const [value, key] of rest) needed += this.#sizeOf(value, key);
    this.#needed = Math.min(needed, this.#reserved);
    this.#memory.release(this.#reserved - this.#needed);
    this.#reserved = this.#needed;
  }
}
