import { recordBuilder } from '../../../core/record-builder.ts';
import { StateCopy } from '../../../core/state-copy.ts';
import type { SyncLogic } from '../../../interfaces/operator.ts';
import { valueReader } from '../aggregates/fields.ts';
import { keyId } from '../key-id.ts';
import { absorbing } from '../plain-logic.ts';
import type { NamedAggregate } from './checked-aggregates.ts';
import { type Add, type AddValues, compiledAdd } from './compiled-add.ts';
import { GroupTable, type TableState } from './group-table.ts';
import { addJointly, type Joint, joint } from './joint-add.ts';

/** What the logic of `aggregate` is made for. */
export interface Grouping {
  readonly aggregates: readonly NamedAggregate[];
  /** What sets the groups apart; without it there is one, which is there without a record, too. */
  readonly key?: ((record: never) => unknown) | undefined;
  readonly maxKeys: number;
  /** Whether to generate code. @default true */
  readonly compiled?: boolean;
}

/** Keeps the accumulators of each key, and emits what they come to when the input is over. */
export function groupedAggregates<A, B>({
  aggregates,
  key: keyOf,
  maxKeys,
  compiled = true,
}: Grouping): SyncLogic<A, B> {
  const together = joint(aggregates.map(({ aggregate }) => aggregate));
  const table = new GroupTable(together.aggregates, maxKeys);
  const addValues: AddValues = (record, id, key, group, values) => {
    const states = group === undefined ? table.fresh(key) : table.read(group);
    addJointly(together, states, record, values);
    if (group === undefined) table.append(id, key, states);
    else table.write(group, states);
  };
  const add =
    (compiled ? compiledAdd(table, together, keyOf, addValues) : undefined) ??
    plainAdd(table, together, keyOf, addValues);
  const results = resultsOf<B>(table, aggregates, keyOf !== undefined);
  return {
    ...absorbing<A>(add),
    end() {
      if (keyOf === undefined && table.keys.length === 0)
        table.append(undefined, undefined, table.fresh(undefined));
      return results();
    },
    snapshot() {
      const state = table.snapshot();
      return state.objects.length === 0 ? new StateCopy(state) : state;
    },
    restore: (state) => table.restore(state as TableState),
  };
}

function plainAdd(
  table: GroupTable,
  { sources }: Joint,
  keyOf: ((record: never) => unknown) | undefined,
  addValues: AddValues,
): Add {
  const readers = sources.map(valueReader);
  return (record) => {
    const key = keyOf?.(record as never);
    const id = keyId(key);
    addValues(
      record,
      id,
      key,
      table.ids.get(id),
      readers.map((read) => read(record)),
    );
  };
}

function resultsOf<B>(table: GroupTable, aggregates: readonly NamedAggregate[], keyed: boolean) {
  const names = aggregates.map(({ name }, n) => ({ name, from: n + 1 }));
  const build = recordBuilder(keyed ? [{ name: 'key', from: 0 }, ...names] : names);
  return function* (): Generator<B> {
    for (const [group, key] of table.keys.entries()) {
      const states = table.read(group);
      const results = aggregates.map(({ aggregate }, n) => aggregate.result(states[n]));
      yield build([key, ...results]) as B;
    }
  };
}
