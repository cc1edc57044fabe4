import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MillraceError } from '../../../core/errors.ts';
import { type Lease, SharedByRun } from '../sql/shared-by-run.ts';
import { lostTransaction } from '../sql/sql-error.ts';
import { databasePath } from './database-path.ts';
import { loadSqlite } from './load-sqlite.ts';
import { sqliteError } from './sqlite-error.ts';
import { type Patience, whenFree } from './when-free.ts';

/** A database to be written to. */
export interface WriteConnectionSpec {
  readonly database: string;
  /** What needs it, for errors: `write to sqlite orders.db orders`. */
  readonly doing: string;
  /** Whether a file is made where there is none. */
  readonly create: boolean;
  readonly run: object | undefined;
}

const UNDO = 'ROLLBACK TO millrace; RELEASE millrace';

const shared = new SharedByRun<WriteConnection>((connection) => connection.close());

/**
 * Opens a database to write to it. SQLite has one writer at a time: all that writes to a database in one run has one
 * connection, and one transaction.
 *
 * @throws MillraceError `ERR_NOT_FOUND` where there is no file, and none may be made; `ERR_IO`, `ERR_PERMISSION`.
 */
export async function leaseConnection(spec: WriteConnectionSpec): Promise<Lease<WriteConnection>> {
  const { doing, run } = spec;
  const path = databasePath(spec.database);
  const { DatabaseSync } = await loadSqlite(doing);
  if (!spec.create && !existsSync(path)) {
    throw new MillraceError('ERR_NOT_FOUND', `Cannot ${doing}: there is no file ${path}`, {
      hint: 'Check the path, or say create: then the database and its table are made.',
    });
  }
  return shared.lease({
    run,
    database: path,
    open: async () => WriteConnection.open(DatabaseSync, path, doing),
  });
}

/** The connection by which one run writes to a database. */
export class WriteConnection {
  readonly database: DatabaseSync;
  /** How many transactions were committed: tells whether the one that something was put into is over. */
  commits = 0;
  /** Whether checkpoints are in this database: then their commits are those of the rows. */
  keepsCheckpoints = false;
  /** Those that have put something into the transaction which is not prepared. */
  readonly unprepared = new Set<object>();
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #lost: MillraceError | undefined;
  /** What nobody else may come in between of. */
  #turn: Promise<unknown> = Promise.resolve();
  #busy = false;

  private constructor(database: DatabaseSync) {
    this.database = database;
    this.#savepoint = database.prepare('SAVEPOINT millrace');
    this.#release = database.prepare('RELEASE millrace');
  }

  static open(Database: typeof DatabaseSync, path: string, doing: string): WriteConnection {
    let database: DatabaseSync | undefined;
    try {
      database = new Database(path);
      // What a commit has taken is safe from a loss of power, however SQLite was built.
      database.exec('PRAGMA synchronous = FULL');
      return new WriteConnection(database);
    } catch (error) {
      database?.close();
      throw sqliteError(doing, error);
    }
  }

  /** Whether a transaction is open, and may be written into in this very turn. */
  get ready(): boolean {
    return this.database.isTransaction && !this.#busy && this.#lost === undefined;
  }

