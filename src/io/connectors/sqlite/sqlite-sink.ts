import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { changedError } from '../../../core/changed-error.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { Sink, WriteContext } from '../../../interfaces/writer.ts';
import { type OutputState, standingOf } from '../sql/output-state.ts';
import type { Lease } from '../sql/shared-by-run.ts';
import { readLog, WriteLog } from '../sql/write-log.ts';
import type { Cell } from './cell.ts';
import { cellsOf, cellsPiece } from './cells-piece.ts';
import { OutputEntry } from './outputs-table.ts';
import { RefusedRow } from './row-insert.ts';
import { breaksRule, sqliteError } from './sqlite-error.ts';
import type { SqliteWriteSettings } from './sqlite-write-options.ts';
import { TableRows, type TableState } from './table-rows.ts';
import type { Patience } from './when-free.ts';
import type { WriteConnection } from './write-connection.ts';

/** What a sink tells a checkpoint. */
export type SqliteState = OutputState & TableState;

export interface SqliteSinkSpec {
  readonly lease: Lease<WriteConnection>;
  readonly settings: SqliteWriteSettings;
  readonly context: WriteContext;
  /** The sink in words: `sqlite orders.db orders`. */
  readonly target: string;
  readonly from: SqliteState | undefined;
}

/**
 * Writes records into a transaction of the run. In a run with checkpoints it is committed with each of them, and says in the
 * database itself how many there were; where checkpoints are kept elsewhere, a log beside them has what it holds.
 */
export class SqliteSink<T> implements Sink<T> {
  readonly #lease: Lease<WriteConnection>;
  readonly #connection: WriteConnection;
  readonly #settings: SqliteWriteSettings;
  readonly #context: WriteContext;
  readonly #patience: Patience;
  readonly #target: string;
  readonly #doing: string;
  readonly #rows: TableRows;
  readonly #log: WriteLog | undefined;
  readonly #entry: OutputEntry;
  readonly #output: string;
  /** The number of commits with what is in the open transaction, and without it. */
  #sequence: number;
  #since: number;
  /** The transaction that has rows of this output, and the one that was prepared, by what was committed before. */
  #written: number | undefined;
  #prepared: number | undefined;

  constructor({ lease, settings, context, target, from }: SqliteSinkSpec) {
    const { connection } = lease;
    this.#lease = lease;
    this.#connection = connection;
    this.#settings = settings;
    this.#context = context;
    this.#patience = { clock: context.clock, timeout: settings.timeout };
    this.#target = target;
    this.#doing = `write to ${target}`;
    this.#rows = new TableRows(connection.database, settings, target, from);
    this.#output = from?.output ?? randomUUID();
    this.#entry = new OutputEntry(connection.database, this.#output, target);
    this.#sequence = from?.sequence ?? 0;
    this.#since = from?.since ?? 0;
    const { files } = context;
    if (this.#checkpointed && files !== undefined && !connection.keepsCheckpoints) {
      this.#log = new WriteLog(files);
    }
  }

