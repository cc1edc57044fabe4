import { describe, test } from 'vitest';
import { aggregateSpilled } from '../../src/processing/operators/aggregate-spilled.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { sum } from '../../src/processing/operators/aggregates/sum.ts';
import { operatorConformance } from '../../src/testing/operator-conformance.ts';

const orders = [
  { country: 'FR', amount: 1 },
  { country: 'DE', amount: 2 },
  { country: 'FR', amount: 3 },
];

describe('aggregateSpilled', () => {
  const suite = operatorConformance(
    'aggregateSpilled',
    () =>
      aggregateSpilled((order: (typeof orders)[0]) => order.country, { n: count(), total: sum('amount') }),
    {
      input: orders,
      output: [
        { key: 'FR', n: 2, total: 4 },
        { key: 'DE', n: 1, total: 2 },
      ],
      one: [{ key: 'FR', n: 1, total: 1 }],
      holdsTime: true,
      faulty: (fault) => aggregateSpilled(() => fault() as string, { n: count(), total: sum('amount') }),
    },
  );
  for (const one of suite) test(one.name, one.run);
});
