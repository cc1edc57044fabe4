import { MillraceError } from '../../../core/errors.ts';
import { checkedName } from '../../../core/store/kept-file.ts';
import type { CheckpointEntry, CheckpointSession, KeptFile } from '../../../interfaces/checkpoint.ts';
import { piecesOf } from '../sql/pieces.ts';
import type { Lease } from '../sql/shared-by-run.ts';
import type { ConnectionSettings } from './connection-options.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { postgresError } from './postgres-error.ts';
import { StoreFile } from './store-file.ts';
import { PostgresLock, type PostgresLockSpec } from './store-lock.ts';
import {
  type Asked,
  listCheckpoints,
  listFiles,
  makeStoreTables,
  putCheckpoint,
  readCheckpoint,
  removeCheckpoint,
} from './store-tables.ts';
import { leaseTransaction, type WriteTransaction } from './write-transaction.ts';

export interface PostgresSessionSpec extends PostgresLockSpec {
  readonly settings: ConnectionSettings;
  readonly label: string;
  readonly keep: number;
  readonly run: object | undefined;
}

/** Makes the tables, and takes the lock of the pipeline. */
export async function openSession(spec: PostgresSessionSpec): Promise<CheckpointSession> {
  const { settings, tables, what, run } = spec;
  const doing = `open ${what}`;
  const lease = await leaseTransaction(settings, doing, run);
  try {
    const lock = new PostgresLock(spec);
    const newest = await lease.connection.alone(doing, async (connection) => {
      await makeStoreTables(connection, tables);
      await lock.take(connection);
      return (await listCheckpoints(connection, tables, spec.pipeline))[0]?.id ?? 0;
    });
    lease.connection.holdsLock = true;
    lease.connection.keepsCheckpoints = run !== undefined;
    return new PostgresSession(spec, lease, lock, newest);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/**
 * The checkpoints of a pipeline in a database. The transaction of a checkpoint is that of the rows which the run has written to
 * the same database since the one before. Files beside them outlive it, whichever way it ends: they have another connection.
 */
class PostgresSession implements CheckpointSession {
  readonly label: string;
  readonly #spec: PostgresSessionSpec;
  readonly #lease: Lease<WriteTransaction>;
  readonly #transaction: WriteTransaction;
  readonly #lock: PostgresLock;
  #newest: number;
  #files: Promise<PostgresConnection> | undefined;
  #pending: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(spec: PostgresSessionSpec, lease: Lease<WriteTransaction>, lock: PostgresLock, newest: number) {
    this.label = spec.label;
    this.#spec = spec;
    this.#lease = lease;
    this.#transaction = lease.connection;
    this.#lock = lock;
    this.#newest = newest;
  }

  list(): Promise<readonly CheckpointEntry[]> {
    const { tables, pipeline } = this.#spec;
    return this.#inTurn('list', (doing) => listCheckpoints(this.#asked(doing), tables, pipeline));
  }

  read(id: number): Promise<Uint8Array> {
    const { tables, pipeline, label } = this.#spec;
    return this.#inTurn('read', (doing) =>
      readCheckpoint(this.#asked(doing), tables, { pipeline, id, label }),
    );
  }

  write(id: number, chunks: Iterable<Uint8Array>): Promise<void> {
    return this.#inTurn('write', async () => {
      this.#checkId(id);
      const { tables, pipeline, keep, machine } = this.#spec;
      await this.#transaction.commitWith(`write checkpoint ${id} in ${this.label}`, (connection) =>
        putCheckpoint(connection, tables, { pipeline, id, time: machine.now(), keep }, piecesOf(chunks)),
      );
      this.#newest = id;
    });
  }

  remove(id: number): Promise<void> {
    const { tables, pipeline } = this.#spec;
    return this.#inTurn('remove', (doing) =>
      this.#transaction.alone(doing, (connection) => removeCheckpoint(connection, tables, pipeline, id)),
    );
  }

  createFile(name: string): Promise<KeptFile> {
    return this.#withFiles('make a file beside', (connection) =>
      StoreFile.create(this.#file(connection, name)),
    );
  }

  openFile(name: string): Promise<KeptFile> {
    return this.#withFiles('open a file beside', (connection) =>
      StoreFile.open(this.#file(connection, name)),
    );
  }

  #file(connection: Asked, name: string) {
    const { tables, pipeline, label } = this.#spec;
    return { connection, tables, pipeline, label, name: checkedName(name) };
  }

  files(): Promise<readonly string[]> {
    const { tables, pipeline } = this.#spec;
    return this.#inTurn('list the files beside', (doing) => listFiles(this.#asked(doing), tables, pipeline));
  }

  removeFile(name: string): Promise<void> {
    const { tables, pipeline } = this.#spec;
    return this.#withFiles('remove a file beside', async (connection) => {
      for (const table of [tables.fileParts, tables.files]) {
        await connection.query(`DELETE FROM ${table} WHERE pipeline = $1 AND name = $2`, [pipeline, name]);
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#pending.then(() => this.#letGo());
    return this.#closing;
  }

  /** What is in a transaction now belongs to no checkpoint, and must not be committed. With the session goes the lock. */
  async #letGo(): Promise<void> {
    const files = await this.#files?.catch(() => undefined);
    await files?.close();
    await this.#transaction.rollback();
    await this.#lock.release(this.#asked('give back the lock')).catch(() => undefined);
    await this.#lease.release();
  }

  #asked(doing: string): Asked {
    return { query: (text, values) => this.#transaction.ask(doing, text, values) };
  }

  /** Does something with the connection for files, which is made when it is first needed. */
  #withFiles<T>(doing: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    return this.#inTurn(doing, async (what) => {
      try {
        this.#files ??= PostgresConnection.openSafe(this.#spec.settings, what);
        return await work(await this.#files);
      } catch (error) {
        throw postgresError(what, error);
      }
    });
  }

  #inTurn<T>(doing: string, task: (doing: string) => Promise<T>): Promise<T> {
    const what = `${doing} checkpoints in ${this.label}`;
    if (this.#closing !== undefined) {
      const message = `Cannot ${what}: they are closed`;
      return Promise.reject(new MillraceError('ERR_CHECKPOINT', message, { hint: 'Open the store again.' }));
    }
    const done = this.#pending.then(() => task(what));
    this.#pending = done.catch(() => undefined);
    return done;
  }

  #checkId(id: number): void {
    if (Number.isSafeInteger(id) && id > this.#newest) return;
    throw new MillraceError(
      'ERR_CHECKPOINT',
      `Cannot write checkpoint ${id} in ${this.label}: the newest is ${this.#newest}, and ids are whole numbers that increase`,
      { hint: 'Take an id that is larger than the first of list().' },
    );
  }
}
