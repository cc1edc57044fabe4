import { MillraceError } from '../../../core/errors.ts';
import type { CheckpointEntry } from '../../../interfaces/checkpoint.ts';
import { madeOnce } from './made-once.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { tableSql } from './table-columns.ts';

/** What answers statements. */
export type Asked = Pick<PostgresConnection, 'query'>;

/** The tables of a store, as SQL takes them. */
export interface StoreTables {
  readonly checkpoints: string;
  readonly parts: string;
  readonly locks: string;
  readonly files: string;
  readonly fileParts: string;
}

export function storeTables(schema: string | undefined): StoreTables {
  const named = (name: string) => tableSql(`millrace_${name}`, schema);
  return {
    checkpoints: named('checkpoints'),
    parts: named('checkpoint_parts'),
    locks: named('locks'),
    files: named('files'),
    fileParts: named('file_parts'),
  };
}

/** Makes the tables that are not there. What is large has rows of its own, so that it need not be held as a whole. */
export async function makeStoreTables(connection: Asked, tables: StoreTables): Promise<void> {
  const { checkpoints, parts, locks, files, fileParts } = tables;
  const statements = [
    `CREATE TABLE IF NOT EXISTS ${locks} (pipeline text PRIMARY KEY, owner jsonb NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${checkpoints} (
      pipeline text, id bigint, time bigint NOT NULL, bytes bigint NOT NULL, PRIMARY KEY (pipeline, id)
    )`,
    `CREATE TABLE IF NOT EXISTS ${parts} (
      pipeline text, id bigint, part integer, content bytea NOT NULL, PRIMARY KEY (pipeline, id, part)
    )`,
    `CREATE TABLE IF NOT EXISTS ${files} (pipeline text, name text, PRIMARY KEY (pipeline, name))`,
    `CREATE TABLE IF NOT EXISTS ${fileParts} (
      pipeline text, name text, position bigint, content bytea NOT NULL, PRIMARY KEY (pipeline, name, position)
    )`,
    // They are compressed already where that pays.
    `ALTER TABLE ${parts} ALTER content SET STORAGE EXTERNAL`,
    `ALTER TABLE ${fileParts} ALTER content SET STORAGE EXTERNAL`,
  ];
  await madeOnce(connection, statements.join('; '), [locks, checkpoints, parts, files, fileParts]);
}

/** Whether the tables are there. */
export async function hasTables(connection: Asked, { checkpoints }: StoreTables): Promise<boolean> {
  const { rows } = await connection.query('SELECT to_regclass($1) IS NOT NULL', [checkpoints]);
  return rows[0]![0] === 't';
}

/** The names of the pipelines that have checkpoints, sorted by code units as those of other stores are. */
export async function listPipelines(connection: Asked, { checkpoints }: StoreTables): Promise<string[]> {
  const { rows } = await connection.query(`SELECT DISTINCT pipeline FROM ${checkpoints}`);
  return rows.map(([pipeline]) => pipeline!).sort();
}

/** The names of the files beside the checkpoints of a pipeline. */
export async function listFiles(
  connection: Asked,
  { files }: StoreTables,
  pipeline: string,
): Promise<readonly string[]> {
  const { rows } = await connection.query(`SELECT name FROM ${files} WHERE pipeline = $1`, [pipeline]);
  return rows.map(([name]) => name!);
}

export async function listCheckpoints(
  connection: Asked,
  { checkpoints }: StoreTables,
  pipeline: string,
): Promise<CheckpointEntry[]> {
  const { rows } = await connection.query(
    `SELECT id, time, bytes FROM ${checkpoints} WHERE pipeline = $1 ORDER BY id DESC`,
    [pipeline],
  );
  return rows.map(([id, time, bytes]) => ({ id: Number(id), time: Number(time), bytes: Number(bytes) }));
}

/** @throws MillraceError `ERR_NOT_FOUND` when it is not there. */
export async function readCheckpoint(
  connection: Asked,
  tables: StoreTables,
  { pipeline, id, label }: { readonly pipeline: string; readonly id: number; readonly label: string },
): Promise<Uint8Array> {
  const entry = (await listCheckpoints(connection, tables, pipeline)).find((one) => one.id === id);
  const pieces: Buffer[] = [];
  let bytes = 0;
  // One row at a time: as texts they take more than twice as much.
  while (entry !== undefined && bytes < entry.bytes) {
    const { rows } = await connection.query(
      `SELECT content FROM ${tables.parts} WHERE pipeline = $1 AND id = $2 AND part = $3`,
      [pipeline, id, pieces.length],
    );
    if (rows.length === 0) break;
    pieces.push(bytesOf(rows[0]![0]!));
    bytes += pieces.at(-1)!.length;
  }
  // Whoever has the lock may remove it meanwhile.
  if (entry === undefined || bytes < entry.bytes) throw noCheckpoint(id, label);
  return Buffer.concat(pieces, bytes);
}

/** The bytes that a text of `bytea` says. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}

export function noCheckpoint(id: number, label: string): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot read checkpoint ${id} in ${label}: it does not exist`, {
    hint: 'Look at what the store lists.',
  });
}

/** Puts a checkpoint into the open transaction, piece by piece, and takes those out that are beyond the last `keep`. */
export async function putCheckpoint(
  connection: Asked,
  tables: StoreTables,
  checkpoint: {
    readonly pipeline: string;
    readonly id: number;
    readonly time: number;
    readonly keep: number;
  },
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  const { pipeline, id, time, keep } = checkpoint;
  let bytes = 0;
  let part = 0;
  for (const piece of pieces) {
    await connection.query(`INSERT INTO ${tables.parts} VALUES ($1, $2, $3, $4)`, [
      pipeline,
      id,
      part++,
      piece,
    ]);
    bytes += piece.length;
  }
  await connection.query(`INSERT INTO ${tables.checkpoints} VALUES ($1, $2, $3, $4)`, [
    pipeline,
    id,
    time,
    bytes,
  ]);
  const old = `SELECT id FROM ${tables.checkpoints} WHERE pipeline = $1 ORDER BY id DESC OFFSET $2`;
  await removeWhere(connection, tables, `id IN (${old})`, [pipeline, keep]);
}

/** Removes a checkpoint, if it is there. */
export function removeCheckpoint(
  connection: Asked,
  tables: StoreTables,
  pipeline: string,
  id: number,
): Promise<void> {
  return removeWhere(connection, tables, 'id = $2', [pipeline, id]);
}

async function removeWhere(
  connection: Asked,
  { parts, checkpoints }: StoreTables,
  condition: string,
  values: readonly unknown[],
): Promise<void> {
  for (const table of [parts, checkpoints]) {
    await connection.query(`DELETE FROM ${table} WHERE pipeline = $1 AND ${condition}`, values);
  }
}
