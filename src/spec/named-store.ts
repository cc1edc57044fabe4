import { statSync } from 'node:fs';
import { MillraceError } from '../core/errors.ts';
import type { CheckpointStore } from '../interfaces/checkpoint.ts';
import { directoryStore } from '../processing/checkpoint/directory-store.ts';

const POSTGRES = /^postgres(ql)?:\/\//;
const SQLITE = /^sqlite:/;
const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\//i;
/** What databases of SQLite are called. */
const DATABASE = /\.(db|sqlite|sqlite3|db3)$/i;

/**
 * The store that a text names: a database of PostgreSQL by its URL, one of SQLite as `sqlite:FILE` or by a name that ends as those of
 * databases do (`state.db`), else a folder; also one that is there and is called like a database.
 *
 * @param doing What needs it, for errors: `run with checkpoints`.
 * @throws MillraceError `ERR_OPTIONS` for a URL of something else; errors never tell a password.
 */
export async function namedStore(text: string, doing: string): Promise<CheckpointStore> {
  if (POSTGRES.test(text)) {
    const { postgresStore } = await import('../io/connectors/postgres/postgres-store.ts');
    return postgresStore(text);
  }
  const named = SQLITE.test(text);
  if (named || (DATABASE.test(text) && !isFolder(text))) {
    const { sqliteStore } = await import('../io/connectors/sqlite/sqlite-store.ts');
    return sqliteStore(text.replace(SQLITE, ''));
  }
  const scheme = URL_LIKE.exec(text)?.[0];
  if (scheme === undefined) return directoryStore(text);
  throw new MillraceError('ERR_OPTIONS', `Cannot ${doing}: nothing keeps checkpoints at ${scheme}…`, {
    hint: 'Name a folder, sqlite:FILE, or postgres://user@host/database.',
  });
}

/** The path in the name of a store, and what stands before it; `undefined` where it names none, or nothing at all. */
export function storePath(text: string): { readonly scheme: string; readonly path: string } | undefined {
  if (POSTGRES.test(text)) return undefined;
  if (SQLITE.test(text)) return { scheme: 'sqlite:', path: text.replace(SQLITE, '') };
  return URL_LIKE.test(text) && !DATABASE.test(text) ? undefined : { scheme: '', path: text };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
