import { checkComparable } from '../aggregates/extreme.ts';

/** A record that is among the first so far, and by what. */
interface Ranked<A> {
  readonly rank: unknown;
  /** Its number among all that came: of equal ones, the earlier is before the later. */
  readonly at: number;
  readonly record: A;
}

/** What a ranking remembers, as plain data. */
export interface RankingState<A> {
  /** Records that came. */
  seen: number;
  /** A heap: no entry is before that at half its place. */
  entries: Ranked<A>[];
}

/** The first `most` records by what `by` makes of them, in a heap with the last of them on top. */
export class Ranking<A> {
  readonly #most: number;
  readonly #by: (record: A) => unknown;
  readonly #ascending: boolean;

  constructor(most: number, by: (record: A) => unknown, ascending: boolean) {
    this.#most = most;
    this.#by = by;
    this.#ascending = ascending;
  }

  empty(): RankingState<A> {
    return { seen: 0, entries: [] };
  }

  /** Takes a record in, and lets go of the last one where there are too many; `null` and `undefined` have no rank. */
  add(state: RankingState<A>, record: A): void {
    const rank = this.#by(record);
    if (rank === null || rank === undefined) return;
    const { entries } = state;
    checkComparable('top()', rank, entries[0]?.rank);
    const entry = { rank, at: state.seen++, record };
    if (entries.length < this.#most) {
      entries.push(entry);
      this.#rise(entries);
    } else if (this.#before(entry, entries[0]!)) {
      entries[0] = entry;
      this.#sink(entries);
    }
  }

  /** The records, the first of all first. */
  result({ entries }: RankingState<A>): A[] {
    return entries.toSorted((a, b) => (this.#before(a, b) ? -1 : 1)).map(({ record }) => record);
  }

  #before(one: Ranked<A>, other: Ranked<A>): boolean {
    const [low, high] = this.#ascending ? [one, other] : [other, one];
    if ((low.rank as number) < (high.rank as number)) return true;
    if ((low.rank as number) > (high.rank as number)) return false;
    return one.at < other.at;
  }

  #rise(entries: Ranked<A>[]): void {
    for (let place = entries.length - 1; place > 0; ) {
      const above = (place - 1) >> 1;
      if (!this.#before(entries[above]!, entries[place]!)) return;
      swap(entries, above, place);
      place = above;
    }
  }

  #sink(entries: Ranked<A>[]): void {
    for (let place = 0; ; ) {
      let last = place;
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < entries.length && this.#before(entries[last]!, entries[below]!)) last = below;
      }
      if (last === place) return;
      swap(entries, last, place);
      place = last;
    }
  }
}

function swap(entries: unknown[], one: number, other: number): void {
  [entries[one], entries[other]] = [entries[other], entries[one]];
}
