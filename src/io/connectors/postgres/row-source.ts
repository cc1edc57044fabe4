import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { isServerError } from './postgres-error.ts';
import type { PostgresReadSettings } from './postgres-read-options.ts';
import type { RowField } from './row-records.ts';
import { noTable, primaryKey, tableColumns, tableSql } from './table-columns.ts';
import { type ElementTypes, fromText, unknownTypes } from './text-values.ts';

/** A column that rows are put in order by, and the type to compare it with in SQL. */
export interface KeyColumn {
  readonly name: string;
  readonly sqlType: string;
}

/** What there is to read, and how. */
export interface RowSource {
  /** What stands behind `FROM`. */
  readonly from: string;
  /** A condition in SQL, in brackets. */
  readonly where: string | undefined;
  /** The columns to read, then those of the key that are not among them. */
  readonly columns: string;
  /** What becomes records: the first of the columns. */
  readonly fields: readonly RowField[];
  /** What rows are put in order by; none where they come as they come. */
  readonly key: readonly KeyColumn[];
  /** Where the columns of the key are in a row. */
  readonly keyPlaces: readonly number[];
}

const COLUMN_MISSING = '42703';

/**
 * Looks into the database for what there is to read.
 *
 * @throws MillraceError `ERR_COLUMNS`, `ERR_DATABASE`; what `pg` says.
 */
export async function rowSource(
  connection: PostgresConnection,
  settings: PostgresReadSettings,
  doing: string,
): Promise<RowSource> {
  const { where, since } = settings;
  const from = fromSql(settings);
  const conditions = where === undefined ? [] : [`(${where}\n)`];
  if (since !== undefined) conditions.push(`${quoted(since, 'column')} IS NOT NULL`);
  const condition = conditions.length === 0 ? undefined : conditions.join(' AND ');
  const { order, nullable } = await orderOf(connection, settings, doing);
  const found = await describedColumns(connection, settings, from, order, doing);
  const columns = found.names.map((name) => quoted(name, 'column')).join(', ');
  const key = order.map((name) => ({ name, sqlType: found.sqlTypes[found.names.indexOf(name)]! }));
  const source = { from, where: condition, columns, fields: found.fields, key };
  await checkKey(connection, settings, source, nullable, doing);
  return { ...source, keyPlaces: order.map((name) => found.names.indexOf(name)) };
}

function fromSql({ table, schema, query }: PostgresReadSettings): string {
  if (table !== undefined) return tableSql(table, schema);
  // The line end closes a comment that the query may end with.
  return `(${query!.replace(/;\s*$/, '')}\n) AS "query"`;
}

interface Order {
  /** The columns that rows are put in order by. */
  readonly order: readonly string[];
  /** Those of them that may be null. */
  readonly nullable: readonly string[];
}

async function orderOf(
  connection: PostgresConnection,
  { table, schema, key, since }: PostgresReadSettings,
  doing: string,
): Promise<Order> {
  if (table === undefined) {
    const order = [...new Set([...(since === undefined ? [] : [since]), ...(key ?? [])])];
    return { order, nullable: order.filter((name) => name !== since) };
  }
  const name = tableSql(table, schema);
  const columns = await tableColumns(connection, name);
  if (columns === undefined) {
    const hint =
      'Names are taken as they are, capital letters too; say schema where it is not on the search path.';
    throw noTable(doing, name, hint);
  }
  const primary = primaryKey(columns);
  const wanted = key ?? primary;
  // What is unique by itself needs no other columns beside it.
  const alone = since !== undefined && primary.length === 1 && primary[0] === since && key === undefined;
  const order = [...new Set([...(since === undefined ? [] : [since]), ...(alone ? [] : wanted)])];
  const required = new Set(columns.filter((column) => column.required).map(({ name }) => name));
  return { order, nullable: order.filter((name) => name !== since && !required.has(name)) };
}

interface Described {
  readonly names: readonly string[];
  readonly fields: readonly RowField[];
  readonly sqlTypes: readonly string[];
}

