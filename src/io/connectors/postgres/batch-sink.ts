import { isMillraceError } from '../../../core/errors.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { Sink, WriteContext } from '../../../interfaces/writer.ts';
import type { Lease } from '../sql/shared-by-run.ts';
import { postgresError } from './postgres-error.ts';
import type { PostgresWriteSettings } from './postgres-write-options.ts';
import { copyAsPart } from './refused-row.ts';
import { TableTarget } from './table-target.ts';
import { leaseTransaction, type WriteTransaction } from './write-transaction.ts';

/**
 * Writes each batch in a transaction of its own. A connection that was lost is made again with the next batch; whether the one
 * that it was lost with is in the table nobody knows, so that trying it again may repeat it.
 */
export class BatchSink<T> implements Sink<T> {
  readonly #settings: PostgresWriteSettings;
  readonly #context: WriteContext;
  readonly #doing: string;
  readonly #target: TableTarget;
  #lease: Lease<WriteTransaction> | undefined;

  constructor(settings: PostgresWriteSettings, context: WriteContext, label: string) {
    this.#settings = settings;
    this.#context = context;
    this.#doing = `write to ${label}`;
    this.#target = new TableTarget(settings, label);
  }

  async open(): Promise<void> {
    const transaction = await this.#connected();
    await transaction.alone(this.#doing, (connection) => this.#target.look(connection));
  }

  /** Its own connection: others of the run have open transactions. */
  async #connected(): Promise<WriteTransaction> {
    if (this.#lease?.connection.broken === true) {
      await this.#lease.release();
      this.#lease = undefined;
      this.#target.undo(this.#target.state);
    }
    this.#lease ??= await leaseTransaction(this.#settings, this.#doing, undefined);
    return this.#lease.connection;
  }

  async write({ records }: Batch<T>): Promise<void> {
    if (records.length === 0) return;
    const transaction = await this.#connected();
    const { rows } = this.#target;
    let piece: Uint8Array;
    if (this.#target.copy === undefined) piece = await this.#writeFirst(transaction, records);
    else {
      rows.put(records);
      piece = rows.take();
      await transaction.copyAlone(this.#doing, this.#target.copy, piece);
    }
    this.#context.wrote(piece.length);
  }

  /** The first batch settles what it is to be part of: if it is refused, there is nothing of that. */
  async #writeFirst(transaction: WriteTransaction, records: readonly T[]): Promise<Uint8Array> {
    const { state, rows } = this.#target;
    try {
      return await transaction.alone(this.#doing, async (connection) => {
        await this.#target.settle(connection, records);
        rows.put(records);
        const piece = rows.take();
        await copyAsPart(connection, this.#doing, '', this.#target.copy!, piece);
        return piece;
      });
    } catch (error) {
      this.#target.undo(state);
      // This transaction had nothing but this batch: what the connection was lost by may be tried again.
      const lost = isMillraceError(error) && error.details['transaction'] === 'lost';
      throw lost && error.cause !== undefined ? postgresError(this.#doing, error.cause) : error;
    }
  }

  async close(): Promise<void> {
    if (this.#target.copy === undefined) {
      const transaction = await this.#connected();
      await transaction.alone(this.#doing, (connection) => this.#target.makeEmpty(connection));
    }
    await this.abort();
  }

  async abort(): Promise<void> {
    await this.#lease?.connection.rollback();
    await this.#lease?.release();
  }
}
