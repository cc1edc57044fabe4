import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../../../src/interfaces/aggregate.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { countDistinct } from '../../../../src/processing/operators/aggregates/count-distinct.ts';
import { defineAggregate } from '../../../../src/processing/operators/aggregates/define-aggregate.ts';
import { first } from '../../../../src/processing/operators/aggregates/first.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { max } from '../../../../src/processing/operators/aggregates/max.ts';
import { mean } from '../../../../src/processing/operators/aggregates/mean.ts';
import { stddev } from '../../../../src/processing/operators/aggregates/stddev.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { GroupTable } from '../../../../src/processing/operators/groups/group-table.ts';
import { tableAdd } from '../../../../src/processing/operators/windows/table-add.ts';

const own = defineAggregate({
  name: 'digits',
  create: () => '',
  add: (digits, record: { v: unknown }) => digits + String(record.v),
  merge: (earlier, later) => earlier + later,
  result: (digits) => digits,
});

const AGGREGATES: Readonly<Record<string, readonly unknown[]>> = {
  'kept as numbers': [count(), sum('v'), max('v'), mean('v'), stddev('v')],
  'kept as objects': [list('v'), first('v'), countDistinct('v')],
  'of both kinds': [list('v'), count(), sum((record: { v: number }) => record.v)],
  "of the user's own": [count(), own, sum('v')],
};

const INPUTS: Readonly<Record<string, readonly unknown[]>> = {
  numbers: [1, 0.5, -7, 1e9],
  'numbers with gaps': [null, 1, undefined, 2],
  'numbers, and what is none': [1, 'x', 2, Number.NaN, 3],
  'numbers, and a promise': [1, Promise.resolve(1), 2],
  'numbers, and a big integer': [1, 2n, 3],
  nothing: [null, undefined],
  'nothing first, then numbers': [null, null, 1, 2, 3, 4],
  'infinite numbers': [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 1],
};

/** What comes of the values in a table, and which of them failed. */
function outcome(
  aggregates: readonly Aggregate<unknown, unknown>[],
  values: readonly unknown[],
  compiled: boolean,
) {
  const { add, begin } = tableAdd(aggregates, compiled);
  const tables = [new GroupTable(aggregates, 10), new GroupTable(aggregates, 10)];
  const failed: string[] = [];
  for (const [n, v] of values.entries()) {
    const table = tables[n % 2]!;
    const key = n % 3 === 0 ? 'a' : 'b';
    const group = table.ids.get(key);
    try {
      if (group === undefined) begin(table, key, key, { v });
      else add(table, group, { v });
    } catch (error) {
      failed.push(`${n}: ${(error as Error).message}`);
    }
  }
  const results = tables.map((table) =>
    table.keys.map((key, group) => {
      const states = table.read(group);
      return [key, ...aggregates.map((aggregate, place) => aggregate.result(states[place]))];
    }),
  );
  return { failed, results };
}

describe('adding to the tables of windows', () => {
  for (const [kind, aggregates] of Object.entries(AGGREGATES)) {
    test.each(Object.entries(INPUTS))(
      `gives the same of %s with generated code as without, ${kind}`,
      (_what, values) => {
        const given = aggregates as Aggregate<unknown, unknown>[];
        expect(outcome(given, values, true)).toEqual(outcome(given, values, false));
      },
    );
  }

  test('keeps the numbers of one table apart from those of another', () => {
    const { results } = outcome([sum('v') as Aggregate<unknown, unknown>], [1, 2, 4, 8, 16], true);
    expect(results).toEqual([
      [
        ['a', 1],
        ['b', 20],
      ],
      [
        ['b', 2],
        ['a', 8],
      ],
    ]);
  });
});
