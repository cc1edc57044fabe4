import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../interfaces/clock.ts';

export interface LookupCacheSettings {
  /** Keys that are remembered; 0 for none. */
  readonly size: number;
  /** Milliseconds that a value is remembered. */
  readonly ttl: number | undefined;
  /** Milliseconds that it is remembered that there is no value; 0 for never. */
  readonly negative: number;
}

interface Known<V> {
  readonly value: V | undefined;
}

/** Remembers what lookups have found, and asks once for a key that several records ask for at a time. */
export class LookupCache<V> {
  readonly #settings: LookupCacheSettings;
  readonly #known: LRUCache<string | NonNullable<unknown>, Known<V>> | undefined;
  readonly #inFlight = new Map<unknown, Promise<V | undefined>>();

  constructor(settings: LookupCacheSettings, clock: Clock) {
    this.#settings = settings;
    if (settings.size === 0) return;
    this.#known = new LRUCache({
      max: settings.size,
      ttlResolution: 0,
      // The library takes an entry that was set at 0 for one that lives for ever.
      perf: { now: () => clock.now() + 1 },
    });
  }

  /** What is known of the key with the identity `id`, or what `find` finds; with `anew`, what is asked already does not count. */
  get(id: unknown, find: () => Promise<V | undefined>, anew: boolean): Known<V> | Promise<V | undefined> {
    const known = this.#known?.get(named(id));
    if (known !== undefined) return known;
    const asked = this.#inFlight.get(id);
    if (asked !== undefined && !anew) return asked;
    const asking: Promise<V | undefined> = find().then(
      (value) => {
        this.#settled(id, asking);
        this.#remember(id, value);
        return value;
      },
      (error: unknown) => {
        this.#settled(id, asking);
        throw error;
      },
    );
    this.#inFlight.set(id, asking);
    return asking;
  }

  #settled(id: unknown, asked: Promise<V | undefined>): void {
    if (this.#inFlight.get(id) === asked) this.#inFlight.delete(id);
  }

  #remember(id: unknown, value: V | undefined): void {
    const { ttl, negative } = this.#settings;
    if (value === undefined && negative === 0) return;
    const lifetime = value === undefined ? negative : ttl;
    this.#known?.set(named(id), { value }, lifetime === undefined ? {} : { ttl: lifetime });
  }

  close(): void {
    this.#known?.clear();
    this.#inFlight.clear();
  }
}

const NULL = Symbol('null');
const UNDEFINED = Symbol('undefined');

/** The library keeps nothing under `null` and `undefined`. */
function named(id: unknown): NonNullable<unknown> {
  return id === null ? NULL : (id ?? UNDEFINED);
}
