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

/** A list for each key, in the order in which it was written. */
export interface ListState<T> extends Iterable<T> {
  readonly length: number;
  /** The element at `index`; from the end, when it is negative. */
  at(index: number): T | undefined;
  push(...elements: readonly T[]): void;
  /** Puts these elements in the place of all. */
  set(elements: Iterable<T>): void;
  clear(): void;
  toArray(): T[];
}

/** How many elements a list may have, and how long each stays. */
export interface ListStateOptions extends TtlOptions {
  /** Elements that one key may have. @default 10 000 */
  readonly max?: number;
  /** What happens beyond `max`: the oldest go, or the record fails. @default 'drop-oldest' where `max` is given, else 'fail' */
  readonly overflow?: 'drop-oldest' | 'fail';
}

const schema = ttlOptions.extend({
  max: z.number().int().min(1).default(10_000).describe('Elements that one key may have'),
  overflow: z.enum(['drop-oldest', 'fail']).optional().describe('What happens beyond max'),
});

interface Contents<T> {
  readonly items: T[];
  /** When each was written; absent without a ttl. */
  readonly times?: number[];
}

/**
 * A list for each key. Its ttl is that of each element by itself.
 *
 * @throws MillraceError `ERR_OPTIONS` for a `max` that is no whole number from 1, or a `ttl` that is no duration.
 */
export function listState<T>(options: ListStateOptions = {}): StateKind<ListState<T>> {
  const parsed = parseOptions(schema, options, 'state.list');
  const ttl = ttlOf(parsed, options, 'state.list');
  const overflow = parsed.overflow ?? (options.max === undefined ? 'fail' : 'drop-oldest');
  return Object.freeze({
    kind: 'list',
    ...(ttl !== undefined && { ttl }),
    create: () => new ListStore<T>(parsed.max, overflow === 'fail', ttl?.ms),
  });
}

class ListStore<T> implements ListState<T>, StateStore<ListState<T>> {
  readonly #max: number;
  readonly #fails: boolean;
  readonly #ttl: number | undefined;
  #entered = false;
  #now = 0;
  #contents: Contents<T> | undefined;
  /** Elements of the contents, from the front, that are no longer there. */
  #dropped = 0;
  #added: T[] = [];

  constructor(max: number, fails: boolean, ttl: number | undefined) {
    this.#max = max;
    this.#fails = fails;
    this.#ttl = ttl;
  }

  get handle(): ListState<T> {
    return this;
  }

  enter(contents: unknown, { now, begun }: Moment): void {
    this.#entered = true;
    this.#now = now;
    this.#contents = contents as Contents<T> | undefined;
    this.#dropped = 0;
    if (this.#added.length > 0) this.#added = [];
    const { times } = this.#contents ?? {};
    if (times === undefined) return;
    while (this.#dropped < times.length && now >= goneAt(times[this.#dropped]!, begun, this.#ttl!)) {
      this.#dropped++;
    }
  }

  commit(): unknown {
    const { length } = this;
    const contents: Contents<T> = this.#contents ?? {
      items: [],
      ...(this.#ttl !== undefined && { times: [] }),
    };
    const { items, times } = contents;
    if (length > 0) {
      if (this.#dropped === 1) items.shift();
      else if (this.#dropped > 1) items.splice(0, this.#dropped);
      if (this.#dropped > 0) times?.splice(0, this.#dropped);
      for (const element of this.#added) {
        items.push(element);
        times?.push(this.#now);
      }
    }
    this.abandon();
    return length === 0 ? undefined : contents;
  }

  abandon(): void {
    this.#entered = false;
    this.#contents = undefined;
  }

  oldest(contents: unknown): number {
    return (contents as Contents<T>).times![0]!;
  }

  copy(contents: unknown): unknown {
    const { items, times } = contents as Contents<T>;
    return { items: [...items], ...(times !== undefined && { times: [...times] }) };
  }

  get length(): number {
    if (!this.#entered) throw notEntered();
    return this.#kept + this.#added.length;
  }

  /** Elements of the contents that are still there. */
  get #kept(): number {
    return (this.#contents?.items.length ?? 0) - this.#dropped;
  }

  at(index: number): T | undefined {
    const { length } = this;
    const place = index < 0 ? length + index : index;
    if (place < 0) return undefined;
    const kept = this.#kept;
    return place < kept ? this.#contents!.items[this.#dropped + place] : this.#added[place - kept];
  }

  push(...elements: readonly T[]): void {
    for (const element of elements) this.#push(element);
  }

  #push(element: T): void {
    if (this.length >= this.#max) {
      if (this.#fails) throw full(this.#max);
      if (this.#kept > 0) this.#dropped++;
      else this.#added.shift();
    }
    refusePromise(element, AWAIT_BEFORE);
    this.#added.push(element);
  }

  set(elements: Iterable<T>): void {
    const all = [...elements];
    this.clear();
    this.push(...all);
  }

  clear(): void {
    if (!this.#entered) throw notEntered();
    this.#dropped = this.#contents?.items.length ?? 0;
    this.#added = [];
  }

  toArray(): T[] {
    return [...this];
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place++) yield this.at(place) as T;
  }
}

function full(max: number): MillraceError {
  return new MillraceError('ERR_LIMIT', `the list of a key already has ${max} elements`, {
    hint: 'Raise max of state.list(), or let overflow be "drop-oldest".',
    details: { max },
  });
}
