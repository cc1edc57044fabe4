import { MillraceError } from '../../../core/errors.ts';

type Sqlite = typeof import('node:sqlite');

/**
 * Loads SQLite, which Node.js brings along, when it is first needed: older versions warn that it is experimental.
 *
 * @param doing What needs it, e.g. `read sqlite orders.db`.
 * @throws MillraceError `ERR_PEER` where Node.js was built without it.
 */
export async function loadSqlite(doing: string): Promise<Sqlite> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new MillraceError('ERR_PEER', `Cannot ${doing}: this Node.js has no SQLite`, {
      cause,
      hint: 'Take a build of Node.js that brings it along, from version 22.18 on.',
      details: { package: 'node:sqlite' },
    });
  }
}