  get #checkpointed(): boolean {
    return this.#context.checkpointed === true;
  }

  /** Makes the output what it was at the checkpoint that it goes on from. */
  async restore(from: SqliteState): Promise<void> {
    const { table } = this.#settings;
    if (from.table !== table) {
      throw changedError(
        this.#target,
        `it wrote to the table ${JSON.stringify(from.table)}, and is to write to ${JSON.stringify(table)} now`,
        'Take the table that it was, or start afresh without the checkpoint.',
      );
    }
    const standing = standingOf(from, this.#entry.committed(), this.#target);
    if (standing === 'replay') {
      this.#checkColumns(from);
      await this.#connection.first(this.#doing, this.#patience, () => this.#replay(from));
    }
    this.#since = from.sequence;
  }

  /** What is in the log is in the columns of then. */
  #checkColumns({ columns: then }: SqliteState): void {
    const { columns: now } = this.#settings;
    if (now === undefined || then === null || isDeepStrictEqual([...now], [...then])) return;
    throw changedError(
      this.#target,
      `rows of it are to be written to the columns ${JSON.stringify(then)}, and its columns are ${JSON.stringify(now)} now`,
      'Take the columns that they were, or start afresh without the checkpoint.',
    );
  }

  async #replay({ log = [], sequence }: SqliteState): Promise<void> {
    for await (const piece of readLog(this.#context.files!, log)) {
      const values = cellsOf(piece);
      this.#connection.atomically(this.#doing, () => this.#rows.insertAgain(values));
    }
    this.#entry.put(sequence, this.#context.clock.now());
  }

  write({ records }: Batch<T>): void | Promise<void> {
    if (records.length === 0) return;
    if (this.#connection.ready && this.#log?.full !== true) return this.#put(records);
    return this.#putLater(records);
  }

  async #putLater(records: readonly T[]): Promise<void> {
    await this.#log?.flush();
    const alone = await this.#connection.within(this.#doing, this.#patience, (first) => {
      this.#put(records);
      return first && !this.#checkpointed && this.#settings.commit === 'batch';
    });
    if (alone) await this.#commit(this.#written!);
  }

  #put(records: readonly T[]): void {
    const connection = this.#connection;
    let values: readonly Cell[];
    try {
      values = connection.atomically(this.#doing, () => this.#rows.insert(records));
    } catch (error) {
      throw breaksRule(error) ? this.#refused(records, error) : sqliteError(this.#doing, error);
    }
    this.#written = connection.commits;
    if (this.#checkpointed) connection.unprepared.add(this);
    this.#log?.append(cellsPiece(values, values.length / records.length));
  }

  /** The error for a batch of which the table does not take a record: that names the record. */
  #refused(records: readonly T[], error: unknown): unknown {
    if (records.length === 1) return sqliteError(this.#doing, error, 0);
    try {
      this.#connection.atomically(this.#doing, () => {
        this.#rows.insertEach(records);
        throw error;
      });
    } catch (found) {
      return found instanceof RefusedRow
        ? sqliteError(this.#doing, found.cause, found.index)
        : sqliteError(this.#doing, found);
    }
  }

  async prepare(): Promise<SqliteState> {
    const connection = this.#connection;
    connection.check(this.#doing);
    const log = await this.#log?.state();
    if (this.#written !== undefined) {
      const put = () => this.#entry.put(this.#sequence + 1, this.#context.clock.now());
      await connection.within(this.#doing, this.#patience, () => connection.atomically(this.#doing, put));
      this.#sequence++;
      this.#prepared = this.#written;
    }
    connection.unprepared.delete(this);
    return {
      output: this.#output,
      sequence: this.#sequence,
      since: this.#since,
      ...(log !== undefined && { log }),
      ...this.#rows.state,
    };
  }

  async commit(): Promise<void> {
    if (this.#prepared === undefined) return;
    await this.#commit(this.#prepared);
    this.#prepared = undefined;
    this.#since = this.#sequence;
    await this.#log?.drop();
  }

  /** The transaction is that of all sinks of the run in this database: whoever comes first commits for all. */
  async #commit(transaction: number): Promise<void> {
    const connection = this.#connection;
    if (connection.commits === transaction) await connection.commit(this.#doing, this.#patience);
    else connection.check(this.#doing);
    if (this.#written === transaction) this.#written = undefined;
  }

  async suspend(): Promise<void> {
    await this.#letGo(() => this.#connection.rollback());
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    connection.check(this.#doing);
    if (this.#written === undefined && this.#rows.makesEmpty) {
      await connection.alone(this.#doing, this.#patience, () => this.#rows.makeEmpty());
    }
    if (this.#checkpointed && connection.unprepared.has(this)) await this.prepare();
    if (this.#written !== undefined) await this.#commit(this.#written);
    if (this.#checkpointed && this.#sequence > 0) {
      await connection.alone(`finish ${this.#target}`, this.#patience, () => this.#entry.finish());
    }
    await this.#letGo(() => this.#log?.drop());
  }

  async abort(): Promise<void> {
    await this.#letGo(async () => {
      await this.#connection.rollback();
      if (this.#since === 0) return;
      await this.#connection
        .alone(this.#doing, this.#patience, () => this.#entry.remove())
        .catch(() => undefined);
    });
  }

  async #letGo(last: () => Promise<void> | undefined): Promise<void> {
    try {
      await last();
      await this.#log?.close();
    } finally {
      this.#connection.unprepared.delete(this);
      await this.#lease.release();
    }
  }
}
