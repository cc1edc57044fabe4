import type { DatabaseSync } from 'node:sqlite';
import { goneOnWith, OUTPUTS_TABLE } from '../sql/output-state.ts';

/** How long the entry of a finished output stays, so that a run which was killed right behind it can be gone on with. */
const KEPT_MS = 30 * 24 * 3_600_000;

const MAKE = `CREATE TABLE IF NOT EXISTS ${OUTPUTS_TABLE} (
  output TEXT PRIMARY KEY, sequence INTEGER NOT NULL, time TEXT NOT NULL, finished INTEGER NOT NULL, target TEXT NOT NULL
) WITHOUT ROWID`;

/** What the database says of one output: how many transactions of it were committed. */
export class OutputEntry {
  readonly #database: DatabaseSync;
  readonly #output: string;
  readonly #target: string;
  /** The number that is there, the open transaction included. */
  #there: number;

  /** `target` is what the output is, for people who look at the table. */
  constructor(database: DatabaseSync, output: string, target: string) {
    this.#database = database;
    this.#output = output;
    this.#target = target;
    this.#there = this.committed();
  }

  /** What is there; 0 for nothing. */
  committed(): number {
    if (!this.#tableThere()) return 0;
    const found = this.#database
      .prepare(`SELECT sequence FROM ${OUTPUTS_TABLE} WHERE output = ?`)
      .get(this.#output);
    return Number(found?.sequence ?? 0);
  }

  /**
   * Puts the number into the open transaction.
   *
   * @throws MillraceError `ERR_CHANGED` when somebody else has changed it.
   */
  put(sequence: number, now: number): void {
    const time = new Date(now).toISOString();
    if (this.#there === 0) {
      this.#database.exec(MAKE);
      const old = new Date(now - KEPT_MS).toISOString();
      this.#database.prepare(`DELETE FROM ${OUTPUTS_TABLE} WHERE finished = 1 AND time < ?`).run(old);
    }
    const { changes } = this.#database
      .prepare(
        this.#there === 0
          ? `INSERT INTO ${OUTPUTS_TABLE} (sequence, time, target, output, finished) VALUES (?, ?, ?, ?, 0)
             ON CONFLICT DO NOTHING`
          : `UPDATE ${OUTPUTS_TABLE} SET sequence = ?, time = ?, target = ?, finished = 0
             WHERE output = ? AND sequence = ${this.#there}`,
      )
      .run(sequence, time, this.#target, this.#output);
    if (Number(changes) !== 1) throw goneOnWith(this.#target, this.#output);
    this.#there = sequence;
  }

  /** All of the output is there. */
  finish(): void {
    if (this.#there === 0) return;
    this.#database.prepare(`UPDATE ${OUTPUTS_TABLE} SET finished = 1 WHERE output = ?`).run(this.#output);
  }

  /** Nobody will go on with it. */
  remove(): void {
    if (!this.#tableThere()) return;
    this.#database.prepare(`DELETE FROM ${OUTPUTS_TABLE} WHERE output = ?`).run(this.#output);
  }

  #tableThere(): boolean {
    const found = this.#database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
      .get(OUTPUTS_TABLE);
    return found !== undefined;
  }
}
