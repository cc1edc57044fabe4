import { randomUUID } from 'node:crypto';
import { changedError } from '../../../core/changed-error.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { Sink, WriteContext } from '../../../interfaces/writer.ts';
import { type OutputState, standingOf } from '../sql/output-state.ts';
import type { Lease } from '../sql/shared-by-run.ts';
import { readLog, WriteLog } from '../sql/write-log.ts';
import { OutputEntry } from './outputs-table.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import type { PostgresWriteSettings } from './postgres-write-options.ts';
import { copyAsPart } from './refused-row.ts';
import { RowStream } from './row-stream.ts';
import { type TableState, TableTarget } from './table-target.ts';
import type { WriteTransaction } from './write-transaction.ts';

/** What a sink tells a checkpoint. */
export type PostgresState = OutputState & TableState & { readonly database: string };

export interface TransactionSinkSpec {
  readonly lease: Lease<WriteTransaction>;
  readonly settings: PostgresWriteSettings;
  readonly context: WriteContext;
  /** The sink in words: `postgres orders@host/db`. */
  readonly label: string;
  /** The name of the database. */
  readonly database: string;
  readonly from: PostgresState | undefined;
}

/**
 * Writes records into a transaction of the run. In a run with checkpoints it is committed with each of them, and says in the
 * database itself how many there were; where checkpoints are kept elsewhere, a log beside them has what it holds.
 */
export class TransactionSink<T> implements Sink<T> {
  readonly #spec: TransactionSinkSpec;
  readonly #transaction: WriteTransaction;
  readonly #doing: string;
  readonly #target: TableTarget;
  readonly #rows: RowStream;
  readonly #log: WriteLog | undefined;
  readonly #output: string;
  readonly #entry: OutputEntry;
  readonly #checkpointed: boolean;
  /** The number of commits with what is in the open transaction, and without it. */
  #sequence: number;
  #since: number;
  /** The transaction that has rows of this output, and the one that was prepared, by what was committed before. */
  #written: number | undefined;
  #prepared: number | undefined;

