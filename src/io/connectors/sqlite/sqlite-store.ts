import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { systemClock } from '../../../core/clock.ts';
import type { Duration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';
import { keptIn, openKept } from '../../../core/store/kept-file.ts';
import { type Machine, thisMachine } from '../../../core/store/machine.ts';
import { nodeStoreFileSystem } from '../../../core/store/store-file-system.ts';
import type { CheckpointStore, CheckpointView, KeptFile } from '../../../interfaces/checkpoint.ts';
import {
  hasTables,
  listCheckpoints,
  listPipelines,
  noCheckpoint,
  readCheckpoint,
} from './checkpoint-tables.ts';
import { databaseField, databasePath } from './database-path.ts';
import { loadSqlite } from './load-sqlite.ts';
import { sqliteError } from './sqlite-error.ts';
import { timeoutField } from './sqlite-fields.ts';
import { openSession } from './sqlite-session.ts';
import { type Patience, whenFree } from './when-free.ts';

/** How a database keeps checkpoints. */
export interface SqliteStoreOptions {
  /** How many checkpoints of a pipeline stay: the newest and those before it. @default 3 */
  readonly keep?: number | undefined;
  /** How long to wait for others who have the database locked. @default '10s' */
  readonly timeout?: Duration | undefined;
}

const schema = z.strictObject({
  database: databaseField,
  keep: z.int().min(1).default(3),
  timeout: timeoutField,
});

/**
 * Keeps checkpoints in a SQLite database. What a run writes to the same database by `sqlite.write` is committed with the checkpoint
 * itself, in one transaction. The lock of a pipeline is a row that says who has it; that of a process which is gone, on this
 * machine, is taken over. Files that a run keeps beside its checkpoints are in a folder beside the database, called as it
 * with `-files` behind.
 *
 * @throws MillraceError `ERR_OPTIONS`.
 * @example
 * ```ts
 * import { csv, pipeline, run } from 'millrace';
 * import { sqlite } from 'millrace/sqlite';
 *
 * const orders = csv.read('orders.csv').to(sqlite.write({ database: 'shop.db', table: 'orders' }));
 * await run(pipeline('orders', orders), { checkpoint: { store: sqlite.store('shop.db') } });
 * ```
 */
export function sqliteStore(
  database: string | URL,
  given: SqliteStoreOptions = {},
  machine: Machine = thisMachine(),
): CheckpointStore {
  const { database: path, keep, timeout } = parseOptions(schema, { ...given, database }, 'sqlite.store');
  const label = `sqlite ${path}`;
  const patience: Patience = { clock: systemClock, timeout };
  const folderOf = (file: string, pipeline: string) =>
    join(`${file}-files`, createHash('sha256').update(pipeline).digest('hex').slice(0, 32));
  return Object.freeze<CheckpointStore>({
    label,
    open: async ({ pipeline, takeOver = false, run }) => {
      const file = databasePath(path);
      return openSession({
        label,
        pipeline,
        file,
        folder: folderOf(file, pipeline),
        what: `the checkpoints of ${JSON.stringify(pipeline)} in ${path}`,
        keep,
        takeOver,
        machine,
        patience,
        run,
      });
    },
    inspect: async ({ pipeline }) => new SqliteView({ label, path, pipeline, patience, folderOf }),
    pipelines: async () =>
      (await asked(`list the pipelines in ${label}`, path, patience, listPipelines)) ?? [],
  });
}

interface SqliteViewSpec {
  readonly label: string;
  readonly path: string;
  readonly pipeline: string;
  readonly patience: Patience;
  /** Where the files beside the checkpoints of a pipeline are. */
  readonly folderOf: (file: string, pipeline: string) => string;
}

/** The checkpoints of a pipeline for reading, by a connection of its own for each call. */
class SqliteView implements CheckpointView {
  readonly label: string;
  readonly #spec: SqliteViewSpec;

  constructor(spec: SqliteViewSpec) {
    this.label = spec.label;
    this.#spec = spec;
  }

  async list() {
    const doing = `list checkpoints in ${this.label}`;
    const { path, pipeline, patience } = this.#spec;
    return (await asked(doing, path, patience, (database) => listCheckpoints(database, pipeline))) ?? [];
  }

  async files(): Promise<readonly string[]> {
    return keptIn(this.#folder(), nodeStoreFileSystem);
  }

  async openFile(name: string): Promise<KeptFile> {
    return openKept(this.#folder(), name, nodeStoreFileSystem);
  }

  #folder(): string {
    const { path, pipeline, folderOf } = this.#spec;
    return folderOf(databasePath(path), pipeline);
  }

  async read(id: number): Promise<Uint8Array> {
    const doing = `read checkpoint ${id} in ${this.label}`;
    const { path, pipeline, patience } = this.#spec;
    const take = (database: DatabaseSync) => readCheckpoint(database, pipeline, id, this.label);
    const bytes = await asked(doing, path, patience, take);
    if (bytes === undefined) throw noCheckpoint(id, this.label);
    return bytes;
  }
}

/** Asks a database by a connection of its own; nothing where there is no such database. */
async function asked<T>(
  doing: string,
  given: string,
  patience: Patience,
  ask: (database: DatabaseSync) => T,
): Promise<T | undefined> {
  const path = databasePath(given);
  if (!existsSync(path)) return undefined;
  const { DatabaseSync } = await loadSqlite(doing);
  const look = () => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return hasTables(database) ? ask(database) : undefined;
    } finally {
      database.close();
    }
  };
  try {
    return await whenFree(look, patience);
  } catch (error) {
    throw sqliteError(doing, error);
  }
}
