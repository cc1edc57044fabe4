import { quoted } from '../sql/identifier.ts';
import type { PostgresWriteSettings } from './postgres-write-options.ts';
import type { TableColumn } from './table-columns.ts';

type Conflict = PostgresWriteSettings['conflict'];

/** How rows get into a table. */
export interface RowStatements {
  /** Statements of which one is a COPY, which takes the rows. */
  readonly copy: string;
}

export interface RowStatementsSpec {
  /** The table, as SQL takes it. */
  readonly table: string;
  /** The columns to write, as the table has them. */
  readonly columns: readonly TableColumn[];
  readonly conflict: Conflict;
  /** A name for a table of this session, which nobody else uses. */
  readonly gathering: string;
}

/**
 * The statements for rows: they are copied into the table itself; or, where it matters whether their keys are there, into a
 * table of the session, and from there inserted.
 */
export function rowStatements(spec: RowStatementsSpec): RowStatements {
  const { table, columns, conflict } = spec;
  const names = columns.map(({ name }) => quoted(name, 'column'));
  const list = names.join(', ');
  if (conflict === 'error') return { copy: `COPY ${table} (${list}) FROM STDIN` };
  const gathering = `pg_temp.${quoted(spec.gathering, 'table')}`;
  const types = columns.map(({ name, sqlType, collation }) =>
    [quoted(name, 'column'), sqlType, collation ?? ''].join(' ').trimEnd(),
  );
  const insert = `INSERT INTO ${table} (${list}) OVERRIDING SYSTEM VALUE`;
  const rows =
    conflict === 'ignore'
      ? `SELECT ${list} FROM ${gathering} ON CONFLICT DO NOTHING`
      : upsert(gathering, columns, conflict);
  // It is not there in a session that was made again.
  const made = `CREATE TEMPORARY TABLE IF NOT EXISTS ${quoted(spec.gathering, 'table')} (${types.join(', ')})`;
  return {
    copy: `${made}; TRUNCATE ${gathering}; COPY ${gathering} (${list}) FROM STDIN; ${insert} ${rows}`,
  };
}

/**
 * One INSERT cannot meet the same row twice: of rows with the same key, the last one counts, and for columns that are not
 * updated the first, as if they had been inserted one by one. Rows of a table that was emptied are in their order by `ctid`.
 */
function upsert(
  gathering: string,
  columns: readonly TableColumn[],
  { key, update }: Exclude<Conflict, string>,
): string {
  const keys = key.map((name) => quoted(name, 'column')).join(', ');
  const rest = columns.map(({ name }) => name).filter((name) => !key.includes(name));
  const updated = (update ?? rest).map((name) => quoted(name, 'column'));
  const list = columns.map(({ name }) => quoted(name, 'column')).join(', ');
  if (updated.length === 0) return `SELECT ${list} FROM ${gathering} ON CONFLICT (${keys}) DO NOTHING`;
  // A key that is null is the same as no other.
  const nullable = columns.filter(({ name, required }) => key.includes(name) && !required);
  const isNull = nullable.map(({ name }) => `${quoted(name, 'column')} IS NULL`).join(' OR ');
  const apart = nullable.length === 0 ? keys : `${keys}, CASE WHEN ${isNull} THEN ctid END`;
  const values = columns.map(({ name }) => {
    const column = quoted(name, 'column');
    const kept = !key.includes(name) && !updated.includes(column);
    return kept ? `first_value(${column}) OVER same AS ${column}` : column;
  });
  const rows =
    `SELECT DISTINCT ON (${apart}) ${values.join(', ')}, ctid AS place FROM ${gathering} ` +
    `WINDOW same AS (PARTITION BY ${apart} ORDER BY ctid) ORDER BY ${apart}, ctid DESC`;
  const set = updated.map((column) => `${column} = excluded.${column}`).join(', ');
  return `SELECT ${list} FROM (${rows}) AS rows ORDER BY place ON CONFLICT (${keys}) DO UPDATE SET ${set}`;
}