  /** Does something in the transaction, which is opened for it if none is open: `first` says so. */
  within<T>(doing: string, patience: Patience, work: (first: boolean) => T): Promise<T> {
    return this.#exclusively(async () => {
      this.check(doing);
      const first = !this.database.isTransaction;
      await this.#begin(doing, patience);
      return work(first);
    });
  }

  async #begin(doing: string, patience: Patience): Promise<void> {
    if (this.database.isTransaction) return;
    await whenFree(() => this.database.exec('BEGIN IMMEDIATE'), patience).catch((error: unknown) => {
      throw sqliteError(doing, error);
    });
  }

  /** @throws MillraceError `ERR_DATABASE` when the transaction was rolled back, with rows that others rely on. */
  check(doing: string): void {
    if (this.#lost !== undefined) throw lostTransaction(doing, this.#lost.cause ?? this.#lost);
  }

  /** Does all of something in the open transaction, or, when it throws, nothing. */
  atomically<T>(doing: string, work: () => T): T {
    this.check(doing);
    this.#savepoint.run();
    try {
      const result = work();
      this.#release.run();
      return result;
    } catch (error) {
      // A full disk, for one, takes the transaction along.
      if (!this.database.isTransaction) throw this.#lose(doing, error);
      this.database.exec(UNDO);
      throw error;
    }
  }

  #lose(doing: string, cause: unknown): MillraceError {
    this.#lost = lostTransaction(doing, sqliteError(doing, cause));
    return this.#lost;
  }

  /**
   * Commits the transaction, with all that is in it.
   *
   * @throws MillraceError `ERR_INTERNAL` when there are rows in it that no sink has prepared.
   */
  commit(doing: string, patience: Patience): Promise<void> {
    return this.#exclusively(async () => {
      this.#checkPrepared(doing);
      if (this.database.isTransaction) await this.#commit(doing, patience);
    });
  }

  /**
   * Commits the transaction with what `work` puts into it. When that throws, or the commit fails, the transaction is what it
   * was before, and may be committed later.
   */
  commitWith(doing: string, patience: Patience, work: () => void | Promise<void>): Promise<void> {
    return this.#exclusively(async () => {
      this.#checkPrepared(doing);
      const others = this.database.isTransaction;
      await this.#begin(doing, patience);
      try {
        this.#savepoint.run();
        await work();
        await this.#commit(doing, patience);
      } catch (error) {
        if (this.database.isTransaction) this.database.exec(others ? UNDO : 'ROLLBACK');
        throw sqliteError(doing, error);
      }
    });
  }

  #checkPrepared(doing: string): void {
    this.check(doing);
    if (this.unprepared.size === 0) return;
    const message = `Cannot ${doing}: rows are in its transaction that belong to no checkpoint yet`;
    throw new MillraceError('ERR_INTERNAL', message, {
      hint: 'Start the pipeline again: it goes on from its last checkpoint.',
    });
  }

  async #commit(doing: string, patience: Patience): Promise<void> {
    try {
      await whenFree(() => this.database.exec('COMMIT'), patience);
      this.commits++;
    } catch (error) {
      throw this.database.isTransaction ? sqliteError(doing, error) : this.#lose(doing, error);
    }
  }

  /**
   * Does something that belongs to no rows which are on their way, in a transaction of its own, or in the one that happens to
   * be open. Nobody else who shares the connection comes in between.
   */
  alone<T>(doing: string, patience: Patience, work: () => T): Promise<T> {
    return this.#exclusively(async () =>
      this.database.isTransaction ? this.atomically(doing, work) : this.#own(doing, patience, work),
    );
  }

  /** The same for what takes its time, before any rows are on their way. */
  first(doing: string, patience: Patience, work: () => Promise<void>): Promise<void> {
    return this.#exclusively(() => this.#own(doing, patience, work));
  }

  async #own<T>(doing: string, patience: Patience, work: () => T | Promise<T>): Promise<T> {
    if (this.database.isTransaction) {
      throw new MillraceError('ERR_INTERNAL', `Cannot ${doing}: a transaction is open already`);
    }
    await this.#begin(doing, patience);
    try {
      const result = await work();
      await this.#commit(doing, patience);
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw sqliteError(doing, error);
    }
  }

  /** Gives up the transaction: whoever has put something into it hears of that when it goes on. */
  async rollback(): Promise<void> {
    await this.#exclusively(async () => {
      if (!this.database.isOpen || !this.database.isTransaction) return;
      this.database.exec('ROLLBACK');
      this.#lost ??= lostTransaction('go on', undefined);
    });
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

  close(): void {
    this.database.close();
  }
}
