import type { Emit, Operator, SyncLogic } from '../../interfaces/operator.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { keyId } from '../operators/key-id.ts';
import { keepsBuild, tooManyRows } from './join-kinds.ts';
import { BuildRow, JoinTable, type JoinTableSpec } from './join-table.ts';

/** The keys of the side that flows past, and of the side that is held. */
export type ProbeAndBuildKeys = readonly [(record: unknown) => unknown, (record: unknown) => unknown];

export interface HashJoinSpec extends JoinTableSpec {
  readonly keys: ProbeAndBuildKeys;
  readonly maxRows: number;
  readonly onError: OnError | undefined;
}

/** Holds the rows that come first in a table, and looks up in it what follows. */
export function hashJoin(spec: HashJoinSpec): Operator<unknown, unknown> {
  return defineOperator<unknown, unknown>({
    joins: true,
    name: 'join',
    remembers: 'snapshot',
    cardinality: 'many',
    origins: keepsBuild(spec.kind, spec.buildsLeft) ? 'lost' : 'kept',
    detail: spec.kind,
    onError: spec.onError,
    create: () => new HashJoinLogic(spec),
  });
}

/** The identity of a key in a join; `undefined` where nothing can be its equal. */
export function partnerId(key: unknown): unknown {
  return key === null || key === undefined ? undefined : keyId(key);
}

class HashJoinLogic implements SyncLogic<unknown, unknown> {
  readonly #keys: ProbeAndBuildKeys;
  readonly #maxRows: number;
  readonly #table: JoinTable;
  #rows = 0;

  constructor(spec: HashJoinSpec) {
    this.#keys = spec.keys;
    this.#maxRows = spec.maxRows;
    this.#table = new JoinTable(spec);
  }

  push(record: unknown, emit: Emit<unknown>): Iterable<unknown> | undefined {
    if (!(record instanceof BuildRow)) {
      return this.#table.probe(record, partnerId(this.#keys[0](record)), emit);
    }
    this.#build(record);
    return undefined;
  }

  #build(row: BuildRow): void {
    if (this.#rows === this.#maxRows) {
      const hint =
        'Build the smaller side, raise maxRows, select fewer fields before, or let it spill: { spill: true }.';
      throw tooManyRows('join', this.#maxRows, hint);
    }
    this.#table.add(row, partnerId(this.#keys[1](row.record)));
    this.#rows++;
  }

  end(): Iterable<unknown> {
    return this.#table.remaining();
  }

  snapshot(): unknown {
    return [...this.#table.held()];
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
  }
}
