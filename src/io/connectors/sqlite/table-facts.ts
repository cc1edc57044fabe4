import type { DatabaseSync } from 'node:sqlite';
import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
import { type Affinity, affinityOf } from './cell.ts';

/** A column that can be written. */
export interface TableColumn {
  readonly name: string;
  readonly affinity: Affinity;
}

/** What a database says of a table. */
export interface TableFacts {
  readonly kind: 'table' | 'view' | 'virtual';
  /** The columns of its own, without those that are worked out. */
  readonly columns: readonly TableColumn[];
  /** Names of all columns that it has to read. */
  readonly names: readonly string[];
  /** Its primary key, in order; empty for none. */
  readonly key: readonly string[];
  /** Whether its rows have numbers of their own. */
  readonly rowid: boolean;
}

/** What the database says of a table or view; `undefined` where there is none of that name. */
export function tableFacts(database: DatabaseSync, table: string): TableFacts | undefined {
  const found = database
    .prepare("SELECT type, wr, strict FROM pragma_table_list(?) WHERE schema = 'main'")
    .get(table);
  if (found === undefined) return undefined;
  const strict = found.strict === 1;
  const all = database
    .prepare('SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)')
    .all(table) as unknown as {
    readonly name: string;
    readonly type: string;
    readonly pk: number;
    readonly hidden: number;
  }[];
  const key = all.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  return {
    kind: found.type === 'view' || found.type === 'virtual' ? found.type : 'table',
    columns: all
      .filter(({ hidden }) => hidden === 0)
      .map(({ name, type }) => ({ name, affinity: affinityOf(type, strict) })),
    names: all.filter(({ hidden }) => hidden !== 1).map(({ name }) => name),
    key: key.map(({ name }) => name),
    rowid: found.type === 'table' && found.wr === 0,
  };
}

/** SQLite does not tell names apart by the case of their letters, as far as those are ASCII. */
export function sameName(a: string, b: string): boolean {
  return lower(a) === lower(b);
}

function lower(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** What numbers of each column become; `undefined` for a name that is no column to write. */
export function affinities({ columns }: TableFacts, names: readonly string[]): (Affinity | undefined)[] {
  return names.map((name) => columns.find((column) => sameName(column.name, name))?.affinity);
}

/** The error for a column that is not there. */
export function noColumn(doing: string, column: string, there: readonly string[]): MillraceError {
  return new MillraceError('ERR_COLUMNS', `Cannot ${doing}: there is no column ${quoted(column, 'column')}`, {
    hint: didYouMean(column, there),
    details: { column, columns: there },
  });
}

/** The error for a table that is not there. */
export function noTable(doing: string, table: string, hint: string): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot ${doing}: there is no table ${quoted(table, 'table')}`, {
    hint,
  });
}
