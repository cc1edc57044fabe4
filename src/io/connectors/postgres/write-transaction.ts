import { MillraceError } from '../../../core/errors.ts';
import { type Lease, SharedByRun } from '../sql/shared-by-run.ts';
import { lostTransaction } from '../sql/sql-error.ts';
import { type ConnectionSettings, databasePlace } from './connection-options.ts';
import type { PgRows } from './pg-client.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { isServerError, postgresError } from './postgres-error.ts';
import { Unprepared } from './unprepared.ts';

/** A part of a transaction that can be undone by itself. */
const BEGIN_PART = 'SAVEPOINT millrace';
const END_PART = 'RELEASE SAVEPOINT millrace';
const UNDO_PART = `ROLLBACK TO ${BEGIN_PART}; ${END_PART}`;

const shared = new SharedByRun<WriteTransaction>((transaction) => transaction.close());

/**
 * Opens a database to write to it. All that writes to one database in one run has one connection, and one transaction:
 * rows of two tables may refer to one another, and appear together.
 */
export function leaseTransaction(
  settings: ConnectionSettings,
  doing: string,
  run: object | undefined,
): Promise<Lease<WriteTransaction>> {
  return shared.lease({
    run,
    database: databasePlace(settings).key,
    open: () => openTransaction(settings, doing),
  });
}

/** What a commit has taken is safe from a loss of power, unless the user has said for this very session that it need not be. */
const SAFE = `SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') IN ('off', 'local')`;

async function openTransaction(settings: ConnectionSettings, doing: string): Promise<WriteTransaction> {
  const connection = await PostgresConnection.open(settings, doing);
  const transaction = new WriteTransaction(connection);
  if (settings.session['synchronous_commit'] === undefined) await transaction.ask(doing, SAFE);
  return transaction;
}

