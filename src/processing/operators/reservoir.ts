import type { RandomSource } from '../../core/random-source.ts';

interface Drawn<A> {
  readonly number: number;
  readonly record: A;
}

interface ReservoirState<A> {
  readonly drawn: readonly Drawn<A>[];
  readonly seen: number;
  readonly next: number;
  readonly weight: number;
  readonly random: readonly number[];
}

/**
 * So many records of all that come, each with the same chance (Li's algorithm L: it draws numbers for
 * those that it takes only, so that what it passes over costs a comparison).
 */
export class Reservoir<A> {
  readonly #size: number;
  readonly #random: RandomSource;
  #drawn: Drawn<A>[] = [];
  #seen = 0;
  /** The number of the record that is taken next, once the reservoir is full. */
  #next = 0;
  #weight = 1;

  constructor(size: number, random: RandomSource) {
    this.#size = size;
    this.#random = random;
  }

  add(record: A): void {
    const number = this.#seen++;
    if (number < this.#size) {
      this.#drawn.push({ number, record });
      if (this.#seen === this.#size) this.#jump(number);
    } else if (number === this.#next) {
      this.#drawn[Math.floor(this.#random.next() * this.#size)] = { number, record };
      this.#jump(number);
    }
  }

  /** Chooses which record is taken next. */
  #jump(from: number): void {
    this.#weight *= Math.exp(Math.log(this.#positive()) / this.#size);
    this.#next = from + 1 + Math.floor(Math.log(this.#positive()) / Math.log1p(-this.#weight));
  }

  /** In (0, 1]. */
  #positive(): number {
    return 1 - this.#random.next();
  }

  /** Takes out what was drawn, in the order in which it came. */
  take(): A[] {
    const drawn = this.#drawn.sort((a, b) => a.number - b.number);
    this.#drawn = [];
    return drawn.map(({ record }) => record);
  }

  snapshot(): ReservoirState<A> {
    const { state } = this.#random;
    return {
      drawn: [...this.#drawn],
      seen: this.#seen,
      next: this.#next,
      weight: this.#weight,
      random: state,
    };
  }

  restore(state: unknown): void {
    const { drawn, seen, next, weight, random } = state as ReservoirState<A>;
    this.#drawn = [...drawn];
    this.#seen = seen;
    this.#next = next;
    this.#weight = weight;
    this.#random.resume(random);
  }
}
