import type { Batch } from '../../../interfaces/batch.ts';
import type { CopyRows } from './copy-rows.ts';
import { GatheredRows } from './gathered-rows.ts';

/** Bytes of rows that are sent together. */
const PIECE_BYTES = 2 ** 20;

export interface RowStreamSpec {
  readonly rows: CopyRows;
  /** Gets rows into the database, one piece at a time. */
  readonly send: (piece: Uint8Array) => Promise<void>;
}

/**
 * Rows on their way to the database: gathered until it pays to send them, and sent while others are gathered. What fails
 * comes to a later call, and says which record it is about.
 */
export class RowStream {
  readonly #spec: RowStreamSpec;
  #gathered = new GatheredRows();
  #sending: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(spec: RowStreamSpec) {
    this.#spec = spec;
  }

  /**
   * Takes a batch or, when it throws, none of it. Returns what to wait for before the next.
   *
   * @throws MillraceError `ERR_ENCODE`; what an earlier batch has failed with.
   */
  put(batch: Batch<unknown>): void | Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    const { rows } = this.#spec;
    rows.put(batch.records);
    this.#gathered.add(batch);
    if (rows.length >= PIECE_BYTES) return this.#begin();
  }

  /** Sends what is gathered; resolves when all is in the database. */
  async flush(): Promise<void> {
    if (this.#spec.rows.length > 0) await this.#begin();
    await this.#sending;
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** Begins to send what is gathered, when what was sent before has come through. */
  async #begin(): Promise<void> {
    await this.#sending;
    if (this.#failed !== undefined) throw this.#failed.error;
    const piece = this.#spec.rows.take();
    const gathered = this.#gathered;
    this.#gathered = new GatheredRows();
    this.#sending = this.#send(piece, gathered);
  }

  /** Never rejects: nobody may be waiting. */
  async #send(piece: Uint8Array, gathered: GatheredRows): Promise<void> {
    try {
      await this.#spec.send(piece);
    } catch (error) {
      this.#failed = { error: gathered.named(error) };
    }
  }
}
