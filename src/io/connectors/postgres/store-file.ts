import { MillraceError } from '../../../core/errors.ts';
import type { KeptFile } from '../../../interfaces/checkpoint.ts';
import { piecesOf } from '../sql/pieces.ts';
import { postgresError } from './postgres-error.ts';
import { type Asked, bytesOf, type StoreTables } from './store-tables.ts';

export interface StoreFileSpec {
  readonly connection: Asked;
  readonly tables: StoreTables;
  readonly pipeline: string;
  readonly name: string;
  /** The store, for errors. */
  readonly label: string;
  /** Lets go of what only this file needs, however often it is called. */
  readonly release?: () => Promise<void>;
}

/** A file beside the checkpoints: rows of a table, by a connection which has no part in the transaction of the checkpoints. */
export class StoreFile implements KeptFile {
  readonly name: string;
  readonly #spec: StoreFileSpec;
  readonly #writable: boolean;
  #bytes: number;

  private constructor(spec: StoreFileSpec, bytes: number, writable: boolean) {
    this.name = spec.name;
    this.#spec = spec;
    this.#bytes = bytes;
    this.#writable = writable;
  }

  /** @throws MillraceError `ERR_CHECKPOINT` when there is one of that name. */
  static async create(spec: StoreFileSpec): Promise<StoreFile> {
    const { connection, tables, pipeline, name, label } = spec;
    const { rowCount } = await connection.query(
      `INSERT INTO ${tables.files} VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [pipeline, name],
    );
    if (rowCount === 1) return new StoreFile(spec, 0, true);
    throw new MillraceError(
      'ERR_CHECKPOINT',
      `Cannot make the file ${name} in ${label}: it is there already`,
      {
        hint: 'Take another name, or remove it before.',
      },
    );
  }

  /** @throws MillraceError `ERR_NOT_FOUND` when it is not there. */
  static async open(spec: StoreFileSpec): Promise<StoreFile> {
    const { connection, tables, pipeline, name, label } = spec;
    const { rows } = await connection.query(
      `SELECT coalesce((SELECT position + length(content) FROM ${tables.fileParts}
         WHERE pipeline = $1 AND name = $2 ORDER BY position DESC LIMIT 1), 0)
       FROM ${tables.files} WHERE pipeline = $1 AND name = $2`,
      [pipeline, name],
    );
    if (rows.length > 0) return new StoreFile(spec, Number(rows[0]![0]), false);
    throw noFile(name, label);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (!this.#writable) {
      throw new MillraceError('ERR_CHECKPOINT', `Cannot append to ${this.name}: it was opened for reading`, {
        hint: 'Make another file.',
      });
    }
    for (const piece of piecesOf([bytes])) {
      const values = [this.#spec.pipeline, this.name, this.#bytes, piece];
      // Nobody waits for the disk here: what was committed before a commit that is safe is as safe.
      const text = `INSERT INTO ${this.#spec.tables.fileParts}
        SELECT $1, $2, $3::bigint, $4::bytea FROM set_config('synchronous_commit', 'off', true)`;
      await this.#asked(`append to ${this.name}`, text, values);
      this.#bytes += piece.length;
    }
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const { tables, pipeline } = this.#spec;
    let filled = 0;
    while (filled < into.length && position + filled < this.#bytes) {
      const at = position + filled;
      const { rows } = await this.#asked(
        `read ${this.name}`,
        `SELECT substring(content FROM ($3::bigint - position + 1)::int FOR $4) FROM ${tables.fileParts}
         WHERE pipeline = $1 AND name = $2 AND position <= $3 ORDER BY position DESC LIMIT 1`,
        [pipeline, this.name, at, into.length - filled],
      );
      const found = rows.length === 0 ? Buffer.alloc(0) : bytesOf(rows[0]![0]!);
      if (found.length === 0) break;
      into.set(found, filled);
      filled += found.length;
    }
    return filled;
  }

  async sync(): Promise<void> {
    const { files } = this.#spec.tables;
    await this.#asked(
      `make ${this.name} safe`,
      `UPDATE ${files} SET name = name WHERE pipeline = $1 AND name = $2`,
      [this.#spec.pipeline, this.name],
    );
  }

  async close(): Promise<void> {
    await this.#spec.release?.();
  }

  async #asked(doing: string, text: string, values?: readonly unknown[]) {
    try {
      return await this.#spec.connection.query(text, values);
    } catch (error) {
      throw postgresError(`${doing} in ${this.#spec.label}`, error);
    }
  }
}

export function noFile(name: string, label: string): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot open the file ${name} in ${label}: it does not exist`, {
    hint: 'Look at what the store has.',
  });
}
