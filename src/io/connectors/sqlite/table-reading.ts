import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Subscriber } from 'rxjs';
import { z } from 'zod';
import { batch, CountedOrigin, PickedOrigin } from '../../../core/batch.ts';
import { changedError, checkedPosition } from '../../../core/changed-error.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { ReadContext } from '../../../interfaces/reader.ts';
import type { Item } from '../../../interfaces/signal.ts';
import { databasePath } from './database-path.ts';
import { loadSqlite } from './load-sqlite.ts';
import { readPlan } from './read-plan.ts';
import { type Page, type Row, RowPages } from './row-pages.ts';
import { badRow, RowRecords } from './row-records.ts';
import { sqliteError } from './sqlite-error.ts';
import type { SqliteReadSettings } from './sqlite-read-options.ts';
import { elapsed, type Patience, whenFree } from './when-free.ts';

const cell = z.union([z.number(), z.bigint(), z.string(), z.instanceof(Uint8Array)]);

/** Where reading stands: what is read in which order, the key of the last row, and how many there were. */
const PositionSchema = z.strictObject({
  reads: z.string(),
  after: z.array(cell).min(1).readonly().optional(),
  records: z.int().min(0),
  /** The time that the first row must not be older than, in milliseconds from the epoch. */
  begin: z.number().optional(),
});

type TablePosition = z.output<typeof PositionSchema>;

export interface TableReadingSpec<T> {
  readonly settings: SqliteReadSettings;
  /** The reader in words: `sqlite orders.db orders`. */
  readonly label: string;
  /** What is read, for positions. */
  readonly reads: string;
  readonly context: ReadContext;
  readonly subscriber: Subscriber<Item<T>>;
}

/** One reading of a table or a query. The database is closed before the subscriber hears of the end. */
export class TableReading<T> {
  readonly #spec: TableReadingSpec<T>;
  readonly #doing: string;
  readonly #left = new AbortController();
  readonly #patience: Patience;
  #position: TablePosition;
  /** What waits until the graph has room, and where reading stands behind it. */
  #held: { readonly batch: Batch<T> | undefined; readonly position: TablePosition } | undefined;
  #told: () => void = () => {};

  constructor(spec: TableReadingSpec<T>) {
    const { label, reads, context, settings } = spec;
    this.#spec = spec;
    this.#doing = `read ${label}`;
    this.#patience = { clock: context.clock, timeout: settings.timeout, signal: this.#left.signal };
    this.#position = { reads, records: 0 };
  }

  /** Lets the run have what is held when it is stopped; with a key, checkpoints hear where it stands. */
  begin(keyed: boolean): void {
    const { context, reads, label } = this.#spec;
    context.stopping(() => this.#emitHeld());
    if (!keyed) return;
    if (context.from instanceof Date) {
      this.#position = { ...this.#position, begin: context.from.getTime() };
    } else if (context.from !== undefined) {
      this.#position = checkedPosition(PositionSchema, context.from, label);
      if (this.#position.reads !== reads) {
        const found = `the position is one of ${this.#position.reads}, and it is to read ${reads}`;
        throw changedError(label, found, 'Read what it was, or start afresh without the checkpoint.');
      }
    }
    this.#told = context.positioned(() => (this.#held === undefined ? this.#position : undefined));
  }

  /** Never rejects: the subscriber gets the error. */
  async run(): Promise<void> {
    const { subscriber } = this.#spec;
    try {
      await this.#ready();
      if (!this.#over) await this.#read();
      if (!this.#over) subscriber.complete();
    } catch (error) {
      subscriber.error(sqliteError(this.#doing, error));
    }
  }

  /** Nobody waits for the rest. */
  leave(): void {
    this.#left.abort();
  }

  get #over(): boolean {
    return this.#spec.subscriber.closed || this.#left.signal.aborted;
  }

  async #ready(): Promise<void> {
    const { demand } = this.#spec.context;
    if (demand.paused) await demand.ready();
  }

  async #read(): Promise<void> {
    const { settings } = this.#spec;
    const { DatabaseSync } = await loadSqlite(this.#doing);
    const path = databasePath(settings.database);
    if (!existsSync(path)) {
      throw new MillraceError('ERR_NOT_FOUND', `Cannot ${this.#doing}: there is no file ${path}`, {
        hint: 'Check the path.',
      });
    }
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      await this.#pages(database);
    } finally {
      database.close();
    }
  }

  async #pages(database: DatabaseSync): Promise<void> {
    const { settings, context } = this.#spec;
    const { poll } = settings;
    const { begin } = this.#position;
    const since = begin === undefined ? begin : new Date(begin);
    const begun = await whenFree(() => {
      const plan = readPlan(database, settings, this.#doing);
      return { pages: new RowPages(database, plan, settings, this.#doing, since), names: plan.names };
    }, this.#patience);
    const records = new RowRecords(begun.names, settings);
    while (!this.#over) {
      const page = await whenFree(() => begun.pages.page(this.#position.after), this.#patience);
      if (this.#over) return;
      await this.#give(page, records);
      if (page.more) continue;
      if (poll === undefined) return;
      await elapsed(poll, context.clock, this.#left.signal);
    }
  }

  async #give({ rows, last }: Page, records: RowRecords): Promise<void> {
    const made = this.#batch(rows, records);
    const position = { ...this.#position, records: this.#position.records + rows.length };
    this.#held = {
      batch: made,
      position: last === undefined ? position : ({ ...position, after: last } as TablePosition),
    };
    await this.#ready();
    if (this.#over) return;
    this.#emitHeld();
    await this.#ready();
  }

  #emitHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#position = held.position;
    if (held.batch !== undefined) this.#spec.subscriber.next(held.batch);
    this.#told();
  }

  /** The records of a page, without the bad ones, or with what was put in their place. */
  #batch(rows: readonly Row[], records: RowRecords): Batch<T> | undefined {
    const { label, context } = this.#spec;
    const origin = new CountedOrigin(label, this.#position.records + 1);
    const made: unknown[] = [];
    const indices: number[] = [];
    for (let index = 0; index < rows.length; index++) {
      const { record, bad } = records.make(rows[index]!);
      if (bad === undefined) made.push(record);
      else {
        const at = origin.at(index);
        const replaced = context.failed({ error: badRow(bad, at), origin: at, partial: record });
        if (replaced === undefined) continue;
        made.push(replaced.record);
      }
      indices.push(index);
    }
    if (made.length === 0) return undefined;
    return batch(made as T[], made.length === rows.length ? origin : new PickedOrigin(origin, indices));
  }
}
