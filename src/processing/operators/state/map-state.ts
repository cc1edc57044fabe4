import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import { refusePromise } from '../../../core/thenable.ts';
import {
  AWAIT_BEFORE,
  goneAt,
  type Moment,
  notEntered,
  type StateKind,
  type StateStore,
  type TtlOptions,
  ttlOf,
  ttlOptions,
} from './state-kind.ts';

/** A map for each key, in the order in which its entries came; with a ttl, in that of their last writes. */
export interface MapState<N, V> extends Iterable<[N, V]> {
  readonly size: number;
  has(name: N): boolean;
  get(name: N): V | undefined;
  set(name: N, value: V): void;
  delete(name: N): boolean;
  clear(): void;
  keys(): Iterable<N>;
  values(): Iterable<V>;
  entries(): Iterable<[N, V]>;
}

/** How many entries a map may have, and how long each stays. */
export interface MapStateOptions extends TtlOptions {
  /** Entries that one key may have; one more fails the record. @default 10 000 */
  readonly max?: number;
}

const schema = ttlOptions.extend({
  max: z.number().int().min(1).default(10_000).describe('Entries that one key may have'),
});

/** The values and, where they have a ttl, when each was written: both in the order of the writes. */
interface Contents<N, V> {
  readonly values: Map<N, V>;
  readonly times?: Map<N, number>;
}

/**
 * A map for each key. Its ttl is that of each entry by itself.
 *
 * @throws MillraceError `ERR_OPTIONS` for a `max` that is no whole number from 1, or a `ttl` that is no duration.
 */
export function mapState<N, V>(options: MapStateOptions = {}): StateKind<MapState<N, V>> {
  const parsed = parseOptions(schema, options, 'state.map');
  const ttl = ttlOf(parsed, options, 'state.map');
  return Object.freeze({
    kind: 'map',
    ...(ttl !== undefined && { ttl }),
    create: () => new MapStore<N, V>(parsed.max, ttl?.ms),
  });
}

class MapStore<N, V> implements MapState<N, V>, StateStore<MapState<N, V>> {
  readonly #max: number;
  readonly #ttl: number | undefined;
  #entered = false;
  #now = 0;
  #contents: Contents<N, V> | undefined;
  /** Names in the contents whose entries are gone, or have moved to the end. */
  readonly #gone = new Set<N>();
  /** What was written, in its order. */
  readonly #written = new Map<N, V>();
  /** How many of them have no place in the contents. */
  #added = 0;

  constructor(max: number, ttl: number | undefined) {
    this.#max = max;
    this.#ttl = ttl;
  }

  get handle(): MapState<N, V> {
    return this;
  }

  enter(contents: unknown, { now, begun }: Moment): void {
    this.#forgetWrites();
    this.#entered = true;
    this.#now = now;
    this.#contents = contents as Contents<N, V> | undefined;
    for (const [name, at] of this.#contents?.times ?? []) {
      if (now < goneAt(at, begun, this.#ttl!)) break;
      this.#gone.add(name);
    }
  }

  commit(): unknown {
    const { size } = this;
    const contents = this.#contents ?? {
      values: new Map<N, V>(),
      ...(this.#ttl !== undefined && { times: new Map<N, number>() }),
    };
    const { values, times } = contents;
    if (size > 0) {
      for (const name of this.#gone) {
        values.delete(name);
        times?.delete(name);
      }
      for (const [name, value] of this.#written) {
        values.set(name, value);
        times?.set(name, this.#now);
      }
    }
    this.abandon();
    return size === 0 ? undefined : contents;
  }

  abandon(): void {
    this.#forgetWrites();
    this.#entered = false;
    this.#contents = undefined;
  }

  #forgetWrites(): void {
    if (this.#gone.size > 0) this.#gone.clear();
    if (this.#written.size > 0) this.#written.clear();
    this.#added = 0;
  }

  oldest(contents: unknown): number {
    for (const at of (contents as Contents<N, V>).times!.values()) return at;
    return Number.POSITIVE_INFINITY;
  }

  copy(contents: unknown): unknown {
    const { values, times } = contents as Contents<N, V>;
    return { values: new Map(values), ...(times !== undefined && { times: new Map(times) }) };
  }

  /** Whether the entry has its place in the contents. */
  #keeps(name: N): boolean {
    return this.#contents?.values.has(name) === true && !this.#gone.has(name);
  }

  get size(): number {
    if (!this.#entered) throw notEntered();
    return (this.#contents?.values.size ?? 0) - this.#gone.size + this.#added;
  }

  has(name: N): boolean {
    if (!this.#entered) throw notEntered();
    return this.#written.has(name) || this.#keeps(name);
  }

  get(name: N): V | undefined {
    if (!this.#entered) throw notEntered();
    if (this.#written.has(name)) return this.#written.get(name);
    return this.#keeps(name) ? this.#contents!.values.get(name) : undefined;
  }

  set(name: N, value: V): void {
    refusePromise(value, AWAIT_BEFORE);
    if (this.#ttl !== undefined && this.has(name)) this.delete(name);
    if (!this.has(name)) {
      if (this.size >= this.#max) throw full(this.#max);
      this.#added++;
    }
    this.#written.set(name, value);
  }

  delete(name: N): boolean {
    if (!this.has(name)) return false;
    const kept = this.#keeps(name);
    this.#written.delete(name);
    if (kept) this.#gone.add(name);
    else this.#added--;
    return true;
  }

  clear(): void {
    if (!this.#entered) throw notEntered();
    for (const name of this.#contents?.values.keys() ?? []) this.#gone.add(name);
    this.#written.clear();
    this.#added = 0;
  }

  *entries(): Iterable<[N, V]> & Iterator<[N, V], undefined, undefined> {
    if (!this.#entered) throw notEntered();
    for (const [name, value] of this.#contents?.values ?? []) {
      if (this.#gone.has(name)) continue;
      yield [name, this.#written.has(name) ? this.#written.get(name)! : value];
    }
    for (const entry of this.#written) if (!this.#keeps(entry[0])) yield entry;
  }

  *keys(): Iterable<N> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Iterable<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Iterator<[N, V]> {
    return this.entries();
  }
}

function full(max: number): MillraceError {
  return new MillraceError('ERR_LIMIT', `the map of a key already has ${max} entries`, {
    hint: 'Raise max of state.map(), delete entries, or give it a ttl.',
    details: { max },
  });
}
