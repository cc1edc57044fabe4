import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import { checkedName } from '../../../core/store/kept-file.ts';
import { type Machine, thisMachine } from '../../../core/store/machine.ts';
import type { CheckpointStore, CheckpointView, KeptFile } from '../../../interfaces/checkpoint.ts';
import {
  type ConnectionSettings,
  connectionFields,
  databasePlace,
  type PostgresConnectionOptions,
} from './connection-options.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { postgresError } from './postgres-error.ts';
import { noFile, StoreFile, type StoreFileSpec } from './store-file.ts';
import { openSession } from './store-session.ts';
import {
  type Asked,
  hasTables,
  listCheckpoints,
  listFiles,
  listPipelines,
  noCheckpoint,
  readCheckpoint,
  storeTables,
} from './store-tables.ts';

/** How a database keeps checkpoints. */
export interface PostgresStoreOptions extends PostgresConnectionOptions {
  /** How many checkpoints of a pipeline stay: the newest and those before it. @default 3 */
  readonly keep?: number | undefined;
  /** The schema of the tables; by default the first of the search path. */
  readonly schema?: string | undefined;
}

const PostgresStoreSchema = z.strictObject({
  ...connectionFields,
  keep: z.int().min(1).default(3),
  schema: z.string().min(1).optional(),
});

/**
 * Keeps checkpoints in a PostgreSQL database. What a run writes to the same database by `postgres.write`, as the same user, is
 * committed with the checkpoint itself, in one transaction. The server knows whether the owner of the lock of a pipeline is
 * alive. Its tables, `millrace_…`, are made when they are first needed.
 *
 * Needs the package `pg`, an optional peer.
 *
 * @throws MillraceError `ERR_OPTIONS`.
 * @example
 * ```ts
 * import { csv, pipeline, run } from 'millrace';
 * import { postgres } from 'millrace/postgres';
 *
 * const url = 'postgres://localhost/shop';
 * const orders = csv.read('orders.csv').to(postgres.write({ url, table: 'orders' }));
 * await run(pipeline('orders', orders), { checkpoint: { store: postgres.store({ url }) } });
 * ```
 */
export function postgresStore(
  options: string | PostgresStoreOptions,
  machine: Machine = thisMachine(),
): CheckpointStore {
  const given = typeof options === 'string' ? { url: options } : options;
  const { keep, schema, ...settings } = parseOptions(PostgresStoreSchema, given, 'postgres.store');
  const label = `postgres ${databasePlace(settings).label}`;
  const tables = storeTables(schema);
  const ask = <T>(doing: string, none: T, work: (connection: Asked) => Promise<T>): Promise<T> =>
    asked(settings, `${doing} in ${label}`, async (connection) =>
      (await hasTables(connection, tables)) ? work(connection) : none,
    );
  return Object.freeze<CheckpointStore>({
    label,
    open: async ({ pipeline, run }) =>
      openSession({
        settings,
        label,
        tables,
        pipeline,
        keep,
        machine,
        run,
        what: `the checkpoints of ${JSON.stringify(pipeline)} in ${label}`,
      }),
    inspect: async ({ pipeline }): Promise<CheckpointView> => ({
      label,
      list: () => ask('list checkpoints', [], (connection) => listCheckpoints(connection, tables, pipeline)),
      read: async (id) => {
        const found = await ask(`read checkpoint ${id}`, undefined, (connection) =>
          readCheckpoint(connection, tables, { pipeline, id, label }),
        );
        if (found === undefined) throw noCheckpoint(id, label);
        return found;
      },
      files: () => ask('list files', [], (connection) => listFiles(connection, tables, pipeline)),
      openFile: async (name) => openedFile(settings, { tables, pipeline, label, name: checkedName(name) }),
    }),
    pipelines: () => ask('list the pipelines', [], (connection) => listPipelines(connection, tables)),
  });
}

/** Asks by a connection of its own. */
async function asked<T>(
  settings: ConnectionSettings,
  doing: string,
  work: (connection: Asked) => Promise<T>,
): Promise<T> {
  const connection = await PostgresConnection.open(settings, doing);
  try {
    return await work(connection);
  } catch (error) {
    throw postgresError(doing, error);
  } finally {
    await connection.close();
  }
}

/** Opens a file beside checkpoints to read it, by a connection of its own for as long as it is open. */
async function openedFile(
  settings: ConnectionSettings,
  spec: Omit<StoreFileSpec, 'connection' | 'release'>,
): Promise<KeptFile> {
  const doing = `open the file ${spec.name} in ${spec.label}`;
  const connection = await PostgresConnection.open(settings, doing);
  try {
    if (!(await hasTables(connection, spec.tables))) throw noFile(spec.name, spec.label);
    return await StoreFile.open({ ...spec, connection, release: () => connection.close() });
  } catch (error) {
    await connection.close();
    throw postgresError(doing, error);
  }
}
