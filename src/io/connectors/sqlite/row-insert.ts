import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { quoted } from '../sql/identifier.ts';
import type { Cell } from './cell.ts';
import { breaksRule } from './sqlite-error.ts';

/** What happens to a row whose key is there already. */
export type Conflict =
  | 'error'
  | 'ignore'
  | { readonly key: readonly string[]; readonly update?: readonly string[] | undefined };

/** Values that one statement binds: more rows at once pay up to about there, and cost beyond. */
const VALUES_AT_ONCE = 64;

/** A row that a table refused: which one, of those that were to be inserted, and why. */
export class RefusedRow extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super('A row was refused', { cause });
    this.index = index;
  }
}

/** Inserts rows, several with each statement. */
export class RowInsert {
  readonly #columns: number;
  readonly #rows: number;
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  constructor(database: DatabaseSync, table: string, columns: readonly string[], conflict: Conflict) {
    this.#columns = columns.length;
    this.#rows = Math.max(1, Math.floor(VALUES_AT_ONCE / columns.length));
    const statement = (rows: number) => database.prepare(insertText(table, columns, conflict, rows));
    this.#one = statement(1);
    this.#many = this.#rows === 1 ? this.#one : statement(this.#rows);
  }

  /** Inserts rows, whose values stand one behind the other. When it throws, some of them may have been inserted. */
  run(values: readonly Cell[]): void {
    const width = this.#rows * this.#columns;
    let at = 0;
    for (; at + width <= values.length; at += width) this.#many.run(...values.slice(at, at + width));
    for (; at < values.length; at += this.#columns) this.#one.run(...values.slice(at, at + this.#columns));
  }

  /**
   * Inserts rows one by one, to find the one that is refused.
   *
   * @throws RefusedRow
   */
  runEach(values: readonly Cell[]): void {
    for (let at = 0; at < values.length; at += this.#columns) {
      try {
        this.#one.run(...values.slice(at, at + this.#columns));
      } catch (error) {
        throw breaksRule(error) ? new RefusedRow(at / this.#columns, error) : error;
      }
    }
  }
}

/** The statement that inserts so many rows. */
export function insertText(
  table: string,
  columns: readonly string[],
  conflict: Conflict,
  rows: number,
): string {
  const names = columns.map((name) => quoted(name, 'column'));
  const row = `(${columns.map(() => '?').join(', ')})`;
  const into = `INSERT INTO ${quoted(table, 'table')} (${names.join(', ')})`;
  return `${into} VALUES ${Array(rows).fill(row).join(', ')}${conflictText(columns, conflict)}`;
}

function conflictText(columns: readonly string[], conflict: Conflict): string {
  if (conflict === 'error') return '';
  if (conflict === 'ignore') return ' ON CONFLICT DO NOTHING';
  const key = conflict.key.map((name) => quoted(name, 'column')).join(', ');
  const updated = conflict.update ?? columns.filter((name) => !conflict.key.includes(name));
  if (updated.length === 0) return ` ON CONFLICT (${key}) DO NOTHING`;
  const set = updated.map((name) => quoted(name, 'column')).map((name) => `${name} = excluded.${name}`);
  return ` ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}`;
}