/** The columns to read with their types. A statement without rows tells them. */
async function describedColumns(
  connection: PostgresConnection,
  settings: PostgresReadSettings,
  from: string,
  order: readonly string[],
  doing: string,
): Promise<Described> {
  const { columns, params } = settings;
  const list = columns === undefined ? '*' : [...new Set([...columns, ...order])].map(columnSql).join(', ');
  const condition = settings.where === undefined ? '' : ` WHERE (${settings.where}\n)`;
  const describe = (what: string) =>
    connection.query(`SELECT ${what} FROM ${from}${condition} LIMIT 0`, params);
  const { fields } = await describe(list).catch(async (error: unknown) => {
    if (columns === undefined || !isServerError(error) || error.code !== COLUMN_MISSING) throw error;
    throw (
      missingColumn(
        columns,
        (await describe('*')).fields.map(({ name }) => name),
        doing,
      ) ?? error
    );
  });
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw sameName(twice, names, doing);
  const lacking = missingColumn(order, names, doing);
  if (lacking !== undefined) throw lacking;
  const oids = fields.map(({ dataTypeID }) => dataTypeID);
  const { elements, sqlTypes } = await typesOf(connection, oids);
  const wanted = columns?.length ?? names.length;
  return {
    names,
    sqlTypes,
    fields: names
      .slice(0, wanted)
      .map((name, at) => ({ name, convert: fromText(oids[at]!, settings, elements) })),
  };
}

function columnSql(name: string): string {
  return quoted(name, 'column');
}

async function typesOf(
  connection: PostgresConnection,
  oids: readonly number[],
): Promise<{ readonly elements: ElementTypes; readonly sqlTypes: readonly string[] }> {
  const { rows } = await connection.query(
    `SELECT t.oid, format_type(t.oid, -1), CASE WHEN t.typcategory = 'A' THEN t.typelem END
     FROM pg_catalog.pg_type t WHERE t.oid = ANY ($1)`,
    [[...new Set(oids)]],
  );
  const names = new Map(rows.map(([oid, name]) => [Number(oid), name!]));
  const own = new Set(unknownTypes(oids));
  const elements = rows.flatMap(([oid, , element]): [number, number][] =>
    own.has(Number(oid)) && element != null ? [[Number(oid), Number(element)]] : [],
  );
  return { elements: new Map(elements), sqlTypes: oids.map((oid) => names.get(oid) ?? 'text') };
}

/** Rows without a key would be left out without a word: a comparison with nothing is never true. */
async function checkKey(
  connection: PostgresConnection,
  { params, key }: PostgresReadSettings,
  { from, where }: Pick<RowSource, 'from' | 'where'>,
  nullable: readonly string[],
  doing: string,
): Promise<void> {
  if (nullable.length === 0 || key === undefined) return;
  const nulls = nullable.map((name) => `${columnSql(name)} IS NULL`).join(' OR ');
  const condition = where === undefined ? `(${nulls})` : `${where} AND (${nulls})`;
  const { rows } = await connection.query(`SELECT 1 FROM ${from} WHERE ${condition} LIMIT 1`, params);
  if (rows.length === 0) return;
  const names = nullable.map((name) => `"${name}"`).join(', ');
  throw new MillraceError('ERR_OPTIONS', `Cannot ${doing}: there are rows whose key, ${names}, is null`, {
    hint: 'Take a key that is never null, or leave such rows out with a condition.',
  });
}

function missingColumn(
  wanted: readonly string[],
  names: readonly string[],
  doing: string,
): Error | undefined {
  const column = wanted.find((name) => !names.includes(name));
  if (column === undefined) return undefined;
  return new MillraceError('ERR_COLUMNS', `Cannot ${doing}: there is no column "${column}"`, {
    hint: didYouMean(column, names),
    details: { column, columns: names },
  });
}

function sameName(column: string, columns: readonly string[], doing: string): Error {
  return new MillraceError('ERR_COLUMNS', `Cannot ${doing}: two of its columns are called "${column}"`, {
    hint: `Give one of them another name: AS "${column}_2".`,
    details: { column, columns },
  });
}
