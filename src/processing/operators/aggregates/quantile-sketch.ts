/**
 * The values themselves as long as they are few; then how many lie in each of the bins into which numbers are cut so
 * that the ends of a bin differ by a fixed share (DDSketch: Masson, Rim, Lee 2019).
 */
export interface Sketch {
  n: number;
  min: number;
  max: number;
  /** All values, unsorted; `undefined` once there are bins. */
  exact: number[] | undefined;
  /** Counts by bin; bins are numbered in the order of the values in them, those of negative values below 0. */
  bins: Map<number, number> | undefined;
}

/** So many values are kept as they are. */
export const EXACT = 128;

/** No logarithm of a number is further from 0: that of 2^-1074 is -744.4. */
const LARGEST_LOG = 745;

export class Quantiles {
  /** Logarithm of how much larger the upper end of a bin is than the lower. */
  readonly #step: number;
  /** What makes numbers of bins positive for positive values. */
  readonly #shift: number;
  /** From the lower end of a bin to the number that is no further than `error` from either. */
  readonly #middle: number;

  /** `error`: how far a result may be from the value, as a share of it. */
  constructor(error: number) {
    const ratio = (1 + error) / (1 - error);
    this.#step = Math.log(ratio);
    this.#shift = Math.ceil(LARGEST_LOG / this.#step) + 1;
    this.#middle = (2 * ratio) / (1 + ratio);
  }

  empty(): Sketch {
    return { n: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, exact: [], bins: undefined };
  }

  add(sketch: Sketch, value: number): void {
    sketch.n++;
    if (value < sketch.min) sketch.min = value;
    if (value > sketch.max) sketch.max = value;
    if (sketch.exact === undefined) this.#count(sketch.bins!, this.#bin(value), 1);
    else if (sketch.exact.push(value) > EXACT) this.#sort(sketch);
  }

  /** Takes `other` into `sketch`. */
  merge(sketch: Sketch, other: Sketch): void {
    sketch.n += other.n;
    sketch.min = Math.min(sketch.min, other.min);
    sketch.max = Math.max(sketch.max, other.max);
    if (sketch.exact !== undefined && other.exact !== undefined) {
      for (const value of other.exact) sketch.exact.push(value);
      if (sketch.n > EXACT) this.#sort(sketch);
      return;
    }
    const bins = this.#sort(sketch);
    for (const [bin, count] of this.#sort(other)) this.#count(bins, bin, count);
  }

  /** The value below which a share `q` of all lies, between two values by their distance; `null` of none. */
  at({ n, min, max, exact, bins }: Sketch, q: number): number | null {
    if (n === 0) return null;
    const rank = q * (n - 1);
    const below = Math.floor(rank);
    const value = exact === undefined ? this.#ranked(bins!) : sorted(exact);
    const lower = value(below);
    const share = rank - below;
    const found = share === 0 ? lower : lower * (1 - share) + value(below + 1) * share;
    if (q === 0) return min;
    return q === 1 ? max : Math.min(max, Math.max(min, found));
  }

  /** Puts values into bins, if they are not yet. */
  #sort(sketch: Sketch): Map<number, number> {
    if (sketch.bins !== undefined) return sketch.bins;
    const bins = new Map<number, number>();
    for (const value of sketch.exact!) this.#count(bins, this.#bin(value), 1);
    sketch.exact = undefined;
    sketch.bins = bins;
    return bins;
  }

  #bin(value: number): number {
    if (value === 0) return 0;
    const bin = Math.ceil(Math.log(Math.abs(value)) / this.#step) + this.#shift;
    return value > 0 ? bin : -bin;
  }

  #count(bins: Map<number, number>, bin: number, count: number): void {
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }

  #value(bin: number): number {
    if (bin === 0) return 0;
    const value = Math.exp((Math.abs(bin) - this.#shift - 1) * this.#step) * this.#middle;
    return bin > 0 ? value : -value;
  }

  #ranked(bins: ReadonlyMap<number, number>): (rank: number) => number {
    const order = [...bins].sort(([a], [b]) => a - b);
    return (rank) => {
      let left = rank;
      for (const [bin, count] of order) {
        if (left < count) return this.#value(bin);
        left -= count;
      }
      return this.#value(order.at(-1)![0]);
    };
  }
}

function sorted(values: readonly number[]): (rank: number) => number {
  const order = Float64Array.from(values).sort();
  return (rank) => order[rank]!;
}
