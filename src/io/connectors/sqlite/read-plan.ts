import type { DatabaseSync } from 'node:sqlite';
import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
import type { SqliteReadSettings } from './sqlite-read-options.ts';
import { noColumn, noTable, sameName, type TableFacts, tableFacts } from './table-facts.ts';

/** The statements that read a table or a query. */
export interface ReadPlan {
  /** Names of the columns of the records. */
  readonly names: readonly string[];
  /** Reads from the beginning. */
  readonly first: string;
  /** Reads from a time on, which it takes as ISO 8601; only where there is `since`. */
  readonly firstFrom?: string;
  /** By what rows are told apart, and what reads behind one; nothing where they are read in one go. */
  readonly keyed?: {
    readonly next: string;
    /** Names of the values of which the order is made, for errors. */
    readonly order: readonly string[];
    /** Where they stand in a row. */
    readonly places: readonly number[];
  };
}

/** Rows that a statement with a key gives at the most: one more than is taken, to be compared with. */
export const PAGE_ROWS = 1024;

/**
 * Works out how to read what the settings say.
 *
 * @throws MillraceError `ERR_NOT_FOUND`, `ERR_COLUMNS`; `ERR_OPTIONS` for a view without a key; and what SQLite says.
 */
export function readPlan(database: DatabaseSync, settings: SqliteReadSettings, doing: string): ReadPlan {
  const { query, key, since } = settings;
  if (query !== undefined) {
    const names = database
      .prepare(query)
      .columns()
      .map(({ name }) => name);
    // What gives no rows does something, as VACUUM INTO: it writes a file, although the database is only read.
    if (names.length === 0) throw noRows(doing);
    if (key === undefined) return { names, first: query };
    const order = ordered(since, key, names, doing);
    const source = `(${query.replace(/[;\s]+$/, '')}\n)`;
    return keyed(database, settings, {
      source,
      names,
      order,
      places: order.map((name) => names.indexOf(name)),
    });
  }
  return tablePlan(database, settings, doing);
}

function tablePlan(database: DatabaseSync, settings: SqliteReadSettings, doing: string): ReadPlan {
  const { table = '', key, since } = settings;
  const facts = tableFacts(database, table);
  if (facts === undefined) throw noTable(doing, table, didYouMean(table, tablesOf(database)));
  const names = settings.columns ?? facts.names;
  for (const name of [...names, ...(key ?? [])]) {
    if (!facts.names.some((there) => sameName(there, name))) throw noColumn(doing, name, facts.names);
  }
  const rowid = rowidOf(facts);
  const own = key ?? (rowid === undefined ? facts.key : [rowid]);
  if (own.length === 0) throw keyless(doing);
  const order = ordered(since, own, rowid === undefined ? facts.names : [...facts.names, rowid], doing);
  // The order is read behind the columns, as it need not be among them.
  const places = order.map((_, index) => names.length + index);
  const source = quoted(table, 'table');
  return keyed(database, settings, { source, names, order, places, read: [...names, ...order], rowid });
}

interface KeyedSource {
  readonly source: string;
  readonly names: readonly string[];
  readonly order: readonly string[];
  readonly places: readonly number[];
  /** What is read; all when absent. */
  readonly read?: readonly string[];
  readonly rowid?: string | undefined;
}

function keyed(
  database: DatabaseSync,
  { where, since, after }: SqliteReadSettings,
  { source, names, order, places, read, rowid }: KeyedSource,
): ReadPlan {
  const compared = order.map((name) => (name === rowid ? name : byteByByte(database, source, name)));
  const each = [
    ...(where === undefined ? [] : [`(${where}\n)`]),
    ...(since === undefined ? [] : [`${quoted(since, 'column')} IS NOT NULL`]),
  ];
  const listed = read?.map((name) => (name === rowid ? name : quoted(name, 'column'))).join(', ') ?? '*';
  const statement = (conditions: readonly string[]) =>
    [
      `SELECT ${listed} FROM ${source}`,
      ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
      `ORDER BY ${compared.join(', ')} LIMIT ${PAGE_ROWS + 1}`,
    ].join(' ');
  const first = after === undefined ? each : [...each, `${compared[0]} > ?`];
  const young = since === undefined ? undefined : notBefore(quoted(since, 'column'));
  return {
    names,
    first: statement(first),
    ...(young !== undefined && { firstFrom: statement([...first, young]) }),
    keyed: {
      next: statement([...each, `(${compared.join(', ')}) > (${compared.map(() => '?').join(', ')})`]),
      order,
      places,
    },
  };
}

/** Times as text are not in their order where they are written in several ways. What is no time is read, and refused as such. */
function notBefore(column: string): string {
  return `(typeof(${column}) <> 'text' OR coalesce(julianday(${column}) >= julianday(?), 1))`;
}

/**
 * A column that is compared byte by byte, as keys are here: by another order, two that differ might count as one. To say so
 * where it is so anyway would keep SQLite from finding rows by an index.
 */
function byteByByte(database: DatabaseSync, source: string, name: string): string {
  const column = quoted(name, 'column');
  const probe = `SELECT c = 'A' OR c = 'a ' AS other FROM (SELECT ${column} AS c FROM ${source} WHERE 0 UNION ALL SELECT 'a')`;
  return database.prepare(probe).get()?.other === 1 ? `${column} COLLATE BINARY` : column;
}

/** The columns that make the order; those of the key behind the one that grows, as it may be the same in several rows. */
function ordered(
  since: string | undefined,
  key: readonly string[],
  there: readonly string[],
  doing: string,
): readonly string[] {
  const order = since === undefined ? key : [since, ...key.filter((name) => !sameName(name, since))];
  return order.map((name) => {
    const found = there.find((one) => one === name) ?? there.find((one) => sameName(one, name));
    if (found === undefined) throw noColumn(doing, name, there);
    return found;
  });
}

/** The name by which the numbers of the rows can be had: columns of the table may have some of them. */
function rowidOf({ rowid, names }: TableFacts): string | undefined {
  if (!rowid) return undefined;
  return ['rowid', '_rowid_', 'oid'].find((name) => !names.some((column) => sameName(column, name)));
}

function tablesOf(database: DatabaseSync): readonly string[] {
  return database
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    .all()
    .map(({ name }) => String(name));
}

function noRows(doing: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot ${doing}: the query gives no rows`, {
    hint: 'Write a SELECT.',
  });
}

function keyless(doing: string): MillraceError {
  return new MillraceError(
    'ERR_OPTIONS',
    `Cannot ${doing}: there is no key by which its rows can be told apart`,
    {
      hint: 'Name columns that no two rows share: key. Or read it by a query, which no later run can go on with.',
    },
  );
}
