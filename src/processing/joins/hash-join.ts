import { refusePromise } from '../../core/thenable.ts';
import type { Emit, Operator, SyncLogic } from '../../interfaces/operator.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { keyId } from '../operators/key-id.ts';
import { type JoinKind, pair, tooManyRows, unpaired } from './join-kinds.ts';

/** A record of the side that is held; what comes without is of the other side. */
export class BuildRow {
  readonly record: unknown;
  /** Whether a record of the other side has found it. */
  found = false;

  constructor(record: unknown) {
    this.record = record;
  }
}

export interface HashJoinSpec {
  /** Of the side that flows past, and of the side that is held. */
  readonly keys: readonly [(record: unknown) => unknown, (record: unknown) => unknown];
  readonly kind: JoinKind;
  /** Whether the left side is held. */
  readonly buildsLeft: boolean;
  readonly merge: ((left: unknown, right: unknown) => unknown) | undefined;
  readonly maxRows: number;
  readonly onError: OnError | undefined;
}

/** Of more rows than these, those that match one record are pulled as there is room. */
const AT_ONCE = 100;

/** Holds the rows that come first in a table, and looks up in it what follows. */
export function hashJoin(spec: HashJoinSpec): Operator<unknown, unknown> {
  return defineOperator<unknown, unknown>({
    name: 'join',
    cardinality: 'many',
    detail: spec.kind,
    onError: spec.onError,
    create: () => new HashJoinLogic(spec),
  });
}

class HashJoinLogic implements SyncLogic<unknown, unknown> {
  readonly #spec: HashJoinSpec;
  readonly #pairs: (probe: unknown, row: unknown) => unknown;
  /** One row of most keys: a list is made when there is a second. */
  readonly #table = new Map<unknown, BuildRow | BuildRow[]>();
  /** Rows that cannot have a partner, kept where they come out all the same. */
  readonly #keyless: BuildRow[] = [];
  #rows = 0;
  readonly #keepsProbe: boolean;
  readonly #keepsBuild: boolean;

  constructor(spec: HashJoinSpec) {
    const { kind, buildsLeft, merge = pair } = spec;
    const { left, right } = unpaired(kind);
    this.#spec = spec;
    this.#keepsProbe = buildsLeft ? right : left;
    this.#keepsBuild = buildsLeft ? left || kind === 'semi' || kind === 'anti' : right;
    this.#pairs = buildsLeft ? (probe, row) => merge(row, probe) : merge;
  }

  push(record: unknown, emit: Emit<unknown>): Iterable<unknown> | undefined {
    if (!(record instanceof BuildRow)) return this.#probe(record, emit);
    this.#build(record);
    return undefined;
  }

  #build(row: BuildRow): void {
    const { keys, maxRows } = this.#spec;
    if (this.#rows === maxRows) {
      const hint = 'Build the smaller side, raise maxRows, or select fewer fields before.';
      throw tooManyRows('join', maxRows, hint);
    }
    const key = keys[1](row.record);
    if (key === null || key === undefined) {
      if (this.#keepsBuild) this.#keyless.push(row);
    } else {
      const id = keyId(key);
      const present = this.#table.get(id);
      if (present === undefined) this.#table.set(id, row);
      else if (present instanceof BuildRow) this.#table.set(id, [present, row]);
      else present.push(row);
    }
    this.#rows++;
  }

  #probe(record: unknown, emit: Emit<unknown>): Iterable<unknown> | undefined {
    const key = this.#spec.keys[0](record);
    const rows = key === null || key === undefined ? undefined : this.#table.get(keyId(key));
    const { kind, buildsLeft } = this.#spec;
    if (kind === 'semi' || kind === 'anti') {
      if (!buildsLeft) {
        if ((rows !== undefined) === (kind === 'semi')) emit(record);
      } else if (rows instanceof BuildRow) rows.found = true;
      else if (rows !== undefined && !rows[0]!.found) for (const row of rows) row.found = true;
      return undefined;
    }
    if (rows === undefined) {
      if (this.#keepsProbe) emit(this.#merged(record, undefined));
      return undefined;
    }
    if (rows instanceof BuildRow) {
      const merged = this.#merged(record, rows.record);
      rows.found = true;
      emit(merged);
      return undefined;
    }
    if (rows.length > AT_ONCE) return this.#each(record, rows);
    const merged = rows.map((row) => this.#merged(record, row.record));
    for (const row of rows) row.found = true;
    for (const one of merged) emit(one);
    return undefined;
  }

  *#each(record: unknown, rows: readonly BuildRow[]): Generator<unknown> {
    for (const row of rows) {
      row.found = true;
      yield this.#merged(record, row.record);
    }
  }

  #merged(probe: unknown, row: unknown): unknown {
    const merged = this.#pairs(probe, row);
    if (merged instanceof Promise) refusePromise(merged, 'Give join() a synchronous merge.');
    return merged;
  }

  end(emit: Emit<unknown>): void {
    if (!this.#keepsBuild) return;
    const { kind } = this.#spec;
    for (const row of this.#held()) {
      if (row.found !== (kind === 'semi')) continue;
      emit(kind === 'semi' || kind === 'anti' ? row.record : this.#merged(undefined, row.record));
    }
  }

  *#held(): Generator<BuildRow> {
    for (const rows of this.#table.values()) {
      if (rows instanceof BuildRow) yield rows;
      else yield* rows;
    }
    yield* this.#keyless;
  }

  snapshot(): unknown {
    return [...this.#held()].map(({ record, found }) => [record, found]);
  }

  restore(state: unknown): void {
    for (const [record, found] of state as readonly [unknown, boolean][]) {
      const row = new BuildRow(record);
      row.found = found;
      this.#build(row);
    }
  }

  close(): void {
    this.#table.clear();
    this.#keyless.length = 0;
  }
}
