import { MillraceError } from '../../../core/errors.ts';
import { quoted } from '../sql/identifier.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import type { PostgresReadSettings } from './postgres-read-options.ts';
import type { Row } from './row-records.ts';
import type { KeyColumn, RowSource } from './row-source.ts';
import { valueText } from './value-text.ts';

/** Some rows in their order. */
export interface Page {
  readonly rows: readonly Row[];
  /** Whether there were no more behind them. */
  readonly last: boolean;
}

/** Gives the rows of a source, so many at a time. */
export interface RowPages {
  /** The rows behind those with this key, or the first. A cursor knows by itself where it is. */
  next(after: readonly string[] | undefined, count: number): Promise<Page>;
}

/** Pages by a key: each is asked for by itself, and begins behind the last row of the one before. */
export class KeysetPages implements RowPages {
  readonly #connection: PostgresConnection;
  readonly #source: RowSource;
  readonly #settings: PostgresReadSettings;
  readonly #doing: string;
  readonly #begin: Date | undefined;

  /**
   * `begin` is the time that rows must not be older than.
   *
   * @throws MillraceError `ERR_OPTIONS` where the first column of the key holds no times.
   */
  constructor(
    connection: PostgresConnection,
    source: RowSource,
    settings: PostgresReadSettings,
    doing: string,
    begin?: Date,
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#settings = settings;
    this.#doing = doing;
    this.#begin = begin;
    if (begin !== undefined) checkTimes(source.key[0]!, doing);
  }

  /** One row more than wanted shows whether there are more, and whether the last key is there twice. */
  async next(after: readonly string[] | undefined, count: number): Promise<Page> {
    const { from, where, columns, key } = this.#source;
    const values = [...this.#settings.params];
    const conditions = where === undefined ? [] : [where];
    conditions.push(...this.#behind(after, values));
    const condition = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const order = key.map(({ name }) => quoted(name, 'column')).join(', ');
    const text = `SELECT ${columns} FROM ${from}${condition} ORDER BY ${order} LIMIT ${count + 1}`;
    const { rows } = await this.#connection.query(text, values);
    this.#checkUnique(rows);
    return { rows: rows.slice(0, count), last: rows.length <= count };
  }

  /** The conditions for what is behind a row, or behind where the user has said to begin. */
  #behind(after: readonly string[] | undefined, values: unknown[]): readonly string[] {
    const { key } = this.#source;
    const compared = ({ name }: { readonly name: string }) => quoted(name, 'column');
    const bound = ({ sqlType }: { readonly sqlType: string }, value: unknown) =>
      `$${values.push(value)}::text::${sqlType}`;
    if (after !== undefined) {
      return [
        `(${key.map(compared).join(', ')}) > (${key.map((column, at) => bound(column, after[at])).join(', ')})`,
      ];
    }
    const [first] = key;
    // A day begins at its midnight: as a date, a time would be that of its day.
    const timed = first!.sqlType === 'date' ? { sqlType: 'timestamp' } : first!;
    const { after: wanted } = this.#settings;
    return [
      ...(wanted === undefined ? [] : [`${compared(first!)} > ${bound(first!, valueText(wanted))}`]),
      ...(this.#begin === undefined
        ? []
        : [`${compared(first!)} >= ${bound(timed, valueText(this.#begin))}`]),
    ];
  }

  #checkUnique(rows: readonly Row[]): void {
    const { keyPlaces, key } = this.#source;
    for (let at = 1; at < rows.length; at++) {
      if (keyPlaces.some((place) => rows[at]![place] !== rows[at - 1]![place])) continue;
      const names = key.map(({ name }) => `"${name}"`).join(', ');
      const found = keyPlaces.map((place) => rows[at]![place]).join(', ');
      throw new MillraceError(
        'ERR_OPTIONS',
        `Cannot ${this.#doing}: two rows have the same key, ${names}: ${found}`,
        {
          hint: 'Name columns that tell all rows apart: key: [...].',
        },
      );
    }
  }
}

function checkTimes({ name, sqlType }: KeyColumn, doing: string): void {
  if (/^(?:date|timestamp)\b/.test(sqlType)) return;
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot ${doing} from a time on: the column "${name}" is of type ${sqlType}`,
    { hint: 'Name a column of dates or timestamps: since. Or say where to begin by after.' },
  );
}

const CURSOR = 'millrace_rows';

/** Pages by a cursor: one statement in one transaction, which nobody can go on with. */
export class CursorPages implements RowPages {
  readonly #connection: PostgresConnection;
  readonly #statement: string;
  readonly #values: readonly unknown[];
  #open = false;

  constructor(
    connection: PostgresConnection,
    { from, where, columns }: RowSource,
    values: readonly unknown[],
  ) {
    this.#connection = connection;
    this.#statement = `SELECT ${columns} FROM ${from}${where === undefined ? '' : ` WHERE ${where}`}`;
    this.#values = values;
  }

  async next(_after: readonly string[] | undefined, count: number): Promise<Page> {
    if (!this.#open) {
      await this.#connection.query('BEGIN');
      await this.#connection.query(`DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${this.#statement}`, this.#values);
      this.#open = true;
    }
    const { rows } = await this.#connection.query(`FETCH FORWARD ${count} FROM ${CURSOR}`);
    const last = rows.length < count;
    if (last) await this.#connection.query('COMMIT');
    return { rows, last };
  }
}