  constructor(spec: TransactionSinkSpec) {
    const { lease, settings, context, label, from } = spec;
    this.#spec = spec;
    this.#transaction = lease.connection;
    this.#doing = `write to ${label}`;
    this.#target = new TableTarget(settings, label, from);
    this.#output = from?.output ?? randomUUID();
    this.#entry = new OutputEntry(this.#output, settings.schema, label);
    this.#sequence = from?.sequence ?? 0;
    this.#since = from?.since ?? 0;
    this.#checkpointed = context.checkpointed === true;
    const { files } = context;
    if (this.#checkpointed && files !== undefined && !this.#transaction.keepsCheckpoints) {
      this.#log = new WriteLog(files);
    }
    this.#rows = new RowStream({
      rows: this.#target.rows,
      send: async (piece) => {
        // Where the server does not say which row it refuses, it is asked for some more: the transaction has to outlive that.
        const way = this.#target.tellsRow ? 'copy' : 'copyPart';
        await this.#transaction[way](this.#doing, this.#target.copy!, piece);
        context.wrote(piece.length);
        this.#log?.append(piece);
        if (this.#log?.full === true) await this.#log.flush();
      },
    });
  }

  /**
   * Looks at the table, and makes the output what it was at the checkpoint that it goes on from.
   *
   * @throws MillraceError `ERR_CHANGED` where it cannot go on with it; `ERR_NOT_FOUND`, `ERR_COLUMNS`.
   */
  async open(): Promise<void> {
    const { from, label } = this.#spec;
    if (from !== undefined) this.#checkSame(from);
    await this.#transaction.alone(this.#doing, async (connection) => {
      await this.#target.look(connection);
      if (!this.#checkpointed) return;
      await this.#entry.make(connection);
      if (from === undefined) return;
      const committed = await this.#entry.committed(connection);
      if (standingOf(from, committed, label) === 'replay') await this.#replay(connection, from);
    });
    this.#since = this.#sequence;
  }

  #checkSame(from: PostgresState): void {
    const { database, label } = this.#spec;
    const { table, columns } = this.#target.state;
    const same = JSON.stringify([from.database, from.table, from.columns ?? columns]);
    if (same === JSON.stringify([database, table, columns])) return;
    throw changedError(
      label,
      `the checkpoint is of ${from.table} in ${from.database}, with the columns ${JSON.stringify(from.columns)}`,
      'Write to the same columns of the same table again, or start afresh without the checkpoint.',
      { output: from.output },
    );
  }

  async #replay(connection: PostgresConnection, { log, sequence }: PostgresState): Promise<void> {
    const { files } = this.#spec.context;
    if (log === undefined || files === undefined) return;
    await this.#target.settle(connection, []);
    for await (const piece of readLog(files, log)) await connection.copy(this.#target.copy!, [piece]);
    await this.#entry.put(connection, sequence);
  }

  write(batch: Batch<T>): void | Promise<void> {
    this.#transaction.check(this.#doing);
    if (batch.records.length === 0) return;
    if (this.#log?.full === true) return this.#log.flush().then(() => this.#take(batch));
    return this.#take(batch);
  }

  #take(batch: Batch<T>): void | Promise<void> {
    if (this.#target.copy === undefined) return this.#orNothing(() => this.#takeFirst(batch));
    return this.#strict ? this.#gather(batch) : this.#orNothing(() => this.#takeWhole(batch));
  }

  /** From before the first of its rows on, what is in the transaction must not be committed. */
  async #orNothing(take: () => Promise<void>): Promise<void> {
    const { unprepared } = this.#transaction;
    const had = unprepared.has(this);
    unprepared.add(this);
    try {
      await take();
    } catch (error) {
      if (!had) unprepared.delete(this);
      throw error;
    }
  }

  /** Whether whatever fails ends the run. */
  get #strict(): boolean {
    return this.#spec.context.strict === true;
  }

  /** Takes a batch that is sent with others: what fails then comes to a later call. */
  #gather(batch: Batch<T>): void | Promise<void> {
    const taken = this.#rows.put(batch);
    this.#took();
    return taken;
  }

  /** Takes a batch, all of which is in the transaction then, or nothing. */
  async #takeWhole({ records }: Batch<T>): Promise<void> {
    const { rows } = this.#target;
    rows.put(records);
    const piece = rows.take();
    await this.#transaction.copyPart(this.#doing, this.#target.copy!, piece);
    this.#sent(piece);
  }

  /** The first batch settles what it is to be part of: if it is refused, there is nothing of that. */
  async #takeFirst(batch: Batch<T>): Promise<void> {
    const { state, rows } = this.#target;
    let piece: Uint8Array | undefined;
    try {
      await this.#transaction.part(this.#doing, async (connection) => {
        await this.#target.settle(connection, batch.records);
        if (this.#strict) return;
        rows.put(batch.records);
        piece = rows.take();
        await copyAsPart(connection, this.#doing, '', this.#target.copy!, piece);
      });
    } catch (error) {
      this.#target.undo(state);
      throw error;
    }
    if (piece === undefined) await this.#gather(batch);
    else this.#sent(piece);
  }

  #sent(piece: Uint8Array): void {
    this.#spec.context.wrote(piece.length);
    this.#log?.append(piece);
    this.#took();
  }

  #took(): void {
    this.#written = this.#transaction.commits;
    this.#transaction.unprepared.add(this);
  }

  async prepare(): Promise<PostgresState> {
    const transaction = this.#transaction;
    transaction.check(this.#doing);
    await this.#rows.flush();
    const log = await this.#log?.state();
    if (this.#written !== undefined) {
      await transaction.part(this.#doing, (connection) => this.#entry.put(connection, this.#sequence + 1));
      this.#sequence++;
      this.#prepared = this.#written;
    }
    transaction.unprepared.delete(this);
    return {
      output: this.#output,
      sequence: this.#sequence,
      since: this.#since,
      ...(log !== undefined && { log }),
      ...this.#target.state,
      database: this.#spec.database,
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
    const { commits } = this.#transaction;
    if (commits === transaction) await this.#transaction.commit(this.#doing);
    else this.#transaction.check(this.#doing);
    if (this.#written === transaction) this.#written = undefined;
  }

  /** What was put off until the end of the transaction is put off again. */
  async release(): Promise<void> {
    if (this.#prepared === undefined) return;
    await this.#transaction.part(this.#doing, (connection) =>
      connection.query('SET CONSTRAINTS ALL DEFERRED'),
    );
  }

  async suspend(): Promise<void> {
    await this.#letGo(() => this.#transaction.rollback());
  }

  async close(): Promise<void> {
    const transaction = this.#transaction;
    transaction.check(this.#doing);
    if (this.#target.copy === undefined) {
      await transaction.alone(this.#doing, (connection) => this.#target.makeEmpty(connection));
    }
    if (!this.#checkpointed) await this.#rows.flush();
    else if (transaction.unprepared.has(this)) await this.prepare();
    transaction.unprepared.delete(this);
    // Others of the run are closing, too, and what they have gathered is part of the same transaction.
    await transaction.unprepared.over();
    if (this.#written !== undefined) await this.#commit(this.#written);
    if (this.#checkpointed) {
      await transaction.alone(`finish ${this.#doing}`, (connection) => this.#entry.finish(connection));
    }
    await this.#letGo(() => this.#log?.drop());
  }

  async abort(): Promise<void> {
    await this.#letGo(async () => {
      await this.#transaction.rollback();
      if (this.#since === 0) return;
      const query = (text: string, values?: readonly unknown[]) =>
        this.#transaction.ask(this.#doing, text, values);
      await this.#entry.remove({ query }).catch(() => undefined);
    });
  }

  async #letGo(last: () => Promise<void> | undefined): Promise<void> {
    try {
      await last();
      await this.#log?.close();
    } finally {
      this.#transaction.unprepared.delete(this);
      await this.#spec.lease.release();
    }
  }
}
