import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { aggregate } from '../../src/processing/operators/aggregate.ts';
import { aggregateBy } from '../../src/processing/operators/aggregate-by.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { defineAggregate } from '../../src/processing/operators/aggregates/define-aggregate.ts';
import { list } from '../../src/processing/operators/aggregates/list.ts';
import { max } from '../../src/processing/operators/aggregates/max.ts';
import { quantile } from '../../src/processing/operators/aggregates/quantile.ts';
import { sum } from '../../src/processing/operators/aggregates/sum.ts';
import { pivot } from '../../src/processing/operators/pivot.ts';
import { reduce } from '../../src/processing/operators/reduce.ts';
import { reduceBy } from '../../src/processing/operators/reduce-by.ts';
import { scanBy } from '../../src/processing/operators/scan-by.ts';
import { top } from '../../src/processing/operators/top.ts';
import { topBy } from '../../src/processing/operators/top-by.ts';
import { unpivot } from '../../src/processing/operators/unpivot.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) test(one.name, one.run);
  });
}

interface Sale {
  readonly shop: string;
  readonly amount: number;
}

const input: readonly Sale[] = [
  { shop: 'b', amount: 2 },
  { shop: 'a', amount: 7 },
  { shop: 'b', amount: 3 },
];
const shopOf = ({ shop }: Sale): string => shop;
const total = (value: number, { amount }: Sale): number => value + amount;
/** What comes when the input is over does not come before event time. */
const atEnd = { input, beforeWatermark: [] };

suite<Sale, unknown>(
  'aggregate',
  () => aggregate({ n: count(), total: sum('amount'), last: max((sale) => sale.shop) }),
  {
    ...atEnd,
    output: [{ n: 3, total: 12, last: 'b' }],
    one: [{ n: 1, total: 2, last: 'b' }],
    empty: [{ n: 0, total: 0, last: null }],
    faulty: (fault) => aggregate({ n: count(), total: sum(fault) }),
  },
);

suite<Sale, unknown>(
  'keyed aggregate',
  () =>
    aggregateBy(shopOf, {
      n: count(),
      all: list('amount', { overflow: 'drop-newest' }),
      half: quantile('amount', 0.5),
    }),
  {
    ...atEnd,
    output: [
      { key: 'b', n: 2, all: [2, 3], half: 2.5 },
      { key: 'a', n: 1, all: [7], half: 7 },
    ],
    one: [{ key: 'b', n: 1, all: [2], half: 2 }],
    faulty: (fault) => aggregateBy(fault, { n: count() }),
  },
);

suite<Sale, unknown>(
  'keyed aggregate of the user',
  () =>
    aggregateBy(shopOf, {
      n: count(),
      product: defineAggregate({
        name: 'product',
        create: () => 1,
        add: (product, sale: Sale) => product * sale.amount,
        merge: (earlier, later) => earlier * later,
        result: (product) => product,
      }),
    }),
  {
    ...atEnd,
    output: [
      { key: 'b', n: 2, product: 6 },
      { key: 'a', n: 1, product: 7 },
    ],
    one: [{ key: 'b', n: 1, product: 2 }],
    faulty: (fault) =>
      aggregateBy(shopOf, {
        own: defineAggregate({ name: 'own', create: () => 0, add: fault, merge: () => 0, result: () => 0 }),
      }),
  },
);

suite<Sale, number>('reduce', () => reduce(total, 0), {
  ...atEnd,
  output: [12],
  one: [2],
  empty: [0],
  faulty: (fault) => reduce<Sale, number>(fault, 0),
});

suite<Sale, unknown>('keyed reduce', () => reduceBy(shopOf, total, 0), {
  ...atEnd,
  output: [
    { key: 'b', value: 5 },
    { key: 'a', value: 7 },
  ],
  one: [{ key: 'b', value: 2 }],
  faulty: (fault) => reduceBy(shopOf, fault, 0),
});

suite<Sale, unknown>('keyed scan', () => scanBy(shopOf, total, 0), {
  input,
  output: [
    { key: 'b', value: 2 },
    { key: 'a', value: 7 },
    { key: 'b', value: 5 },
  ],
  one: [{ key: 'b', value: 2 }],
  faulty: (fault) => scanBy(shopOf, fault, 0),
});

suite<Sale, Sale>('top', () => top(2, 'amount'), {
  ...atEnd,
  output: [input[1]!, input[2]!],
  one: [input[0]!],
  faulty: (fault) => top<Sale>(2, fault),
});

suite<Sale, unknown>('keyed top', () => topBy(shopOf, 1, 'amount'), {
  ...atEnd,
  output: [
    { key: 'b', records: [input[2]] },
    { key: 'a', records: [input[1]] },
  ],
  one: [{ key: 'b', records: [input[0]] }],
  faulty: (fault) => topBy<Sale, string>(shopOf, 1, fault),
});

suite<{ id: number; column: string; value: number }, unknown>(
  'pivot',
  () => pivot({ key: 'id', column: 'column', value: 'value', combine: (_earlier, later) => later }),
  {
    input: [
      { id: 1, column: 'x', value: 5 },
      { id: 2, column: 'y', value: 6 },
      { id: 1, column: 'y', value: 7 },
    ],
    beforeWatermark: [],
    output: [
      { id: 1, x: 5, y: 7 },
      { id: 2, x: null, y: 6 },
    ],
    one: [{ id: 1, x: 5 }],
  },
);

suite<{ id: number; x: number | null; y: number }, unknown>('unpivot', () => unpivot(['x', 'y']), {
  input: [
    { id: 1, x: 5, y: 6 },
    { id: 2, x: null, y: 7 },
  ],
  output: [
    { id: 1, name: 'x', value: 5 },
    { id: 1, name: 'y', value: 6 },
    { id: 2, name: 'y', value: 7 },
  ],
  one: [
    { id: 1, name: 'x', value: 5 },
    { id: 1, name: 'y', value: 6 },
  ],
});
