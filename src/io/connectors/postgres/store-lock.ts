import { createHash } from 'node:crypto';
import { MillraceError } from '../../../core/errors.ts';
import type { Machine } from '../../../core/store/machine.ts';
import type { Asked, StoreTables } from './store-tables.ts';

/** How long to wait for a lock whose owner may just be gone: the server hears of that a moment later. */
const PATIENCE = '1s';

const LOCK_NOT_AVAILABLE = '55P03';

export interface PostgresLockSpec {
  readonly tables: StoreTables;
  readonly pipeline: string;
  /** What is locked, for errors. */
  readonly what: string;
  readonly machine: Machine;
}

/**
 * The lock of a pipeline: an advisory lock of the session, so that the server knows whether its owner is alive, and a row
 * that says who that is.
 */
export class PostgresLock {
  readonly #spec: PostgresLockSpec;
  #key: string | undefined;

  constructor(spec: PostgresLockSpec) {
    this.#spec = spec;
  }

  /**
   * Takes the lock. Belongs into a transaction, which it outlives.
   *
   * @throws MillraceError `ERR_LOCKED` when somebody else has it.
   */
  async take(connection: Asked): Promise<void> {
    const { tables, pipeline, machine } = this.#spec;
    const { rows } = await connection.query('SELECT to_regclass($1)::oid', [tables.locks]);
    const key = keyOf(rows[0]![0]!, pipeline);
    await connection.query(`SAVEPOINT lock; SET LOCAL lock_timeout = '${PATIENCE}'`);
    try {
      await connection.query('SELECT pg_advisory_lock($1)', [key]);
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== LOCK_NOT_AVAILABLE) throw error;
      await connection.query('ROLLBACK TO SAVEPOINT lock');
      throw await this.#locked(connection, key);
    }
    await connection.query('SET LOCAL lock_timeout TO DEFAULT; RELEASE SAVEPOINT lock');
    this.#key = key;
    const owner = { pid: machine.pid, host: machine.host, since: machine.now() };
    await connection.query(
      `INSERT INTO ${tables.locks} VALUES ($1, $2) ON CONFLICT (pipeline) DO UPDATE SET owner = excluded.owner`,
      [pipeline, owner],
    );
  }

  /** Gives it back. */
  async release(connection: Asked): Promise<void> {
    if (this.#key === undefined) return;
    const { tables, pipeline } = this.#spec;
    await connection.query(`DELETE FROM ${tables.locks} WHERE pipeline = $1`, [pipeline]);
    await connection.query('SELECT pg_advisory_unlock($1)', [this.#key]);
    this.#key = undefined;
  }

  async #locked(connection: Asked, key: string): Promise<MillraceError> {
    const { tables, pipeline, what } = this.#spec;
    const { rows } = await connection.query(
      `SELECT owner ->> 'pid', owner ->> 'host', (owner ->> 'since')::float8,
         (SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
          AND (classid::bigint << 32) | objid::bigint = $2 LIMIT 1)
       FROM ${tables.locks} WHERE pipeline = $1`,
      [pipeline, key],
    );
    const [pid, host, since, session] = rows[0] ?? [];
    const owner = pid == null ? 'somebody' : `process ${pid} on ${host}`;
    const when = since == null ? '' : ` since ${new Date(Number(since)).toISOString()}`;
    const stop = session == null ? '' : `, or end its session: SELECT pg_terminate_backend(${session})`;
    return new MillraceError('ERR_LOCKED', `Cannot open ${what}: ${owner} has had them open${when}`, {
      hint: `Wait until it is over, or stop it${stop}: two runs cannot share the checkpoints of a pipeline.`,
      details: { ...(pid != null && { pid: Number(pid), host }), ...(session != null && { session }) },
    });
  }
}

/** The number of the lock: of 64 bits, signed. Stores in two schemas have two. */
function keyOf(table: string, pipeline: string): string {
  const hash = createHash('sha256').update(`millrace ${table} ${pipeline}`).digest();
  return `${hash.readBigInt64BE(0)}`;
}
