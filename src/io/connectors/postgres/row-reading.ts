import type { Subscriber } from 'rxjs';
import { backoffWait } from '../../../core/backoff.ts';
import { BATCH_SIZE, batch, CountedOrigin, PickedOrigin } from '../../../core/batch.ts';
import { isMillraceError } from '../../../core/errors.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { ReadContext } from '../../../interfaces/reader.ts';
import type { Item } from '../../../interfaces/signal.ts';
import { badRow } from './bad-row.ts';
import { PageSize } from './page-size.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { postgresError } from './postgres-error.ts';
import type { PostgresReadSettings } from './postgres-read-options.ts';
import { keyOf, type ReaderPlace, startingPlace } from './reader-place.ts';
import { CursorPages, KeysetPages, type Page, type RowPages } from './row-pages.ts';
import { type RecordOfRow, type Row, recordOfRow } from './row-records.ts';
import { type RowSource, rowSource } from './row-source.ts';
import { tableSql } from './table-columns.ts';

/**
 * Reads rows for one subscriber: one page is made records of while the next is on its way. A connection that is lost is made
 * again where reading can go on behind the last row.
 */
export class RowReading<T> {
  readonly #settings: PostgresReadSettings;
  readonly #label: string;
  readonly #context: ReadContext;
  readonly #subscriber: Subscriber<Item<T>>;
  readonly #size: PageSize;
  /** Resolves when nobody waits for more. */
  readonly #left = Promise.withResolvers<void>();
  #connection: PostgresConnection | undefined;
  #place: ReaderPlace | undefined;
  /** Rows are being made records of, or nobody could go on behind them. */
  #untold = false;
  #failed = 0;

  constructor(
    settings: PostgresReadSettings,
    label: string,
    context: ReadContext,
    subscriber: Subscriber<Item<T>>,
  ) {
    this.#settings = settings;
    this.#label = label;
    this.#context = context;
    this.#subscriber = subscriber;
    this.#size = new PageSize(settings.pageRows);
  }

  /** Where reading stands, for a later run; `undefined` where that cannot be told. */
  get place(): ReaderPlace | undefined {
    return this.#untold ? undefined : this.#place;
  }

