import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
import { cellKind } from './cell-text.ts';
import { columnTypes } from './column-types.ts';
import { CopyRows } from './copy-rows.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import type { PostgresWriteSettings } from './postgres-write-options.ts';
import { type RowStatements, rowStatements } from './row-statements.ts';
import { looksBehind, noTable, type TableColumn, tableColumns, tableSql } from './table-columns.ts';

/** What a later run has to know of a table to go on with it. */
export interface TableState {
  /** The table, as it stands in SQL. */
  readonly table: string;
  /** `null` where no record has settled them. */
  readonly columns: readonly string[] | null;
  /** The statement that made the table; `null` where it was there. */
  readonly made: string | null;
}

/** What answers statements. */
type Asked = Pick<PostgresConnection, 'query'>;

let gatherings = 0;

/** The table that records are written to, which it makes where it is told to. */
export class TableTarget {
  readonly rows: CopyRows;
  readonly #settings: PostgresWriteSettings;
  readonly #target: string;
  readonly #table: string;
  readonly #gathering = `millrace_rows_${++gatherings}`;
  #made: string | null;
  #statements: RowStatements | undefined;
  #tellsRow = false;

  constructor(settings: PostgresWriteSettings, target: string, state?: TableState) {
    this.#settings = settings;
    this.#target = target;
    this.#table = tableSql(settings.table, settings.schema);
    this.#made = state?.made ?? null;
    const columns = settings.columns ?? state?.columns ?? undefined;
    this.rows = new CopyRows({ ...settings, columns, target });
  }

  get state(): TableState {
    const { names } = this.rows.records;
    return { table: this.#table, columns: names === undefined ? null : [...names], made: this.#made };
  }

  get #doing(): string {
    return `write to ${this.#target}`;
  }

  /** The statements that take the rows, when a batch has settled which columns they have. */
  get copy(): string | undefined {
    return this.#statements?.copy;
  }

  /** Whether the server says which row it is that it refuses: not of rules that it looks at behind the last one. */
  get tellsRow(): boolean {
    return this.#tellsRow;
  }

  /**
   * Looks whether there is such a table, before there are records.
   *
   * @throws MillraceError `ERR_NOT_FOUND` when it is not there and is not to be made, `ERR_COLUMNS` when it lacks a column;
   *   what `pg` says of a `conflict` that fits no key.
   */
  async look(connection: Asked): Promise<void> {
    const found = await tableColumns(connection, this.#table);
    const { create, conflict, columns } = this.#settings;
    if (found === undefined) {
      if (create === false && this.#made === null) throw this.#missing();
      return;
    }
    const key = typeof conflict === 'object' ? [...conflict.key, ...(conflict.update ?? [])] : [];
    for (const name of [...(columns ?? []), ...key]) {
      if (!isWritable(found, name)) throw noColumn(this.#doing, name, found);
    }
    if (typeof conflict === 'object') await connection.query(this.#keyed(conflict.key));
  }

  /** Has the server look whether rows can be told apart by a key. */
  #keyed(key: readonly string[]): string {
    const names = key.map((name) => quoted(name, 'column')).join(', ');
    const nothing = key.map(() => 'NULL').join(', ');
    const insert = `INSERT INTO ${this.#table} (${names}) OVERRIDING SYSTEM VALUE VALUES (${nothing})`;
    return `EXPLAIN ${insert} ON CONFLICT (${names}) DO NOTHING`;
  }

  /**
   * Makes ready for rows: makes the table, if need be. Belongs into a part of a transaction: what `undo` takes back goes with it.
   *
   * @throws MillraceError `ERR_ENCODE` when a record has a key that is no column.
   */
  async settle(connection: Asked, records: readonly unknown[]): Promise<void> {
    const { records: columns } = this.rows;
    if (columns.names === undefined) columns.settle(columns.told(records));
    const names = columns.names!;
    let there = await tableColumns(connection, this.#table);
    if (there === undefined) {
      await this.#make(connection, names, records);
      there = (await tableColumns(connection, this.#table))!;
    }
    const wanted = names.map((name) => this.#column(name, there));
    this.rows.settle(wanted.map(cellKind));
    const { conflict } = this.#settings;
    const statements = rowStatements({
      table: this.#table,
      columns: wanted,
      conflict,
      gathering: this.#gathering,
    });
    this.#tellsRow = conflict === 'error' && !(await looksBehind(connection, this.#table));
    this.#statements = statements;
  }

  /** Takes back what a batch has settled that was refused. */
  undo({ columns, made }: TableState): void {
    if (columns === null) this.rows.records.forget();
    this.#made = made;
    this.#statements = undefined;
  }

  /** Makes the table, where it is to be made and its columns were given: also when there are no records. */
  async makeEmpty(connection: Asked): Promise<void> {
    if (typeof this.#settings.create !== 'object') return;
    if ((await tableColumns(connection, this.#table)) === undefined) await this.#make(connection, [], []);
  }

  async #make(connection: Asked, names: readonly string[], records: readonly unknown[]): Promise<void> {
    const { create, conflict } = this.#settings;
    if (create === false && this.#made === null) throw this.#missing();
    const typed = typeof create === 'object' ? Object.entries(create) : columnTypes(names, records);
    const defined = typed.map(([name, type]) => `${quoted(name, 'column')} ${type}`);
    if (typeof create !== 'object' && typeof conflict === 'object') {
      defined.push(`PRIMARY KEY (${conflict.key.map((name) => quoted(name, 'column')).join(', ')})`);
    }
    this.#made ??= `CREATE TABLE ${this.#table} (${defined.join(', ')})`;
    await connection.query(this.#made);
  }

  #missing(): Error {
    const hint =
      'Make it before, or say create: true; names are taken as they are, and schema says where it is not on the search path.';
    return noTable(this.#doing, this.#table, hint);
  }

  /** Where a record has said which columns there are, it is the record that is wrong. */
  #column(name: string, there: readonly TableColumn[]): TableColumn {
    const column = there.find((one) => one.name === name);
    if (column !== undefined && !column.generated) return column;
    if (this.#settings.columns !== undefined) throw noColumn(this.#doing, name, there);
    const found = column === undefined ? 'is no column of the table' : 'is a column that the table computes';
    const listed = there.map((one) => JSON.stringify(one.name)).join(', ');
    throw this.rows.records.refusal(0, `its key ${JSON.stringify(name)} ${found}`, {
      hint: `It has ${listed}: name those to write in columns: [...], and say extra: 'ignore' where records have more.`,
      details: { column: name },
    });
  }
}

function isWritable(columns: readonly TableColumn[], name: string): boolean {
  return columns.some((column) => column.name === name && !column.generated);
}

function noColumn(doing: string, column: string, there: readonly TableColumn[]): MillraceError {
  const columns = there.filter(({ generated }) => !generated).map(({ name }) => name);
  const found = there.some(({ name }) => name === column)
    ? `the table computes "${column}"`
    : `there is no column "${column}"`;
  return new MillraceError('ERR_COLUMNS', `Cannot ${doing}: ${found}`, {
    hint: didYouMean(column, columns),
    details: { column, columns },
  });
}
