import { MillraceError } from '../../../core/errors.ts';
import { keyId } from '../key-id.ts';
import type { KeyTimer } from './key-timers.ts';
import {
  goneAt,
  type Moment,
  type StateHandles,
  type StateKinds,
  type StateStore,
  type Ttl,
} from './state-kind.ts';

/** What is kept for one key. */
export interface KeyEntry {
  readonly key: unknown;
  readonly id: unknown;
  /** Of each piece of state; `undefined` where there is nothing. */
  readonly contents: unknown[];
  /** Timers that are set, by their identity. */
  timers?: Map<string, KeyTimer>;
  /** When its contents are to be looked at for what is too old. */
  expiries?: Map<Ttl['by'], KeyTimer>;
  /** Timers that were set and fired after the input was over. */
  late?: number;
}

export interface KeyedStateOptions {
  /** Keys that are kept at the most. */
  readonly maxKeys: number;
  /** The time that a ttl goes by. */
  readonly moment: (by: Ttl['by']) => Moment;
}

interface Piece {
  readonly name: string;
  readonly ttl: Ttl | undefined;
  readonly store: StateStore;
}

/** The contents of all keys: plain data. */
export interface KeyedSnapshot {
  readonly keys: readonly { readonly key: unknown; readonly contents: Readonly<Record<string, unknown>> }[];
}

const UNTIMED: Moment = { now: 0, begun: 0 };

/**
 * State that is kept for each key, one key at a time: `enter`, work with `handles`, then `commit`, or `abandon`
 * to leave the contents as they were. At most `maxKeys` are kept; those with nothing to keep are for the user
 * of this class to drop.
 */
export class KeyedState<S extends StateKinds> implements Iterable<KeyEntry> {
  /** What works on the state of the key that was entered. */
  readonly handles: StateHandles<S>;
  /** By which times the state grows old. */
  readonly ages: readonly Ttl['by'][];
  readonly #pieces: readonly Piece[];
  readonly #options: KeyedStateOptions;
  readonly #entries = new Map<unknown, KeyEntry>();

  constructor(kinds: S, options: KeyedStateOptions) {
    this.#options = options;
    this.#pieces = Object.entries(kinds).map(([name, kind]) => ({
      name,
      ttl: kind.ttl,
      store: kind.create(),
    }));
    this.ages = [...new Set(this.#pieces.flatMap(({ ttl }) => ttl?.by ?? []))];
    const handles = this.#pieces.map(({ name, store }) => [name, store.handle]);
    this.handles = Object.freeze(Object.fromEntries(handles)) as StateHandles<S>;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** In the order in which the keys came first. */
  [Symbol.iterator](): Iterator<KeyEntry> {
    return this.#entries.values();
  }

  /**
   * What is kept for a key; something new, which is kept by `keep` only, when nothing is.
   *
   * @throws MillraceError `ERR_KEY` for a key that cannot be compared.
   */
  open(key: unknown): KeyEntry {
    const id = keyId(key);
    return this.#entries.get(id) ?? { key, id, contents: this.#pieces.map(() => undefined) };
  }

  enter({ contents }: KeyEntry): void {
    const pieces = this.#pieces;
    for (let index = 0; index < pieces.length; index++) {
      const { ttl, store } = pieces[index]!;
      store.enter(contents[index], ttl === undefined ? UNTIMED : this.#options.moment(ttl.by));
    }
  }

  commit({ contents }: KeyEntry): void {
    const pieces = this.#pieces;
    for (let index = 0; index < pieces.length; index++) contents[index] = pieces[index]!.store.commit();
  }

  abandon(): void {
    for (const { store } of this.#pieces) store.abandon();
  }

  has(entry: KeyEntry): boolean {
    return this.#entries.get(entry.id) === entry;
  }

  /**
   * Keeps what is new.
   *
   * @throws MillraceError `ERR_LIMIT` when as many keys are kept as may be.
   */
  keep(entry: KeyEntry): void {
    const { maxKeys } = this.#options;
    if (this.#entries.size >= maxKeys) {
      throw new MillraceError('ERR_LIMIT', `state is kept for ${maxKeys} keys already`, {
        hint: 'Raise maxKeys, clear the state of keys that are done with, or give it a ttl.',
        details: { maxKeys },
      });
    }
    this.#entries.set(entry.id, entry);
  }

  drop(entry: KeyEntry): void {
    if (this.has(entry)) this.#entries.delete(entry.id);
  }

  /** Whether nothing is in the contents. */
  isBlank({ contents }: KeyEntry): boolean {
    return contents.every((one) => one === undefined);
  }

  /** When the first of the contents will be too old; `Infinity` for never. */
  expiry({ contents }: KeyEntry, by: Ttl['by']): number {
    const { begun } = this.#options.moment(by);
    let first = Number.POSITIVE_INFINITY;
    for (const [index, { ttl, store }] of this.#pieces.entries()) {
      if (ttl?.by !== by || contents[index] === undefined) continue;
      first = Math.min(first, goneAt(store.oldest(contents[index]), begun, ttl.ms));
    }
    return first;
  }

  snapshot(): KeyedSnapshot {
    const keys = [...this].map(({ key, contents }) => ({
      key,
      contents: Object.fromEntries(
        this.#pieces.flatMap(({ name, store }, index) =>
          contents[index] === undefined ? [] : [[name, store.copy(contents[index])]],
        ),
      ),
    }));
    return { keys };
  }

  /** Takes over what `snapshot` gave, in the place of all that is kept; pieces of other names are left out. */
  restore({ keys }: KeyedSnapshot): void {
    this.#entries.clear();
    for (const { key, contents } of keys) {
      const entry = this.open(key);
      for (const [index, { name, store }] of this.#pieces.entries()) {
        if (contents[name] !== undefined) entry.contents[index] = store.copy(contents[name]);
      }
      this.keep(entry);
    }
  }
}
