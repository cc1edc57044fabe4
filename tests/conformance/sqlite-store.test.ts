import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'vitest';
import type { CheckpointStore } from '../../src/interfaces/checkpoint.ts';
import { sqliteStore } from '../../src/io/connectors/sqlite/sqlite-store.ts';
import { leaseConnection } from '../../src/io/connectors/sqlite/write-connection.ts';
import {
  type CheckpointStoreCases,
  checkpointStoreConformance,
} from '../../src/testing/checkpoint-store-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

function suite(name: string, make: () => CheckpointStore, cases: CheckpointStoreCases = {}): void {
  describe(name, () => {
    for (const one of checkpointStoreConformance(name, make, { leaks: openFiles, ...cases })) {
      test(one.name, one.run);
    }
  });
}

const again = (store: CheckpointStore) => sqliteStore(store.label.slice('sqlite '.length));

/** A store whose checkpoint 2 meets something on its first way into the database. */
function meeting(
  around: (path: string, run: object, write: () => Promise<void>) => Promise<void>,
): CheckpointStore {
  const path = folder.path('faulty.db');
  const store = sqliteStore(path, { timeout: 5 });
  let met = false;
  return Object.freeze<CheckpointStore>({
    ...store,
    open: async (options) => {
      const run = {};
      const session = await store.open({ ...options, run });
      return {
        label: session.label,
        list: () => session.list(),
        read: (id) => session.read(id),
        remove: (id) => session.remove(id),
        createFile: (name) => session.createFile(name),
        openFile: (name) => session.openFile(name),
        files: () => session.files(),
        removeFile: (name) => session.removeFile(name),
        close: () => session.close(),
        async write(id, chunks) {
          if (met || id !== 2) return session.write(id, chunks);
          met = true;
          // Too much for the pages that are there, where there may be no more of them.
          return around(path, run, () => session.write(id, [...chunks, Buffer.alloc(100_000)]));
        },
      };
    },
  });
}

/** While another connection does something with the same database. */
async function beside(path: string, statements: string, write: () => Promise<void>): Promise<void> {
  const other = new DatabaseSync(path);
  try {
    other.exec(statements);
    await write();
  } finally {
    other.close();
  }
}

/** While the connection of the store itself is set to something. */
async function tuned(path: string, run: object, pragma: string, write: () => Promise<void>): Promise<void> {
  const { connection, release } = await leaseConnection({
    database: path,
    doing: 'test',
    create: false,
    run,
  });
  connection.database.exec(`PRAGMA ${pragma}`);
  try {
    await write();
  } finally {
    connection.database.exec('PRAGMA max_page_count = 1000000; PRAGMA query_only = OFF');
    await release();
  }
}

suite('sqlite', () => sqliteStore(folder.path('state.db')), {
  again,
  faults: {
    'somebody else writes': () => meeting((path, _, write) => beside(path, 'BEGIN IMMEDIATE', write)),
    'somebody else reads, and the commit has to wait': () =>
      meeting((path, _, write) => beside(path, 'BEGIN; SELECT * FROM millrace_locks', write)),
    'there is no space left': () =>
      meeting((path, run, write) => tuned(path, run, 'max_page_count = 1', write)),
    'the database may only be read': () =>
      meeting((path, run, write) => tuned(path, run, 'query_only = ON', write)),
  },
});
suite(
  'sqlite in WAL mode',
  () => {
    const path = folder.path('wal.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL');
    database.close();
    return sqliteStore(path);
  },
  { again },
);
suite('sqlite of five', () => sqliteStore(folder.path('five.db'), { keep: 5 }), { keep: 5 });
