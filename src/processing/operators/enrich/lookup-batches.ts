import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import type { Cancel, Clock } from '../../../interfaces/clock.ts';

/** What a lookup gives for many keys: a map by key, or a list in the order of the keys. */
export type Found<K, V> = ReadonlyMap<K, V> | readonly (V | undefined | null)[];

export interface LookupBatchesSpec<K, V> {
  readonly lookup: (
    keys: readonly K[],
    context: { readonly signal: AbortSignal },
  ) => Found<K, V> | PromiseLike<Found<K, V>>;
  readonly size: number;
  /** Milliseconds that the first key of a call waits for others. */
  readonly within: number;
}

interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers keys that are asked for at about the same time into calls of one lookup. */
export class LookupBatches<K, V> {
  readonly #spec: LookupBatchesSpec<K, V>;
  readonly #calling: { readonly signal: AbortSignal };
  readonly #clock: Clock;
  #waiting: Waiting<K, V>[] = [];
  #cancel: Cancel | undefined;

  constructor(spec: LookupBatchesSpec<K, V>, calling: { readonly signal: AbortSignal }, clock: Clock) {
    this.#spec = spec;
    this.#calling = calling;
    this.#clock = clock;
  }

  /** The value of one key, or `undefined`; the call goes out when it is full or has waited. */
  find(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#waiting.length >= this.#spec.size) this.#send();
      else if (this.#waiting.length === 1) this.#wait();
    });
  }

  #wait(): void {
    const { within } = this.#spec;
    if (within > 0) {
      this.#cancel = this.#clock.schedule(() => this.#send(), within);
      return;
    }
    const immediate = setImmediate(() => this.#send());
    this.#cancel = () => clearImmediate(immediate);
  }

  #send(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const asked = this.#waiting;
    this.#waiting = [];
    if (asked.length > 0) void this.#ask(asked);
  }

  async #ask(asked: readonly Waiting<K, V>[]): Promise<void> {
    try {
      const keys = asked.map(({ key }) => key);
      const found = await this.#spec.lookup(keys, this.#calling);
      const values = inOrder(keys, found);
      for (const [index, { resolve }] of asked.entries()) resolve(values[index] ?? undefined);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  close(): void {
    this.#cancel?.();
    this.#waiting = [];
  }
}

function inOrder<K, V>(keys: readonly K[], found: Found<K, V>): readonly (V | undefined | null)[] {
  if (found instanceof Map) return keys.map((key) => found.get(key));
  if (Array.isArray(found) && found.length === keys.length) return found;
  const given = Array.isArray(found) ? `${found.length} values` : showValue(found);
  throw new MillraceError('ERR_CALLBACK', `the lookup gave ${given} for ${keys.length} keys`, {
    hint: 'Return a Map by key, or an array with a value or undefined for each key, in their order.',
  });
}
