import { ENTRY_HEAD } from '../runtime/spill/entry-format.ts';
import type { Entries } from './entries.ts';

/** Fewer entries than this are put in their place one by one. */
const FEW = 24;
const DIGITS = 256;

/** Sorts the places of entries by the bytes of their keys; entries with equal keys keep their order. */
export function radixSort(entries: Entries): void {
  const { count } = entries;
  if (count > 1) new RadixSort(entries).sort(0, count, 0);
}

/**
 * Eight bytes of the key at a time, beginning with the first: by their digits from the last to the first,
 * which keeps the order of equal ones. Then those that are equal so far, by the next eight.
 */
class RadixSort {
  readonly #entries: Entries;
  #places: Uint32Array;
  #high: Uint32Array;
  #low: Uint32Array;
  #otherPlaces: Uint32Array;
  #otherHigh: Uint32Array;
  #otherLow: Uint32Array;
  readonly #counts = Array.from({ length: 8 }, () => new Uint32Array(DIGITS));

  constructor(entries: Entries) {
    this.#entries = entries;
    const { count } = entries;
    this.#places = entries.places;
    this.#high = new Uint32Array(count);
    this.#low = new Uint32Array(count);
    this.#otherPlaces = new Uint32Array(count);
    this.#otherHigh = new Uint32Array(count);
    this.#otherLow = new Uint32Array(count);
  }

  sort(from: number, to: number, depth: number): void {
    let at = depth;
    for (;;) {
      if (to - from <= FEW) {
        this.#insert(from, to, at);
        return;
      }
      const longer = this.#load(from, to, at);
      const differ = this.#byDigits(from, to);
      at += 8;
      if (!longer) return;
      // What all keys begin with may be long: it costs no call for each eight bytes.
      if (differ) {
        this.#ties(from, to, at);
        return;
      }
    }
  }

  /** Fetches eight bytes of each key; says whether any key goes on behind them. */
  #load(from: number, to: number, depth: number): boolean {
    const entries = this.#entries;
    for (const counts of this.#counts) counts.fill(0);
    const [c0, c1, c2, c3, c4, c5, c6, c7] = this.#counts as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    let longest = 0;
    for (let index = from; index < to; index++) {
      const place = this.#places[index]!;
      const { bytes, words } = entries.pageOf(place);
      const offset = entries.offsetOf(place);
      const length = words[offset >>> 2]!;
      if (length > longest) longest = length;
      const at = offset + ENTRY_HEAD + depth;
      const end = offset + ENTRY_HEAD + length;
      const high = wordAt(bytes, at, end);
      const low = wordAt(bytes, at + 4, end);
      this.#high[index] = high;
      this.#low[index] = low;
      c0[low & 255]!++;
      c1[(low >>> 8) & 255]!++;
      c2[(low >>> 16) & 255]!++;
      c3[low >>> 24]!++;
      c4[high & 255]!++;
      c5[(high >>> 8) & 255]!++;
      c6[(high >>> 16) & 255]!++;
      c7[high >>> 24]!++;
    }
    return longest > depth + 8;
  }

  /** Says whether the entries differ in these bytes at all. */
  #byDigits(from: number, to: number): boolean {
    let turned = false;
    let differ = false;
    for (let digit = 0; digit < 8; digit++) {
      const counts = this.#counts[digit]!;
      if (!ranks(counts, from, to - from)) continue;
      this.#pass(from, to, counts, digit);
      this.#swap();
      turned = !turned;
      differ = true;
    }
    if (!turned) return differ;
    // The arrays have changed roles: what is sorted has to be where the rest of the range is.
    this.#otherPlaces.set(this.#places.subarray(from, to), from);
    this.#otherHigh.set(this.#high.subarray(from, to), from);
    this.#otherLow.set(this.#low.subarray(from, to), from);
    this.#swap();
    return differ;
  }

  #pass(from: number, to: number, next: Uint32Array, digit: number): void {
    const words = digit < 4 ? this.#low : this.#high;
    const shift = (digit & 3) * 8;
    const places = this.#places;
    const high = this.#high;
    const low = this.#low;
    const toPlaces = this.#otherPlaces;
    const toHigh = this.#otherHigh;
    const toLow = this.#otherLow;
    for (let index = from; index < to; index++) {
      const at = next[(words[index]! >>> shift) & 255]!++;
      toPlaces[at] = places[index]!;
      toHigh[at] = high[index]!;
      toLow[at] = low[index]!;
    }
  }

  #swap(): void {
    [this.#places, this.#otherPlaces] = [this.#otherPlaces, this.#places];
    [this.#high, this.#otherHigh] = [this.#otherHigh, this.#high];
    [this.#low, this.#otherLow] = [this.#otherLow, this.#low];
  }

  /** Sorts on among entries that are equal so far. */
  #ties(from: number, to: number, depth: number): void {
    for (let first = from; first < to; ) {
      const high = this.#high[first];
      const low = this.#low[first];
      let end = first + 1;
      while (end < to && this.#high[end] === high && this.#low[end] === low) end++;
      if (end - first > 1) this.sort(first, end, depth);
      first = end;
    }
  }

  #insert(from: number, to: number, depth: number): void {
    const places = this.#places;
    for (let index = from + 1; index < to; index++) {
      const place = places[index]!;
      let at = index;
      while (at > from && this.#compare(places[at - 1]!, place, depth) > 0) {
        places[at] = places[at - 1]!;
        at--;
      }
      places[at] = place;
    }
  }

  #compare(a: number, b: number, depth: number): number {
    const entries = this.#entries;
    const one = entries.pageOf(a);
    const other = entries.pageOf(b);
    const offset = entries.offsetOf(a);
    const otherOffset = entries.offsetOf(b);
    return compareBytes(
      one.bytes,
      offset + ENTRY_HEAD + depth,
      offset + ENTRY_HEAD + one.words[offset >>> 2]!,
      other.bytes,
      otherOffset + ENTRY_HEAD + depth,
      otherOffset + ENTRY_HEAD + other.words[otherOffset >>> 2]!,
    );
  }
}

/** Turns the counts of a digit into where its entries begin; `false` when all have the same digit. */
function ranks(counts: Uint32Array, from: number, all: number): boolean {
  let next = from;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = counts[digit]!;
    if (count === all) return false;
    counts[digit] = next;
    next += count;
  }
  return true;
}

/** Four bytes as a number, the first one first; zeros behind the end. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) {
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }
  let word = 0;
  for (let index = 0; index < 4; index++) word = (word << 8) | (at + index < end ? bytes[at + index]! : 0);
  return word >>> 0;
}

/** Compares bytes of one range with those of another; what ends first is less. */
export function compareBytes(
  a: Uint8Array,
  from: number,
  to: number,
  b: Uint8Array,
  otherFrom: number,
  otherTo: number,
): number {
  const shared = Math.min(to - from, otherTo - otherFrom);
  for (let index = 0; index < shared; index++) {
    const difference = a[from + index]! - b[otherFrom + index]!;
    if (difference !== 0) return difference;
  }
  return to - from - (otherTo - otherFrom);
}
