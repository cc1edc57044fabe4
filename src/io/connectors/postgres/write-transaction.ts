import { isMillraceError, MillraceError } from '../../../core/errors.ts';
import { type Lease, SharedByRun } from '../sql/shared-by-run.ts';
import { lostTransaction, unknownCommit } from '../sql/sql-error.ts';
import { type ConnectionSettings, databasePlace } from './connection-options.ts';
import type { PgRows } from './pg-client.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { isServerError, postgresError } from './postgres-error.ts';
import { BEGIN_PART, copyAsPart, copyByItself, END_PART, UNDO_PART } from './refused-row.ts';
import { Unprepared } from './unprepared.ts';

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
    open: async () => {
      const connect = (what: string) => PostgresConnection.openSafe(settings, what);
      return new WriteTransaction(await connect(doing), connect);
    },
  });
}

/** The connection by which one run writes to a database, and the transaction that is open there. */
export class WriteTransaction {
  /** How many transactions were committed: tells whether the one that something was put into is over. */
  commits = 0;
  /** Whether checkpoints are in this database: then their commits are those of the rows. */
  keepsCheckpoints = false;
  /** Whether the session holds the lock of a store, which goes with it: another one is of no use then. */
  holdsLock = false;
  /** Those that have rows which are not prepared, in the transaction or on their way to it. */
  readonly unprepared = new Unprepared();
  #connection: PostgresConnection;
  readonly #connect: (doing: string) => Promise<PostgresConnection>;
  #open = false;
  #lost: MillraceError | undefined;
  /** Whether it is given up: its connection is not made again then. */
  #closed = false;
  /** What nobody else may come in between of. */
  #turn: Promise<unknown> = Promise.resolve();
  #busy = false;

  /** `connect` makes the connection again, where it is lost with nothing. */
  constructor(connection: PostgresConnection, connect: (doing: string) => Promise<PostgresConnection>) {
    this.#connection = connection;
    this.#connect = connect;
  }

  /** @throws MillraceError `ERR_DATABASE` when the transaction was rolled back, with rows that others rely on. */
  check(doing: string): void {
    if (this.#lost !== undefined)
      throw this.#lost.details['transaction'] === 'lost'
        ? lostTransaction(doing, this.#lost.cause)
        : this.#lost;
  }

  /** Asks for rows. What fails takes an open transaction along. */
  ask(doing: string, text: string, values?: readonly unknown[]): Promise<PgRows> {
    return this.#exclusively(async () => {
      await this.#connected(doing);
      return this.#sending(doing, () => this.#connection.query(text, values));
    });
  }

  /** Runs statements of which one is a COPY in the transaction. What fails takes all of it along. */
  copy(doing: string, text: string, piece: Uint8Array): Promise<void> {
    return this.#exclusively(async () => {
      await this.#opening(doing, (begin) =>
        this.#sending(doing, () => this.#connection.copy(begin + text, [piece])),
      );
    });
  }

  /** The same, so that what fails leaves the transaction as it was, and says which row it is about. */
  copyPart(doing: string, text: string, piece: Uint8Array): Promise<void> {
    return this.#exclusively(() =>
      this.#opening(doing, async (begin) => {
        try {
          await copyAsPart(this.#connection, doing, begin, text, piece);
        } catch (error) {
          const whole = isMillraceError(error) && this.#connection.lost === undefined;
          throw whole ? error : this.#lose(doing, this.#explained(doing, error));
        }
      }),
    );
  }

  /** The same in a transaction of its own, which is committed when this resolves; while no other is open. */
  copyAlone(doing: string, text: string, piece: Uint8Array): Promise<void> {
    return this.#exclusively(async () => {
      await this.#connected(doing);
      try {
        await copyByItself(this.#connection, doing, text, piece);
        this.commits++;
      } catch (error) {
        if (this.#connection.lost !== undefined) this.#lose(doing, error);
        throw postgresError(doing, error);
      }
    });
  }

  /** Runs statements in the transaction or, when one of them fails, none of them. */
  part<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    return this.#exclusively(() => this.#part(doing, work));
  }

  async #part<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    await this.#opening(doing, (begin) =>
      this.#sending(doing, () => this.#connection.query(begin + BEGIN_PART)),
    );
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
      if (!others && this.#open && this.#lost === undefined) await this.#end(doing, 'ROLLBACK');
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
    await this.#end(doing, 'COMMIT').catch((error: unknown) => {
      // The answer may be what was lost, and not the transaction.
      if (this.#connection.lost !== undefined) this.#lost = unknownCommit(doing, this.#connection.lost);
      throw this.#lost ?? error;
    });
    this.commits++;
  }

  async #end(doing: string, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#sending(doing, async () => {
      const { command } = await this.#connection.query(statement);
      // A transaction in which something has failed is rolled back without a word.
      if (command !== statement) throw new Error(`the server answers ${command} to ${statement}`);
    });
    this.#open = false;
  }

  /**
   * Sends statements behind what opens the transaction, if it is not open. A connection that turns out to be lost by then has lost
   * nothing: it is made again.
   */
  async #opening<T>(doing: string, send: (begin: string) => Promise<T>): Promise<T> {
    await this.#connected(doing);
    if (this.#open) return send('');
    this.#open = true;
    try {
      return await send('BEGIN; ');
    } catch (error) {
      if (this.#connection.lost === undefined || this.holdsLock || this.#closed) throw error;
      this.#open = false;
      this.#lost = undefined;
      await this.#connected(doing);
      this.#open = true;
      return await send('BEGIN; ');
    }
  }

  /** Makes a connection again that was lost while nothing was in the transaction. */
  async #connected(doing: string): Promise<void> {
    this.check(doing);
    if (this.#open || this.#connection.lost === undefined || this.holdsLock || this.#closed) return;
    this.#connection = await this.#connect(doing);
    if (this.#closed) await this.#connection.close();
  }

  /** What fails takes an open transaction along. */
  async #sending<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (cause) {
      const error = this.#explained(doing, cause);
      if (!this.#open) throw error;
      const lost = this.#lose(doing, error);
      throw this.#connection.lost === undefined ? error : lost;
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
    this.#closed = true;
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
    const done = this.#turn.then(() => {
      this.#busy = true;
      return work().finally(() => {
        this.#busy = false;
      });
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Closes the connection. What was not committed is gone. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#connection.close();
  }
}
