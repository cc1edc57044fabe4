import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
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
  /** How its collation is written in SQL, where that is not the one of the type. */
  readonly collation: string | undefined;
  readonly required: boolean;
  /** Whether it is computed from others, so that nothing can be written to it. */
  readonly generated: boolean;
  /** Its place in the primary key, from 1. */
  readonly keyPlace: number | undefined;
}

const COLUMNS = `
SELECT a.attname, b.oid, CASE WHEN b.typcategory = 'A' THEN e.oid END, format_type(a.atttypid, a.atttypmod),
  a.attnotnull, a.attgenerated <> '', array_position(i.indkey::int2[], a.attnum),
  CASE WHEN a.attcollation <> d.typcollation THEN
    (SELECT format('COLLATE %I.%I', n.nspname, c.collname) FROM pg_catalog.pg_collation c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = a.attcollation)
  END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
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

/** What answers statements. */
type Asked = Pick<PostgresConnection, 'query'>;

/** The columns of a table, in their order; `undefined` where there is no such table. Rejects with what `pg` says. */
export async function tableColumns(
  connection: Asked,
  table: string,
): Promise<readonly TableColumn[] | undefined> {
  const { rows } = await connection.query(COLUMNS, [table]);
  if (rows.length === 0 && !(await tableExists(connection, table))) return undefined;
  return rows.map(([name, type, element, sqlType, required, generated, keyPlace, collation]) => ({
    name: name!,
    type: Number(type),
    element: element == null ? undefined : Number(element),
    sqlType: sqlType!,
    collation: collation ?? undefined,
    required: required === 't',
    generated: generated === 't',
    keyPlace: keyPlace == null ? undefined : Number(keyPlace) + 1,
  }));
}

/** Whether there is a table of this name, as SQL takes it. */
async function tableExists(connection: Asked, table: string): Promise<boolean> {
  const { rows } = await connection.query('SELECT to_regclass($1) IS NOT NULL', [table]);
  return rows[0]![0] === 't';
}

/** Triggers that a statement sets off behind its last row; what is put off until the end of the transaction is not among them. */
const BEHIND = `
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_trigger
  WHERE tgrelid IN (SELECT to_regclass($1) UNION ALL SELECT relid FROM pg_partition_tree(to_regclass($1)))
    AND tgenabled <> 'D' AND NOT tginitdeferred AND tgtype & 4 <> 0 AND tgtype & 2 = 0
)`;

/** Whether rows are looked at once more behind the last one of a statement, as keys that refer to other tables are. */
export async function looksBehind(connection: Asked, table: string): Promise<boolean> {
  const { rows } = await connection.query(BEHIND, [table]);
  return rows[0]![0] === 't';
}

/** The error for a table that is not there. */
export function noTable(doing: string, table: string, hint: string): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot ${doing}: there is no table ${table}`, { hint });
}

/** The names of the primary key, in its order; none where there is no such key. */
export function primaryKey(columns: readonly TableColumn[]): readonly string[] {
  return columns
    .filter(({ keyPlace }) => keyPlace !== undefined)
    .toSorted((a, b) => a.keyPlace! - b.keyPlace!)
    .map(({ name }) => name);
}
