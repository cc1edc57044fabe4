import type { DatabaseSync } from 'node:sqlite';
import { quoted } from '../sql/identifier.ts';
import { RecordColumns } from '../sql/record-columns.ts';
import { type Affinity, type Cell, cellOf, Uncellable } from './cell.ts';
import { insertText, RowInsert } from './row-insert.ts';
import type { SqliteWriteSettings } from './sqlite-write-options.ts';
import { affinities, noColumn, noTable, tableFacts } from './table-facts.ts';

/** What a later run has to know of a table to go on with it. */
export interface TableState {
  readonly table: string;
  /** `null` where no record has settled them. */
  readonly columns: readonly string[] | null;
  /** The statement that made the table; `null` where it was there. */
  readonly made: string | null;
}

interface Ready {
  readonly affinities: readonly Affinity[];
  readonly insert: RowInsert;
}

/** Puts records into a table, which it makes where it is told to. Its calls are parts of a transaction. */
export class TableRows {
  readonly #database: DatabaseSync;
  readonly #settings: SqliteWriteSettings;
  readonly #target: string;
  readonly #columns: RecordColumns;
  #made: string | null;
  #ready: Ready | undefined;

  /**
   * @throws MillraceError `ERR_NOT_FOUND` when the table is not there and is not to be made, `ERR_COLUMNS` when it lacks a
   *   column, and what SQLite says of a `conflict` that fits no key.
   */
  constructor(database: DatabaseSync, settings: SqliteWriteSettings, target: string, state?: TableState) {
    this.#database = database;
    this.#settings = settings;
    this.#target = target;
    const columns = settings.columns ?? state?.columns ?? undefined;
    this.#columns = new RecordColumns({ ...settings, columns, target });
    this.#made = state?.made ?? null;
    const facts = tableFacts(database, settings.table);
    if (facts !== undefined)
      this.#check(
        columns ?? [],
        facts.columns.map(({ name }) => name),
      );
    else if (settings.create === false && this.#made === null) throw this.#missing();
  }

  get state(): TableState {
    const { names } = this.#columns;
    return {
      table: this.#settings.table,
      columns: names === undefined ? null : [...names],
      made: this.#made,
    };
  }

