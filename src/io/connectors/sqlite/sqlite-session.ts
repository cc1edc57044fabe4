import { MillraceError } from '../../../core/errors.ts';
import { createKept, keptIn, openKept, removeKept } from '../../../core/store/kept-file.ts';
import { storeError } from '../../../core/store/store-error.ts';
import { makeFolder, nodeStoreFileSystem } from '../../../core/store/store-file-system.ts';
import type { CheckpointEntry, CheckpointSession, KeptFile } from '../../../interfaces/checkpoint.ts';
import type { Lease } from '../sql/shared-by-run.ts';
import {
  listCheckpoints,
  MAKE_TABLES,
  putCheckpoint,
  readCheckpoint,
  removeCheckpoint,
} from './checkpoint-tables.ts';
import { sqliteError } from './sqlite-error.ts';
import { SqliteLock, type SqliteLockSpec } from './sqlite-lock.ts';
import { type Patience, whenFree } from './when-free.ts';
import { leaseConnection, type WriteConnection } from './write-connection.ts';

export interface SqliteSessionSpec extends SqliteLockSpec {
  readonly label: string;
  /** Where the files beside the checkpoints of the pipeline are. */
  readonly folder: string;
  readonly keep: number;
  readonly patience: Patience;
  readonly run: object | undefined;
}

/** Makes the tables, and takes the lock of the pipeline. */
export async function openSession(spec: SqliteSessionSpec): Promise<CheckpointSession> {
  const { file, what, patience, run } = spec;
  const doing = `open ${what}`;
  const lease = await leaseConnection({ database: file, doing, create: true, run });
  const { connection } = lease;
  try {
    const lock = new SqliteLock(spec);
    const newest = await connection.alone(doing, patience, () => {
      connection.database.exec(MAKE_TABLES);
      lock.take(connection.database);
      return listCheckpoints(connection.database, spec.pipeline)[0]?.id ?? 0;
    });
    connection.keepsCheckpoints = run !== undefined;
    return new SqliteSession(spec, lease, lock, newest);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/**
 * The checkpoints of a pipeline in a database. The transaction of a checkpoint is that of the rows which the run has written to
 * the same database since the one before.
 */
class SqliteSession implements CheckpointSession {
  readonly label: string;
  readonly #spec: SqliteSessionSpec;
  readonly #lease: Lease<WriteConnection>;
  readonly #connection: WriteConnection;
  readonly #lock: SqliteLock;
  #newest: number;
  #pending: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(spec: SqliteSessionSpec, lease: Lease<WriteConnection>, lock: SqliteLock, newest: number) {
    this.label = spec.label;
    this.#spec = spec;
    this.#lease = lease;
    this.#connection = lease.connection;
    this.#lock = lock;
    this.#newest = newest;
  }

  list(): Promise<readonly CheckpointEntry[]> {
    return this.#asked('list', () => listCheckpoints(this.#connection.database, this.#spec.pipeline));
  }

  read(id: number): Promise<Uint8Array> {
    const { pipeline } = this.#spec;
    return this.#asked(`read checkpoint ${id} of`, () =>
      readCheckpoint(this.#connection.database, pipeline, id, this.label),
    );
  }

  write(id: number, chunks: Iterable<Uint8Array>): Promise<void> {
    return this.#inTurn('write', async () => {
      this.#checkId(id);
      const { database } = this.#connection;
      const { pipeline, keep, patience, machine } = this.#spec;
      const doing = `write checkpoint ${id} in ${this.label}`;
      await this.#connection.commitWith(doing, patience, async () => {
        this.#lock.check(database, doing);
        await putCheckpoint(database, { pipeline, id, time: machine.now() }, chunks);
        for (const old of listCheckpoints(database, pipeline).slice(keep)) {
          removeCheckpoint(database, pipeline, old.id);
        }
      });
      this.#newest = id;
    });
  }

  remove(id: number): Promise<void> {
    return this.#inTurn('remove', () => {
      const { database } = this.#connection;
      const doing = `remove checkpoint ${id} in ${this.label}`;
      return this.#connection.alone(doing, this.#spec.patience, () => {
        this.#lock.check(database, doing);
        removeCheckpoint(database, this.#spec.pipeline, id);
      });
    });
  }

  createFile(name: string): Promise<KeptFile> {
    const { folder } = this.#spec;
    return this.#inTurn('make a file beside', async () => {
      await makeFolder(nodeStoreFileSystem, folder).catch((error: unknown) => {
        throw storeError(`make ${folder}`, error);
      });
      return createKept(folder, name, nodeStoreFileSystem);
    });
  }

  openFile(name: string): Promise<KeptFile> {
    return this.#inTurn('open a file beside', () => openKept(this.#spec.folder, name, nodeStoreFileSystem));
  }

  files(): Promise<readonly string[]> {
    return this.#inTurn('list the files beside', () => keptIn(this.#spec.folder, nodeStoreFileSystem));
  }

  removeFile(name: string): Promise<void> {
    const { folder } = this.#spec;
    return this.#inTurn('remove a file beside', async () => {
      this.#lock.check(this.#connection.database, `remove ${name} beside ${this.label}`);
      await removeKept(folder, name, nodeStoreFileSystem);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#pending.then(() => this.#letGo());
    return this.#closing;
  }

  async #letGo(): Promise<void> {
    const { patience, what } = this.#spec;
    const { database } = this.#connection;
    try {
      // What is in a transaction now belongs to no checkpoint, and must not be committed with the lock.
      await this.#connection.rollback();
      await this.#connection.alone(`close ${what}`, patience, () => this.#lock.release(database));
    } catch (error) {
      this.#closing = undefined;
      throw error;
    }
    await this.#lease.release();
  }

  /** Looks something up; nothing is written. */
  #asked<T>(doing: string, ask: () => T): Promise<T> {
    return this.#inTurn(doing, async () => {
      try {
        return await whenFree(ask, this.#spec.patience);
      } catch (error) {
        throw sqliteError(`${doing} checkpoints in ${this.label}`, error);
      }
    });
  }

  #inTurn<T>(doing: string, task: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      const message = `Cannot ${doing} checkpoints in ${this.label}: they are closed`;
      return Promise.reject(new MillraceError('ERR_CHECKPOINT', message, { hint: 'Open the store again.' }));
    }
    const done = this.#pending.then(task);
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
