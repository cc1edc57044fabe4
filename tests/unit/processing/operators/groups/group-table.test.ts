import { expect, test } from 'vitest';
import { StateCopy } from '../../../../../src/core/state-copy.ts';
import { count, first, sum } from '../../../../../src/index.ts';
import type { Aggregate } from '../../../../../src/interfaces/aggregate.ts';
import { decodeSnapshot } from '../../../../../src/processing/checkpoint/snapshot-codec.ts';
import { stateBytes } from '../../../../../src/processing/checkpoint/state-bytes.ts';
import { GroupTable, type TableState } from '../../../../../src/processing/operators/groups/group-table.ts';

type Any = Aggregate<unknown, unknown>;
const numbers = () => [count(), sum('n')] as unknown as Any[];

function filled(aggregates: readonly Any[], rows: readonly { readonly key: string; readonly n: unknown }[]) {
  const table = new GroupTable(aggregates, 1000);
  for (const row of rows) {
    const states = aggregates.map((aggregate) => aggregate.add(aggregate.create(), row));
    table.append(row.key, row.key, states);
  }
  return table;
}

test('what a table remembers comes back, numbers or not', () => {
  const aggregates = [count(), first('n'), sum('n')] as unknown as Any[];
  const table = filled(aggregates, [
    { key: 'a', n: 1 },
    { key: 'b', n: 0.5 },
    { key: 'c', n: null },
  ]);
  const bytes = Buffer.concat([...stateBytes(table.snapshot(), 'table')]);
  const next = new GroupTable(aggregates, 1000);
  next.restore(decodeSnapshot(bytes) as TableState);
  for (const group of [0, 1, 2]) expect(next.read(group)).toEqual(table.read(group));
  expect([next.keys, [...next.ids]]).toEqual([table.keys, [...table.ids]]);
});

test('a copy becomes bytes when they are taken, and is not what has changed since', () => {
  const table = filled(numbers(), [{ key: 'a', n: 1 }]);
  const bytes = stateBytes(new StateCopy(table.snapshot()), 'table');
  const before = table.read(0);
  table.write(0, [7, before[1]]);
  table.append('b', 'b', table.fresh('b'));
  const next = new GroupTable(numbers(), 1000);
  next.restore(decodeSnapshot(Buffer.concat([...bytes])) as TableState);
  expect([next.keys, next.read(0)]).toEqual([['a'], before]);
});

test('accumulators of other aggregates are refused', () => {
  const state = filled(numbers(), [{ key: 'a', n: 1 }]).snapshot();
  const other = new GroupTable([count()] as unknown as Any[], 1000);
  expect(() => other.restore(state)).toThrow(/other aggregates/);
});
