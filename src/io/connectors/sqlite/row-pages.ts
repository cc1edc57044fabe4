import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import type { Cell } from './cell.ts';
import { type Bound, bound } from './placeholders.ts';
import { PAGE_ROWS, type ReadPlan } from './read-plan.ts';
import type { SqliteReadSettings } from './sqlite-read-options.ts';

/** Values of a row, in the order of the statement. */
export type Row = Cell[];

/** Some rows, and whether others follow. */
export interface Page {
  readonly rows: readonly Row[];
  readonly more: boolean;
  /** The key of the last one, where there is a key. */
  readonly last?: readonly Cell[] | undefined;
}

/** Texts and blobs of a page, in their own units; what goes beyond ends it. */
const PAGE_LENGTH = 8 * 2 ** 20;

/** Gives the rows of a plan page by page. Between two of them nothing is locked, where there is a key. */
export class RowPages {
  readonly #plan: ReadPlan;
  readonly #doing: string;
  readonly #first: StatementSync;
  readonly #next: StatementSync | undefined;
  readonly #given: Bound;
  /** What reading begins with, behind what the user has given. */
  readonly #begin: readonly Cell[];
  #bigints: boolean;
  /** What is read in one go. */
  #rows: Iterator<Row> | undefined;
  #held: Row | undefined;
  #broken: Error | undefined;

  /** `begin` is the time that rows must not be older than. */
  constructor(
    database: DatabaseSync,
    plan: ReadPlan,
    settings: SqliteReadSettings,
    doing: string,
    begin?: Date,
  ) {
    const { query, where, params, after, bigints } = settings;
    this.#plan = plan;
    this.#doing = doing;
    const timed = begin !== undefined && plan.firstFrom !== undefined;
    this.#first = database.prepare(timed ? plan.firstFrom : plan.first);
    this.#next = plan.keyed && database.prepare(plan.keyed.next);
    this.#given = bound(query ?? where ?? '', params);
    this.#begin = [...(after === undefined ? [] : [after]), ...(timed ? [begin.toISOString()] : [])];
    // Numbers are cheaper; a page with one that is none is read once more.
    this.#bigints = bigints !== 'number' || plan.keyed === undefined;
    for (const statement of [this.#first, this.#next]) {
      statement?.setReturnArrays(true);
      // Names are as the statement has them: without what they begin with, some might be the same.
      statement?.setAllowBareNamedParameters(false);
      statement?.setReadBigInts(this.#bigints);
    }
  }

  /** The rows behind the one with this key, or from the beginning. */
  page(after: readonly Cell[] | undefined): Page {
    const { keyed } = this.#plan;
    if (keyed === undefined) return this.#streamed();
    try {
      return this.#keyed(after, keyed);
    } catch (error) {
      if (this.#bigints || (error as NodeJS.ErrnoException).code !== 'ERR_OUT_OF_RANGE') throw error;
      this.#bigints = true;
      for (const statement of [this.#first, this.#next]) statement?.setReadBigInts(true);
      return this.#keyed(after, keyed);
    }
  }

  #keyed(after: readonly Cell[] | undefined, { order, places }: NonNullable<ReadPlan['keyed']>): Page {
    const rows =
      after === undefined
        ? asked(this.#first, [...this.#given, ...this.#begin])
        : asked(this.#next!, [...this.#given, ...after]);
    this.#held = undefined;
    let page: Page;
    try {
      page = this.#cut(rows);
    } finally {
      rows.return?.();
    }
    const behind = this.#held === undefined ? page.rows : [...page.rows, this.#held];
    this.#checkKeys(behind, order, places);
    return { ...page, last: page.rows.length === 0 ? after : keyOf(page.rows.at(-1)!, places) };
  }

  /** It begins anew as long as it has given nothing; what fails later fails for good. */
  #streamed(): Page {
    if (this.#broken !== undefined) throw this.#broken;
    const rows = this.#rows ?? asked(this.#first, this.#given);
    try {
      const page = this.#cut(rows);
      this.#rows = rows;
      return page;
    } catch (error) {
      if (this.#rows !== undefined) this.#broken = new Error('The query failed on the way', { cause: error });
      throw error;
    }
  }

  /** As many rows as make a page; one more is held, to know whether there is any, and what it is. */
  #cut(source: Iterator<Row>): Page {
    const rows: Row[] = [];
    let length = 0;
    let row = this.#held ?? next(source);
    while (row !== undefined && rows.length < PAGE_ROWS && length < PAGE_LENGTH) {
      rows.push(row);
      length += lengthOf(row);
      row = next(source);
    }
    this.#held = row;
    return { rows, more: row !== undefined };
  }

  /** Of two rows with one key the second would be passed over, if a page ended between them. */
  #checkKeys(rows: readonly Row[], order: readonly string[], places: readonly number[]): void {
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      const before = rows[index - 1];
      const missing = places.findIndex((place) => row[place] === null);
      if (missing !== -1) throw noKey(this.#doing, `${order[missing]} is NULL in a row`);
      if (before === undefined || !places.every((place) => same(before[place]!, row[place]!))) continue;
      const key = order.map((name, at) => `${name} ${showValue(row[places[at]!])}`).join(', ');
      throw noKey(this.#doing, `two rows have ${key}`);
    }
  }
}

function asked(statement: StatementSync, parameters: Bound): Iterator<Row> {
  return statement.iterate(...(parameters as Cell[])) as unknown as Iterator<Row>;
}

function next(rows: Iterator<Row>): Row | undefined {
  const { done, value } = rows.next();
  return done === true ? undefined : value;
}

function lengthOf(row: Row): number {
  let length = 0;
  for (const value of row) {
    if (typeof value === 'string' || value instanceof Uint8Array) length += value.length;
  }
  return length;
}

function keyOf(row: Row, places: readonly number[]): readonly Cell[] {
  return places.map((place) => row[place]!);
}

function same(a: Cell, b: Cell): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

function noKey(doing: string, found: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot ${doing} in the order of its key: ${found}`, {
    hint: 'Name columns that no two rows share, and that are never NULL: key.',
  });
}