/** The connection by which one run writes to a database, and the transaction that is open there. */
export class WriteTransaction {
  /** How many transactions were committed: tells whether the one that something was put into is over. */
  commits = 0;
  /** Whether checkpoints are in this database: then their commits are those of the rows. */
  keepsCheckpoints = false;
  /** Those that have rows which are not prepared, in the transaction or on their way to it. */
  readonly unprepared = new Unprepared();
  readonly #connection: PostgresConnection;
  #open = false;
  #lost: MillraceError | undefined;
  /** What nobody else may come in between of. */
  #turn: Promise<unknown> = Promise.resolve();
  #busy = false;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  /** @throws MillraceError `ERR_DATABASE` when the transaction was rolled back, with rows that others rely on. */
  check(doing: string): void {
    if (this.#lost !== undefined) throw lostTransaction(doing, this.#lost.cause ?? this.#lost);
  }

  /** Asks for rows. What fails takes an open transaction along. */
  ask(doing: string, text: string, values?: readonly unknown[]): Promise<PgRows> {
    return this.#exclusively(() => this.#sending(doing, () => this.#connection.query(text, values)));
  }

  /** Runs statements of which one is a COPY in the transaction. What fails takes all of it along. */
  copy(doing: string, text: string, data: readonly Uint8Array[]): Promise<void> {
    return this.#exclusively(async () => {
      this.check(doing);
      const all = this.#begun(text);
      await this.#sending(doing, () => this.#connection.copy(all, data));
    });
  }

  /** The same, so that what fails leaves the transaction as it was. */
  copyPart(doing: string, text: string, data: readonly Uint8Array[]): Promise<void> {
    return this.#exclusively(async () => {
      this.check(doing);
      const all = this.#begun(`${BEGIN_PART}; ${text}; ${END_PART}`);
      await this.#undoing(doing, () => this.#connection.copy(all, data));
    });
  }

  /** The same in a transaction of its own, which is committed when this resolves; while no other is open. */
  copyAlone(doing: string, text: string, data: readonly Uint8Array[]): Promise<void> {
    return this.#exclusively(async () => {
      this.check(doing);
      try {
        await this.#connection.copy(`BEGIN; ${text}; COMMIT`, data);
        this.commits++;
      } catch (cause) {
        const error = postgresError(doing, cause);
        await this.#connection.query('ROLLBACK').catch(() => this.#lose(doing, error));
        throw error;
      }
    });
  }

  /** Runs statements in the transaction or, when one of them fails, none of them. */
  part<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    return this.#exclusively(() => this.#part(doing, work));
  }

  async #part<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    this.check(doing);
    const begin = this.#begun(BEGIN_PART);
    await this.#sending(doing, () => this.#connection.query(begin));
    const result = await this.#undoing(doing, () => work(this.#connection));
    await this.#sending(doing, () => this.#connection.query(END_PART));
    return result;
  }

  /**
   * Commits the transaction, with all that is in it.
   *
   * @throws MillraceError `ERR_INTERNAL` when there are rows in it that no sink has prepared.
   */
  commit(doing: string): Promise<void> {
    return this.#exclusively(async () => {
      this.#checkPrepared(doing);
      if (this.#open) await this.#commit(doing);
    });
  }

  /**
   * Commits the transaction with what `work` puts into it. When that throws, the transaction is what it was before, and
   * may be committed later.
   */
  commitWith(doing: string, work: (connection: PostgresConnection) => Promise<void>): Promise<void> {
    return this.#exclusively(async () => {
      this.#checkPrepared(doing);
      await this.#orRolledBack(doing, work);
      await this.#commit(doing);
    });
  }

  /**
   * Does something that belongs to no rows which are on their way, in a transaction of its own, or in the one that happens to
   * be open.
   */
  alone<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    return this.#exclusively(async () => {
      const others = this.#open;
      const result = await this.#orRolledBack(doing, work);
      if (!others) await this.#commit(doing);
      return result;
    });
  }

  /** What was begun for the sake of `work` ends with it, when it fails. */
  async #orRolledBack<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const others = this.#open;
    try {
      return await this.#part(doing, work);
    } catch (error) {
      if (!others && this.#lost === undefined) await this.#end(doing, 'ROLLBACK');
      throw error;
    }
  }

  #checkPrepared(doing: string): void {
    this.check(doing);
    if (this.unprepared.none) return;
    const message = `Cannot ${doing}: rows are in its transaction that belong to no checkpoint yet`;
    throw new MillraceError('ERR_INTERNAL', message, {
      hint: 'Start the pipeline again: it goes on from its last checkpoint.',
    });
  }

  async #commit(doing: string): Promise<void> {
    await this.#end(doing, 'COMMIT');
    this.commits++;
  }

  /** A commit that fails has undone all, or nobody knows what it has done. */
  async #end(doing: string, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#sending(doing, async () => {
      const { command } = await this.#connection.query(statement);
      // A transaction in which something has failed is rolled back without a word.
      if (command !== statement) throw new Error(`the server answers ${command} to ${statement}`);
    });
    this.#open = false;
  }

  /** Statements behind the one that opens the transaction, if it is not open: it is from now on. */
  #begun(text: string): string {
    if (this.#open) return text;
    this.#open = true;
    return `BEGIN; ${text}`;
  }

  /** What fails takes an open transaction along. */
  async #sending<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (cause) {
      const error = this.#explained(doing, cause);
      if (this.#open || this.#connection.lost !== undefined) this.#lose(doing, error);
      throw error;
    }
  }

  /** What fails is undone; where that fails, too, the transaction is gone. */
  async #undoing<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (cause) {
      const error = this.#explained(doing, cause);
      await this.#connection.query(UNDO_PART).catch(() => {
        throw this.#lose(doing, error);
      });
      throw error;
    }
  }

  /** What else goes wrong between two statements says by itself what it is. */
  #explained(doing: string, cause: unknown): unknown {
    return isServerError(cause) || this.#connection.lost !== undefined ? postgresError(doing, cause) : cause;
  }

  #lose(doing: string, cause: unknown): MillraceError {
    this.#lost ??= lostTransaction(doing, cause);
    return this.#lost;
  }

  /**
   * Gives up the transaction: whoever has put something into it hears of that when it goes on. What the server is at, and may
   * be at for long, is not waited for: the connection goes, then. Never rejects.
   */
  async rollback(): Promise<void> {
    if (!this.#open && !this.#busy) return;
    this.#lost ??= lostTransaction('go on', undefined);
    if (this.#busy) await this.#connection.close();
    else await this.#exclusively(() => this.#connection.query('ROLLBACK')).catch(() => undefined);
    this.#open = false;
  }

  /** Whether its connection was lost. */
  get broken(): boolean {
    return this.#lost !== undefined;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => {
      this.#busy = true;
      try {
        return await work();
      } finally {
        this.#busy = false;
      }
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Closes the connection. What was not committed is gone. */
  close(): Promise<void> {
    return this.#connection.close();
  }
}
