import { quoted } from '../sql/identifier.ts';
import { databaseError } from '../sql/sql-error.ts';
import type { PostgresConnection } from './postgres-connection.ts';

/** A column of a table, as the catalogue has it. */
export interface TableColumn {
  readonly name: string;
  /** The type without what domains put around it. */
  readonly type: number;
  /** Of arrays, the type of the elements. */
  readonly element: number | undefined;
  /** How the type is written in SQL. */
  readonly sqlType: string;
  readonly required: boolean;
  /** Whether it is computed from others, so that nothing can be written to it. */
  readonly generated: boolean;
  /** Its place in the primary key, from 1. */
  readonly keyPlace: number | undefined;
}

const COLUMNS = `
SELECT a.attname, b.oid, CASE WHEN b.typcategory = 'A' THEN e.oid END, format_type(a.atttypid, NULL),
  a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a', array_position(i.indkey::int2[], a.attnum)
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
CROSS JOIN LATERAL (
  WITH RECURSIVE below AS (
    SELECT a.atttypid AS oid
    UNION ALL
    SELECT t.typbasetype FROM below JOIN pg_catalog.pg_type t ON t.oid = below.oid WHERE t.typtype = 'd'
  )
  SELECT t.oid, t.typcategory, t.typelem FROM below JOIN pg_catalog.pg_type t ON t.oid = below.oid WHERE t.typtype <> 'd'
) b
LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`;

/** A table as SQL takes it. */
export function tableSql(table: string, schema: string | undefined): string {
  const name = quoted(table, 'table');
  return schema === undefined ? name : `${quoted(schema, 'schema')}.${name}`;
}

/**
 * The columns of a table, in their order.
 *
 * @throws MillraceError `ERR_DATABASE` when there is no such table; what `pg` says.
 */
export async function tableColumns(
  connection: PostgresConnection,
  table: string,
  doing: string,
): Promise<readonly TableColumn[]> {
  const { rows } = await connection.query(COLUMNS, [table]);
  if (rows.length === 0 && !(await tableExists(connection, table))) throw missingTable(table, doing);
  return rows.map(([name, type, element, sqlType, required, generated, keyPlace]) => ({
    name: name!,
    type: Number(type),
    element: element == null ? undefined : Number(element),
    sqlType: sqlType!,
    required: required === 't',
    generated: generated === 't',
    keyPlace: keyPlace == null ? undefined : Number(keyPlace) + 1,
  }));
}

/** Whether there is a table of this name, as SQL takes it. */
export async function tableExists(connection: PostgresConnection, table: string): Promise<boolean> {
  const { rows } = await connection.query('SELECT to_regclass($1) IS NOT NULL', [table]);
  return rows[0]![0] === 't';
}

function missingTable(table: string, doing: string): Error {
  return databaseError({
    doing,
    found: `there is no table ${table}`,
    cause: undefined,
    code: '42P01',
    hint: 'Names are taken as they are, capital letters too; say schema where it is not on the search path.',
    retryable: false,
  });
}

/** The names of the primary key, in its order; none where there is no such key. */
export function primaryKey(columns: readonly TableColumn[]): readonly string[] {
  return columns
    .filter(({ keyPlace }) => keyPlace !== undefined)
    .toSorted((a, b) => a.keyPlace! - b.keyPlace!)
    .map(({ name }) => name);
}
