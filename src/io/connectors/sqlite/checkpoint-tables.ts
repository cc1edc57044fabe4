import type { DatabaseSync } from 'node:sqlite';
import { MillraceError } from '../../../core/errors.ts';
import type { CheckpointEntry } from '../../../interfaces/checkpoint.ts';

/** The tables of a store. What a checkpoint is made of has rows of its own, so that it need not be held as a whole. */
export const MAKE_TABLES = `
  CREATE TABLE IF NOT EXISTS millrace_locks (pipeline TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS millrace_checkpoints (
    pipeline TEXT NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (pipeline, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS millrace_checkpoint_parts (
    pipeline TEXT NOT NULL, id INTEGER NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL,
    UNIQUE (pipeline, id, part)
  );
`;

/** Bytes of a checkpoint in one row. */
const PART_BYTES = 2 ** 20;

/** Whether the tables are there. */
export function hasTables(database: DatabaseSync): boolean {
  const found = database
    .prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'millrace_checkpoints'")
    .get();
  return found?.count === 1;
}

/** The names of the pipelines that have checkpoints, sorted by code units as those of other stores are. */
export function listPipelines(database: DatabaseSync): string[] {
  const rows = database.prepare('SELECT DISTINCT pipeline FROM millrace_checkpoints').all();
  return rows.map(({ pipeline }) => String(pipeline)).sort();
}

export function listCheckpoints(database: DatabaseSync, pipeline: string): CheckpointEntry[] {
  return database
    .prepare('SELECT id, time, bytes FROM millrace_checkpoints WHERE pipeline = ? ORDER BY id DESC')
    .all(pipeline)
    .map(({ id, time, bytes }) => ({ id: Number(id), time: Number(time), bytes: Number(bytes) }));
}

/** @throws MillraceError `ERR_NOT_FOUND` when it is not there. */
export function readCheckpoint(
  database: DatabaseSync,
  pipeline: string,
  id: number,
  label: string,
): Uint8Array {
  if (!listCheckpoints(database, pipeline).some((entry) => entry.id === id)) throw noCheckpoint(id, label);
  const parts = database
    .prepare('SELECT content FROM millrace_checkpoint_parts WHERE pipeline = ? AND id = ? ORDER BY part')
    .all(pipeline, id);
  return Buffer.concat(parts.map(({ content }) => content as Uint8Array));
}

export function noCheckpoint(id: number, label: string): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot read checkpoint ${id} in ${label}: it does not exist`, {
    hint: 'Look at what the store lists.',
  });
}

export function removeCheckpoint(database: DatabaseSync, pipeline: string, id: number): void {
  for (const table of ['millrace_checkpoint_parts', 'millrace_checkpoints']) {
    database.prepare(`DELETE FROM ${table} WHERE pipeline = ? AND id = ?`).run(pipeline, id);
  }
}

/** Puts a checkpoint into the open transaction, piece by piece: a promise is awaited now and then, for others to get a turn. */
export async function putCheckpoint(
  database: DatabaseSync,
  { pipeline, id, time }: { readonly pipeline: string; readonly id: number; readonly time: number },
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const insert = database.prepare(
    'INSERT INTO millrace_checkpoint_parts (pipeline, id, part, content) VALUES (?, ?, ?, ?)',
  );
  let bytes = 0;
  let part = 0;
  for (const content of partsOf(chunks)) {
    insert.run(pipeline, id, part++, content);
    bytes += content.length;
    await new Promise(setImmediate);
  }
  database
    .prepare('INSERT INTO millrace_checkpoints (pipeline, id, time, bytes) VALUES (?, ?, ?, ?)')
    .run(pipeline, id, time, bytes);
}

/** The same bytes in pieces that are neither small nor too large for a row. */
function* partsOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) {
      const piece = chunk.subarray(at, at + PART_BYTES);
      if (bytes + piece.length > PART_BYTES) {
        yield Buffer.concat(gathered, bytes);
        gathered = [];
        bytes = 0;
      }
      // Whoever made it may write over it when asked for the next.
      gathered.push(piece.slice());
      bytes += piece.length;
    }
  }
  if (bytes > 0) yield Buffer.concat(gathered, bytes);
}
