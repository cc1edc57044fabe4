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

/** One value for each key. It is replaced, never changed in place. */
export interface ValueState<T> {
  /** The value, or the initial one when none was set. */
  get(): T;
  set(value: T): void;
  /** Sets what `fn` makes of the value. */
  update(fn: (value: T) => T): void;
  /** Goes back to the initial value. */
  clear(): void;
}

/** The value and, where it has a ttl, when it was set. */
type Contents<T> = [value: T, at?: number];

/**
 * One value for each key, at first `initial`: a value that is never changed in place, or a function that
 * makes one.
 *
 * @throws MillraceError `ERR_OPTIONS` for a `ttl` that is no duration.
 */
export function valueState<T>(initial: T | (() => T), options?: TtlOptions): StateKind<ValueState<T>>;
export function valueState<T>(
  initial?: undefined,
  options?: TtlOptions,
): StateKind<ValueState<T | undefined>>;
export function valueState<T>(initial: T | (() => T), options: TtlOptions = {}): StateKind<ValueState<T>> {
  const ttl = ttlOf(parseOptions(ttlOptions, options, 'state.value'), options, 'state.value');
  const seed = typeof initial === 'function' ? (initial as () => T) : () => initial;
  return Object.freeze({
    kind: 'value',
    ...(ttl !== undefined && { ttl }),
    create: () => new ValueStore<T>(seed, ttl?.ms),
  });
}

class ValueStore<T> implements ValueState<T>, StateStore<ValueState<T>> {
  readonly #seed: () => T;
  readonly #ttl: number | undefined;
  #entered = false;
  #now = 0;
  #contents: Contents<T> | undefined;
  #value: T | undefined;
  #state: 'kept' | 'set' | 'none' = 'none';

  constructor(seed: () => T, ttl: number | undefined) {
    this.#seed = seed;
    this.#ttl = ttl;
  }

  get handle(): ValueState<T> {
    return this;
  }

  enter(contents: unknown, { now, begun }: Moment): void {
    this.#entered = true;
    this.#now = now;
    this.#contents = contents as Contents<T> | undefined;
    const gone = this.#ttl !== undefined && now >= goneAt(this.#contents?.[1] ?? now, begun, this.#ttl);
    this.#state = this.#contents === undefined || gone ? 'none' : 'kept';
    this.#value = this.#state === 'kept' ? this.#contents![0] : undefined;
  }

  commit(): unknown {
    const contents = this.#contents;
    const value = this.#value as T;
    const state = this.#state;
    this.abandon();
    if (state === 'none') return undefined;
    if (state === 'kept') return contents;
    const written: Contents<T> = contents ?? [value];
    written[0] = value;
    if (this.#ttl !== undefined) written[1] = this.#now;
    return written;
  }

  abandon(): void {
    this.#entered = false;
    this.#contents = undefined;
    this.#value = undefined;
  }

  oldest(contents: unknown): number {
    return (contents as Contents<T>)[1]!;
  }

  copy(contents: unknown): unknown {
    return [...(contents as Contents<T>)];
  }

  get(): T {
    if (!this.#entered) throw notEntered();
    return this.#state === 'none' ? this.#seed() : (this.#value as T);
  }

  set(value: T): void {
    if (!this.#entered) throw notEntered();
    refusePromise(value, AWAIT_BEFORE);
    this.#value = value;
    this.#state = 'set';
  }

  update(fn: (value: T) => T): void {
    this.set(fn(this.get()));
  }

  clear(): void {
    if (!this.#entered) throw notEntered();
    this.#state = 'none';
    this.#value = undefined;
  }
}
