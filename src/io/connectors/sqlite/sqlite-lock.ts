import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { MillraceError } from '../../../core/errors.ts';
import { judge, locked, ownerHere, parseOwner } from '../../../core/store/lock-owner.ts';
import type { Machine } from '../../../core/store/machine.ts';

export interface SqliteLockSpec {
  readonly pipeline: string;
  /** The file of the database. */
  readonly file: string;
  /** What is locked, for errors. */
  readonly what: string;
  readonly takeOver: boolean;
  readonly machine: Machine;
}

/**
 * The lock of a pipeline: a row that says who owns it. Each look at it is in a transaction with what follows from it, of
 * which SQLite lets no two write.
 */
export class SqliteLock {
  readonly #spec: SqliteLockSpec;
  readonly #text: string;

  constructor(spec: SqliteLockSpec) {
    this.#spec = spec;
    this.#text = JSON.stringify(ownerHere(spec.machine, randomUUID()));
  }

  /** @throws MillraceError `ERR_LOCKED` when somebody else has it. */
  take(database: DatabaseSync): void {
    const { pipeline, machine, takeOver, what, file } = this.#spec;
    const found = ownerIn(database, pipeline);
    if (found !== undefined) {
      const owner = parseOwner(found);
      const verdict = judge(owner, machine);
      if (verdict !== 'gone' && (verdict === 'alive' || !takeOver)) {
        const row = `the row of ${JSON.stringify(pipeline)} in the table millrace_locks of ${file}`;
        throw locked(what, { file, lock: row, removal: `delete ${row}` }, owner, verdict);
      }
    }
    database
      .prepare(
        'INSERT INTO millrace_locks (pipeline, owner) VALUES (?, ?) ON CONFLICT DO UPDATE SET owner = excluded.owner',
      )
      .run(pipeline, this.#text);
  }

  /** @throws MillraceError `ERR_LOCKED` when it was taken away. */
  check(database: DatabaseSync, doing: string): void {
    if (ownerIn(database, this.#spec.pipeline) === this.#text) return;
    throw new MillraceError(
      'ERR_LOCKED',
      `Cannot ${doing}: the lock was taken over by somebody else, or removed`,
      { hint: 'Stop this run: another one may be using the checkpoints.' },
    );
  }

  release(database: DatabaseSync): void {
    database
      .prepare('DELETE FROM millrace_locks WHERE pipeline = ? AND owner = ?')
      .run(this.#spec.pipeline, this.#text);
  }
}

function ownerIn(database: DatabaseSync, pipeline: string): string | undefined {
  const found = database.prepare('SELECT owner FROM millrace_locks WHERE pipeline = ?').get(pipeline);
  return found === undefined ? undefined : String(found.owner);
}
