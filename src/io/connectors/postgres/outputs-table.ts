import { goneOnWith, OUTPUTS_TABLE } from '../sql/output-state.ts';
import { madeOnce } from './made-once.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { tableSql } from './table-columns.ts';

/** How long the entry of a finished output stays, so that a run which was killed right behind it can be gone on with. */
const KEPT = "interval '30 days'";

type Asked = Pick<PostgresConnection, 'query'>;

/** What the database says of one output: how many transactions of it were committed. */
export class OutputEntry {
  readonly #table: string;
  readonly #output: string;
  readonly #target: string;
  /** The number that is there, the open transaction included. */
  #there = 0;

  /** `target` is what the output is, for people who look at the table. */
  constructor(output: string, schema: string | undefined, target: string) {
    this.#table = tableSql(OUTPUTS_TABLE, schema);
    this.#output = output;
    this.#target = target;
  }

  /** What is there; 0 for nothing. */
  async committed(connection: Asked): Promise<number> {
    if (!(await this.#tableThere(connection))) return 0;
    const { rows } = await connection.query(`SELECT sequence FROM ${this.#table} WHERE output = $1`, [
      this.#output,
    ]);
    this.#there = Number(rows[0]?.[0] ?? 0);
    return this.#there;
  }

  /** Makes the table where there is none, and lets go of what is long over. */
  async make(connection: Asked): Promise<void> {
    await madeOnce(
      connection,
      `CREATE TABLE IF NOT EXISTS ${this.#table} (
        output text PRIMARY KEY, sequence bigint NOT NULL, time timestamptz NOT NULL,
        finished boolean NOT NULL, target text NOT NULL
      )`,
      [this.#table],
    );
    await connection.query(`DELETE FROM ${this.#table} WHERE finished AND time < now() - ${KEPT}`);
  }

  /**
   * Puts the number into the open transaction. What is put off until its end is looked at now: a row that a later look would
   * refuse must be in no checkpoint.
   *
   * @throws MillraceError `ERR_CHANGED` when somebody else has changed it.
   */
  async put(connection: Asked, sequence: number): Promise<void> {
    await connection.query('SET CONSTRAINTS ALL IMMEDIATE');
    const text =
      this.#there === 0
        ? `INSERT INTO ${this.#table} (output, sequence, time, finished, target) VALUES ($1, $2, now(), false, $3)
           ON CONFLICT DO NOTHING`
        : `UPDATE ${this.#table} SET sequence = $2, time = now(), finished = false, target = $3
           WHERE output = $1 AND sequence = ${this.#there}`;
    const { rowCount } = await connection.query(text, [this.#output, sequence, this.#target]);
    if (rowCount !== 1) throw goneOnWith(this.#target, this.#output);
    this.#there = sequence;
  }

  /** All of the output is there. */
  async finish(connection: Asked): Promise<void> {
    if (this.#there === 0) return;
    await connection.query(`UPDATE ${this.#table} SET finished = true WHERE output = $1`, [this.#output]);
  }

  /** Nobody will go on with it. */
  async remove(connection: Asked): Promise<void> {
    if (!(await this.#tableThere(connection))) return;
    await connection.query(`DELETE FROM ${this.#table} WHERE output = $1`, [this.#output]);
  }

  async #tableThere(connection: Asked): Promise<boolean> {
    const { rows } = await connection.query('SELECT to_regclass($1) IS NOT NULL', [this.#table]);
    return rows[0]![0] === 't';
  }
}
