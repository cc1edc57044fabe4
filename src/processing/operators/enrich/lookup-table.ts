import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { begun, refusePromise } from '../../../core/thenable.ts';
import type { Clock } from '../../../interfaces/clock.ts';
import { keyId } from '../key-id.ts';

type Rows<R> = Iterable<R> | AsyncIterable<R>;

/** Rows, or a function that gives them anew each time. */
export type TableSource<R> = Rows<R> | (() => Rows<R> | PromiseLike<Rows<R>>);

export interface LookupTableSpec<R> {
  readonly source: TableSource<R>;
  readonly key: (row: R) => unknown;
  readonly maxRows: number;
  /** Milliseconds that a table serves before it is read again. */
  readonly refresh: number | undefined;
  readonly onRefreshError: ((error: unknown) => void) | undefined;
}

type Table<R> = ReadonlyMap<unknown, R>;

/** A table in memory, read when it is first asked for and again when it is too old; the old one serves meanwhile. */
export class LookupTable<R> {
  readonly #spec: LookupTableSpec<R>;
  readonly #clock: Clock;
  #table: Table<R> | undefined;
  #loaded = 0;
  #loading: Promise<Table<R>> | undefined;
  #failed: { readonly error: unknown } | undefined;
  #reading: AsyncIterator<R> | undefined;
  #closed = false;

  constructor(spec: LookupTableSpec<R>, clock: Clock) {
    this.#spec = spec;
    this.#clock = clock;
  }

  /**
   * The table, at once where there is one.
   *
   * @throws what reading it again has failed with, when nobody else is told.
   */
  current(): Table<R> | Promise<Table<R>> {
    if (this.#table === undefined) return this.#load();
    const { refresh } = this.#spec;
    if (refresh !== undefined && this.#clock.now() - this.#loaded >= refresh) this.#refresh();
    if (this.#failed !== undefined) {
      const { error } = this.#failed;
      this.#failed = undefined;
      throw error;
    }
    return this.#table;
  }

  #refresh(): void {
    if (this.#loading !== undefined) return;
    this.#load().catch((error: unknown) => {
      if (this.#closed) return;
      this.#loaded = this.#clock.now();
      this.#tell(error);
    });
  }

  #tell(error: unknown): void {
    const { onRefreshError } = this.#spec;
    try {
      if (onRefreshError === undefined) throw error;
      refusePromise(onRefreshError(error), 'Give lookupJoin() a synchronous onRefreshError.');
    } catch (thrown) {
      this.#failed = { error: thrown };
    }
  }

  #load(): Promise<Table<R>> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<Table<R>> {
    const { source, key, maxRows } = this.#spec;
    const table = new Map<unknown, R>();
    this.#reading = iteratorOf(typeof source === 'function' ? await source() : source);
    const reading = { [Symbol.asyncIterator]: () => this.#reading! };
    for await (const row of reading) {
      if (this.#closed) break;
      table.set(keyId(key(row)), row);
      if (table.size > maxRows) {
        throw new MillraceError(
          'ERR_LIMIT',
          `Cannot load the table of lookupJoin(): it has more than ${maxRows} keys`,
          {
            hint: 'Raise maxRows if it is meant to be so large, or join two flows instead.',
            details: { maxRows },
          },
        );
      }
    }
    this.#table = table;
    this.#loaded = this.#clock.now();
    return table;
  }

  /** Lets go of the table, and of what is being read. */
  close(): void {
    this.#closed = true;
    this.#table = undefined;
    if (this.#loading === undefined) return;
    this.#loading.catch(ignore);
    Promise.resolve(this.#reading?.return?.()).catch(ignore);
  }
}

function ignore(): void {}

function iteratorOf<R>(rows: Rows<R>): AsyncIterator<R> {
  if (typeof rows === 'object' && rows !== null) {
    if (Symbol.asyncIterator in rows) return begun(rows[Symbol.asyncIterator]());
    if (Symbol.iterator in rows) {
      const iterator = begun(rows[Symbol.iterator]());
      return {
        next: async () => iterator.next(),
        return: async () => iterator.return?.() ?? { done: true, value: undefined },
      };
    }
  }
  throw new MillraceError(
    'ERR_CALLBACK',
    `Cannot load the table of lookupJoin(): ${showValue(rows)} has no rows`,
    {
      hint: 'Give a flow, an array, an iterable, or a function that returns one.',
    },
  );
}