  /**
   * Inserts records; returns their values, one row behind the other.
   *
   * @throws MillraceError `ERR_ENCODE` for what SQLite cannot hold; and what SQLite says of what the table does not take.
   */
  insert(records: readonly unknown[]): readonly Cell[] {
    return this.#orAsBefore(records, (insert, values) => {
      insert.run(values);
      return values;
    });
  }

  /**
   * Inserts records one by one, to find the one that the table refuses.
   *
   * @throws RefusedRow
   */
  insertEach(records: readonly unknown[]): void {
    this.#orAsBefore(records, (insert, values) => insert.runEach(values));
  }

  /** What a batch that is refused has settled, its savepoint takes along. */
  #orAsBefore<T>(records: readonly unknown[], use: (insert: RowInsert, values: readonly Cell[]) => T): T {
    const before = { made: this.#made, ready: this.#ready, names: this.#columns.names };
    try {
      if (before.names === undefined) this.#columns.settle(this.#columns.told(records));
      const { affinities, insert } = this.#prepared(records);
      return use(insert, this.#cells(records, affinities));
    } catch (error) {
      this.#made = before.made;
      this.#ready = before.ready;
      if (before.names === undefined) this.#columns.forget();
      throw error;
    }
  }

  /** Inserts values that an earlier run had inserted. */
  insertAgain(values: readonly Cell[]): void {
    this.#prepared([]).insert.run(values);
  }

  /** Whether a table is to be made also when there are no records: where its columns were given. */
  get makesEmpty(): boolean {
    return typeof this.#settings.create === 'object';
  }

  makeEmpty(): void {
    if (tableFacts(this.#database, this.#settings.table) === undefined) this.#make([]);
  }

  #prepared(records: readonly unknown[]): Ready {
    if (this.#ready !== undefined) return this.#ready;
    const { table, conflict } = this.#settings;
    const names = this.#columns.names!;
    if (tableFacts(this.#database, table) === undefined) this.#make(records);
    const facts = tableFacts(this.#database, table);
    if (facts === undefined) throw this.#missing();
    const found = affinities(facts, names);
    const lacking = found.indexOf(undefined);
    const there = facts.columns.map(({ name }) => name);
    if (lacking !== -1) throw this.#noColumn(names[lacking]!, there);
    this.#ready = {
      affinities: found as Affinity[],
      insert: new RowInsert(this.#database, table, names, conflict),
    };
    return this.#ready;
  }

  /** Where a record has said which columns there are, it is the record that is wrong. */
  #noColumn(name: string, there: readonly string[]): Error {
    if (this.#settings.columns !== undefined) return noColumn(`write to ${this.#target}`, name, there);
    return this.#columns.refusal(0, `its key ${JSON.stringify(name)} is no column of the table`, {
      hint: `It has ${there.map((column) => JSON.stringify(column)).join(', ')}: name those to write in columns: [...], and say extra: 'ignore' where records have more.`,
      details: { column: name },
    });
  }

  #cells(records: readonly unknown[], affinities: readonly Affinity[]): readonly Cell[] {
    const width = affinities.length;
    const values: unknown[] = new Array(records.length * width);
    for (let index = 0; index < records.length; index++) {
      const at = index * width;
      this.#columns.put(records[index], index, values, at);
      for (let column = 0; column < width; column++) {
        const value = values[at + column];
        if (typeof value === 'string' && value.isWellFormed()) continue;
        values[at + column] = this.#cell(value, affinities[column]!, index, column);
      }
    }
    return values as Cell[];
  }

  #cell(value: unknown, affinity: Affinity, index: number, column: number): Cell {
    try {
      return cellOf(value, affinity);
    } catch (error) {
      if (!(error instanceof Uncellable)) throw error;
      const name = this.#columns.names![column]!;
      throw this.#columns.refusal(index, `its key ${JSON.stringify(name)} is ${error.message}`, {
        hint: 'Make a value of it that SQLite can hold: a number, text, bytes or null.',
        details: { column: name },
      });
    }
  }

  #check(columns: readonly string[], there: readonly string[]): void {
    const { table, conflict } = this.#settings;
    const facts = tableFacts(this.#database, table)!;
    const doing = `write to ${this.#target}`;
    const key = typeof conflict === 'object' ? [...conflict.key, ...(conflict.update ?? [])] : [];
    for (const name of [...columns, ...key]) {
      if (affinities(facts, [name])[0] === undefined) throw noColumn(doing, name, there);
    }
    // That the key is one of the table SQLite says when it is asked.
    if (typeof conflict === 'object') this.#database.prepare(insertText(table, conflict.key, conflict, 1));
  }

  #missing(): Error {
    const hint = 'Make it before, or say create: true, or create: { column: type } with its columns.';
    return noTable(`write to ${this.#target}`, this.#settings.table, hint);
  }

  #make(records: readonly unknown[]): void {
    const { create, table } = this.#settings;
    const names = this.#columns.names ?? [];
    const columns = typeof create === 'object' ? Object.entries(create) : typesOf(names, records);
    const defined = columns.map(([name, type]) => `${quoted(name, 'column')} ${type}`.trimEnd());
    this.#made ??= `CREATE TABLE ${quoted(table, 'table')} (${defined.join(', ')})`;
    this.#database.exec(this.#made);
  }
}

/** What the columns of a table are declared as that is made for records: by the first value of each. */
function typesOf(names: readonly string[], records: readonly unknown[]): [string, string][] {
  return names.map((name) => {
    const values = records.map((record) => (record as Record<string, unknown> | null)?.[name]);
    return [name, typeOf(values.find((value) => value !== null && value !== undefined))];
  });
}

function typeOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return 'NUMERIC';
    case 'bigint':
    case 'boolean':
      return 'INTEGER';
    case 'undefined':
      return '';
    default:
      return value instanceof Uint8Array ? 'BLOB' : 'TEXT';
  }
}
