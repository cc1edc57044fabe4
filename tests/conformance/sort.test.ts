import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { sort } from '../../src/processing/operators/sort.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, { ...cases, holdsTime: true })) test(one.name, one.run);
  });
}

const orders = [
  { id: 1, country: 'FR' },
  { id: 2, country: 'DE' },
  { id: 3, country: 'FR' },
];
const byCountry = [orders[1]!, orders[0]!, orders[2]!];

suite<number, number>('sort by a function', () => sort((n: number) => n), {
  input: [3, 1, 2],
  output: [1, 2, 3],
  one: [3],
  faulty: (fault) => sort((_n: number) => fault()),
});
suite('sort by a field', () => sort<(typeof orders)[0]>('country'), {
  input: orders,
  output: byCountry,
  one: [orders[0]!],
});
suite('sort by several', () => sort<(typeof orders)[0]>([{ by: 'country' }, { by: 'id', order: 'desc' }]), {
  input: orders,
  output: [orders[1]!, orders[2]!, orders[0]!],
  one: [orders[0]!],
  faulty: (fault) => sort<(typeof orders)[0]>([{ by: 'country' }, { by: () => fault() }]),
});
suite('sort in a language', () => sort<(typeof orders)[0]>('country', { locale: 'de' }), {
  input: orders,
  output: byCountry,
  one: [orders[0]!],
  faulty: (fault) => sort(() => fault(), { locale: 'de' }),
});
suite<number, number>('sort by a function that compares', () => sort((a: number, b: number) => b - a), {
  input: [3, 1, 2],
  output: [3, 2, 1],
  one: [3],
});
