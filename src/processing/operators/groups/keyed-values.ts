import { keyId } from '../key-id.ts';
import { tooManyKeys } from './group-table.ts';

/** What is kept for a key, or will be. */
export interface Kept<S> {
  readonly key: unknown;
  readonly id: unknown;
  value: S;
  held: boolean;
}

/** A value for each key, in the order in which the keys came; of no more than `maxKeys`. */
export class KeyedValues<S> {
  readonly #kept = new Map<unknown, Kept<S>>();
  readonly #keyOf: (record: never) => unknown;
  readonly #begin: () => S;
  readonly #maxKeys: number;

  /** `begin` makes the value of a key that is new. */
  constructor(keyOf: (record: never) => unknown, begin: () => S, maxKeys: number) {
    this.#keyOf = keyOf;
    this.#begin = begin;
    this.#maxKeys = maxKeys;
  }

  /**
   * What is kept for the key of a record. For a new one, it is kept with `keep` only, which comes when nothing can fail
   * any more.
   *
   * @throws MillraceError `ERR_LIMIT` when there is no room for the key, `ERR_KEY` when it is none.
   */
  of(record: unknown): Kept<S> {
    const key = this.#keyOf(record as never);
    const id = keyId(key);
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    if (this.#kept.size >= this.#maxKeys) throw tooManyKeys(key, this.#maxKeys);
    return { key, id, value: this.#begin(), held: false };
  }

  keep(kept: Kept<S>, value: S): void {
    kept.value = value;
    if (kept.held) return;
    kept.held = true;
    this.#kept.set(kept.id, kept);
  }

  all(): Iterable<Kept<S>> {
    return this.#kept.values();
  }

  snapshot(): unknown {
    return Array.from(this.#kept.values(), ({ key, value }) => [key, value]);
  }

  restore(state: unknown): void {
    for (const [key, value] of state as readonly (readonly [unknown, S])[]) {
      const id = keyId(key);
      this.#kept.set(id, { key, id, value, held: true });
    }
  }
}