  /** Resolves when all is closed. */
  async run(): Promise<void> {
    const { table, schema } = this.#settings;
    try {
      const name = table === undefined ? undefined : tableSql(table, schema);
      this.#place = startingPlace(this.#context.from, name, this.#label);
      await this.#context.demand.ready();
      while (!this.#over && !(await this.#tryRead())) await this.#connection?.close();
      await this.#connection?.close();
      if (!this.#over) this.#subscriber.complete();
    } catch (error) {
      await this.#connection?.close();
      if (!this.#over) this.#subscriber.error(error);
    }
  }

  /** Nobody waits for more. */
  leave(): void {
    this.#left.resolve();
    void this.#connection?.close();
  }

  get #over(): boolean {
    return this.#subscriber.closed || this.#context.signal.aborted;
  }

  /** Reads to the end, over one connection; returns whether it came there. Throws what another try cannot mend. */
  async #tryRead(): Promise<boolean> {
    try {
      await this.#read();
      return true;
    } catch (error) {
      if (this.#over) return true;
      const { retries, backoff } = this.#settings;
      // What a policy throws, too, comes while nobody can tell where reading stands.
      if (this.#untold || !isPassing(error) || this.#failed >= retries) throw error;
      this.#failed++;
      await this.#wait(backoffWait(backoff, this.#failed, Math.random));
      return false;
    }
  }

  get #doing(): string {
    return `read ${this.#label}`;
  }

  async #read(): Promise<void> {
    const settings = this.#settings;
    const connection = await PostgresConnection.open(settings, this.#doing);
    this.#connection = connection;
    // Whoever left meanwhile found nothing to close.
    if (this.#over) return;
    const source = await this.#asking(rowSource(connection, settings, this.#doing));
    const keyed = source.key.length > 0;
    const { begin } = this.#place!;
    const pages = keyed
      ? new KeysetPages(
          connection,
          source,
          settings,
          this.#doing,
          begin === undefined ? begin : new Date(begin),
        )
      : new CursorPages(connection, source, settings.params);
    if (!keyed) this.#untold = true;
    const make = recordOfRow(source.fields);
    const names = source.key.map(({ name }) => name);
    let after = keyOf(this.#place!, names, this.#label);
    let asked = this.#ask(pages, connection, after);
    while (!this.#over) {
      const page = await asked;
      this.#failed = 0;
      after = keyed && page.rows.length > 0 ? keyIn(page.rows.at(-1)!, source) : after;
      if (!page.last) {
        await this.#context.demand.ready();
        if (this.#over) return;
        asked = this.#ask(pages, connection, after);
      }
      await this.#give(page.rows, source, make);
      if (!page.last) continue;
      if (settings.poll === undefined) return;
      await this.#wait(settings.poll);
      await this.#context.demand.ready();
      if (!this.#over) asked = this.#ask(pages, connection, after);
    }
  }

  /** Asks for a page. What it fails with comes to whoever waits for it. */
  #ask(pages: RowPages, connection: PostgresConnection, after: readonly string[] | undefined): Promise<Page> {
    const asked = this.#page(pages, connection, after);
    asked.catch(() => undefined);
    return asked;
  }

  async #page(
    pages: RowPages,
    connection: PostgresConnection,
    after: readonly string[] | undefined,
  ): Promise<Page> {
    const before = connection.bytesRead;
    const page = await this.#asking(pages.next(after, this.#size.rows));
    const bytes = connection.bytesRead - before;
    this.#size.came(page.rows.length, bytes);
    this.#context.consumed(bytes);
    return page;
  }

  async #asking<V>(answer: Promise<V>): Promise<V> {
    try {
      return await answer;
    } catch (error) {
      throw postgresError(this.#doing, error);
    }
  }

  /** Makes records of rows, some at a time, as they are asked for. */
  async #give(rows: readonly Row[], source: RowSource, make: RecordOfRow): Promise<void> {
    for (let from = 0; from < rows.length; from += BATCH_SIZE) {
      await this.#context.demand.ready();
      if (this.#over) return;
      const some = rows.slice(from, from + BATCH_SIZE);
      this.#emit(some, source, make);
    }
  }

  #emit(rows: readonly Row[], source: RowSource, make: RecordOfRow): void {
    const keyed = source.key.length > 0;
    const place = this.#place!;
    const records = place.records + rows.length;
    const order = source.key.map(({ name }) => name);
    this.#untold = true;
    const made = this.#batch(rows, source, make, place.records + 1);
    this.#place = keyed
      ? { ...place, records, order, after: [...keyIn(rows.at(-1)!, source)] }
      : { ...place, records };
    this.#untold = !keyed;
    if (made.records.length > 0) this.#subscriber.next(made);
  }

  #batch(rows: readonly Row[], { fields }: RowSource, make: RecordOfRow, first: number): Batch<T> {
    const origin = new CountedOrigin(this.#label, first);
    try {
      return batch(rows.map(make) as T[], origin);
    } catch {
      return this.#judged(rows, fields, make, origin);
    }
  }

  #judged(
    rows: readonly Row[],
    fields: RowSource['fields'],
    make: RecordOfRow,
    origin: CountedOrigin,
  ): Batch<T> {
    const records: unknown[] = [];
    const indices: number[] = [];
    for (const [index, row] of rows.entries()) {
      let made: { readonly record: unknown } | undefined;
      try {
        made = { record: make(row) };
      } catch (error) {
        made = this.#context.failed(badRow(row, fields, error, origin.at(index)));
      }
      if (made === undefined) continue;
      records.push(made.record);
      indices.push(index);
    }
    return batch(records as T[], new PickedOrigin(origin, indices));
  }

  /** Waits for a time, or until nobody waits for more. */
  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#context.clock.schedule(resolve, ms);
    await Promise.race([promise, this.#left.promise]);
    cancel();
  }
}

function keyIn(row: Row, { keyPlaces }: RowSource): readonly string[] {
  return keyPlaces.map((place) => row[place]!);
}

/** Whether another connection may help. */
function isPassing(error: unknown): boolean {
  return isMillraceError(error) && error.retryable;
}
