import { refusePromise } from '../../core/thenable.ts';
import type { Emit } from '../../interfaces/operator.ts';
import { MOST_KEYS } from '../runtime/spill/sampled-memory.ts';
import { type JoinKind, keepsBuild, pair, unpaired } from './join-kinds.ts';

/** A record of the side that is held; what comes without is of the other side. */
export class BuildRow {
  readonly record: unknown;
  /** Whether a record of the other side has found it. */
  found = false;

  constructor(record: unknown) {
    this.record = record;
  }
}

/** The rows of a key that has several. */
class Several {
  readonly rows: unknown[];

  constructor(rows: unknown[]) {
    this.rows = rows;
  }
}

export interface JoinTableSpec {
  readonly kind: JoinKind;
  /** Whether the left side is held. */
  readonly buildsLeft: boolean;
  readonly merge: ((left: unknown, right: unknown) => unknown) | undefined;
}

/** Of more rows than these, those that match one record are pulled as there is room. */
const AT_ONCE = 100;

/** The rows of the side that is held, by the identities of their keys; that of a row without a key is `undefined`. */
export class JoinTable {
  readonly #kind: JoinKind;
  /** Whether all that matters is which side has a partner. */
  readonly #asksOnly: boolean;
  readonly #buildsLeft: boolean;
  readonly #pairs: (probe: unknown, row: unknown) => unknown;
  readonly #keepsProbe: boolean;
  readonly #keepsBuild: boolean;
  /**
   * One row of most keys: a list is made when there is a second. Where nobody asks whether they were found, records
   * stand for their rows: each lookup then has one object less to fetch from far away.
   */
  readonly #rows = new Map<unknown, unknown>();
  /** Whether each key has one row so far: then no row need be looked at, which is far away, to know what it is. */
  #single = true;
  /** Rows that cannot have a partner, kept where they come out all the same. */
  readonly #keyless: BuildRow[] = [];

  constructor({ kind, buildsLeft, merge = pair }: JoinTableSpec) {
    const { left, right } = unpaired(kind);
    this.#kind = kind;
    this.#asksOnly = kind === 'semi' || kind === 'anti';
    this.#buildsLeft = buildsLeft;
    this.#keepsProbe = buildsLeft ? right : left;
    this.#keepsBuild = keepsBuild(kind, buildsLeft);
    this.#pairs = buildsLeft ? (probe, row) => merge(row, probe) : merge;
  }

  /** Whether rows come out by themselves, when it is known whether they have a partner. */
  get keepsBuild(): boolean {
    return this.#keepsBuild;
  }

  /** Whether one row of each key says all: nothing comes out but records of the other side, each once. */
  get oneOfEach(): boolean {
    return this.#asksOnly && !this.#buildsLeft;
  }

  /** Whether no key more can be held, whatever the memory. */
  get full(): boolean {
    return this.#rows.size >= MOST_KEYS;
  }

  has(id: unknown): boolean {
    return this.#rows.has(id);
  }

  ids(): Iterable<unknown> {
    return this.#rows.keys();
  }

  /** What comes of the rows without a key, which are held no longer. */
  *leavingKeyless(): Generator<unknown> {
    for (const row of this.#keyless.splice(0)) yield* this.leaving(row);
  }

  add(row: BuildRow, id: unknown): void {
    if (id === undefined) {
      if (this.#keepsBuild) this.#keyless.push(row);
      return;
    }
    const held = this.#keepsBuild ? row : row.record;
    const present = this.#rows.get(id);
    if (present instanceof Several) present.rows.push(held);
    else if (present === undefined && held !== undefined) this.#rows.set(id, held);
    else {
      this.#single = false;
      this.#rows.set(id, new Several(present === undefined ? [held] : [present, held]));
    }
  }

  /** Each key with the records of its rows; those that `remove` is called for meanwhile are passed once. */
  *entries(): Generator<readonly [id: unknown, records: readonly unknown[]]> {
    for (const [id, rows] of this.#rows) {
      yield [id, rows instanceof Several ? rows.rows.map(recordOf) : [recordOf(rows)]];
    }
  }

  remove(id: unknown): void {
    this.#rows.delete(id);
  }

  /** What comes of a record of the other side; what it returns, if anything, is to be pulled. */
  probe(record: unknown, id: unknown, emit: Emit<unknown>): Iterable<unknown> | undefined {
    const rows = id === undefined ? undefined : this.#rows.get(id);
    if (this.#asksOnly) this.#ask(record, rows, emit);
    else if (rows === undefined) {
      if (this.#keepsProbe) emit(this.#merged(record, undefined));
    } else if (!this.#single && rows instanceof Several) return this.#probeSeveral(record, rows, emit);
    else if (this.#keepsBuild) {
      const row = rows as BuildRow;
      const merged = this.#merged(record, row.record);
      row.found = true;
      emit(merged);
    } else emit(this.#merged(record, rows));
    return undefined;
  }

  #probeSeveral(record: unknown, { rows }: Several, emit: Emit<unknown>): Iterable<unknown> | undefined {
    if (rows.length > AT_ONCE) return this.#each(record, rows);
    const merged = rows.map((row) => this.#merged(record, recordOf(row)));
    for (const row of rows) markFound(row);
    for (const one of merged) emit(one);
    return undefined;
  }

  #ask(record: unknown, rows: unknown, emit: Emit<unknown>): void {
    if (!this.#buildsLeft) {
      if ((rows !== undefined) === (this.#kind === 'semi')) emit(record);
    } else if (!(rows instanceof Several)) markFound(rows);
    else if (!(rows.rows[0] as BuildRow).found) for (const row of rows.rows) markFound(row);
  }

  *#each(record: unknown, rows: readonly unknown[]): Generator<unknown> {
    for (const row of rows) {
      markFound(row);
      yield this.#merged(record, recordOf(row));
    }
  }

  #merged(probe: unknown, row: unknown): unknown {
    const merged = this.#pairs(probe, row);
    if (merged instanceof Promise) refusePromise(merged, 'Give join() a synchronous merge.');
    return merged;
  }

  /** What comes of the rows themselves, now that all of the other side has passed. */
  *remaining(): Generator<unknown> {
    if (!this.#keepsBuild) return;
    for (const rows of this.#rows.values()) {
      if (!(rows instanceof Several)) yield* this.leaving(rows as BuildRow);
      else for (const row of rows.rows) yield* this.leaving(row as BuildRow);
    }
    for (const row of this.#keyless) yield* this.leaving(row);
  }

  /** What comes of a row itself: one record or none. */
  *leaving(row: BuildRow): Generator<unknown> {
    if (!this.#keepsBuild || row.found !== (this.#kind === 'semi')) return;
    yield this.#asksOnly ? row.record : this.#merged(undefined, row.record);
  }

  /** All that it holds, with whether it was found. */
  *held(): Generator<readonly [record: unknown, found: boolean]> {
    for (const rows of this.#rows.values()) {
      if (rows instanceof Several) yield* rows.rows.map(state);
      else yield state(rows);
    }
    yield* this.#keyless.map(state);
  }

  clear(): void {
    this.#rows.clear();
    this.#keyless.length = 0;
  }
}

function recordOf(row: unknown): unknown {
  return row instanceof BuildRow ? row.record : row;
}

function markFound(row: unknown): void {
  if (row instanceof BuildRow) row.found = true;
}

function state(row: unknown): readonly [record: unknown, found: boolean] {
  return row instanceof BuildRow ? [row.record, row.found] : [row, false];
}
