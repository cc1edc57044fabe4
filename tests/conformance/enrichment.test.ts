import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { enrich } from '../../src/processing/operators/enrich/enrich.ts';
import { lookupJoin } from '../../src/processing/operators/enrich/lookup-join.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) test(one.name, one.run);
  });
}

interface Order {
  readonly id: number;
  readonly of: string;
}

const key = ({ of }: Order) => of;
const merge = ({ id }: Order, found: { readonly name: string } | undefined) => `${id}${found?.name}`;
const cases: OperatorCases<Order, string> = {
  input: [
    { id: 1, of: 'a' },
    { id: 2, of: 'b' },
    { id: 3, of: 'a' },
  ],
  output: ['1A', '2B', '3A'],
  one: ['1A'],
};

const upper = async (of: string) => ({ name: of.toUpperCase() });
suite<Order, string>('enrich', () => enrich(upper, { key, merge }), {
  ...cases,
  faulty: (fault) => enrich(fault, { key, merge }),
});
suite<Order, string>('enrich, its merge', () => enrich(upper, { key, merge }), {
  ...cases,
  faulty: (fault) => enrich(upper, { key, merge: fault }),
});

const several = async (keys: readonly string[]) => keys.map((of) => ({ name: of.toUpperCase() }));
suite<Order, string>('enrich in batches', () => enrich(several, { key, merge, batch: 2 }), {
  ...cases,
  faulty: (fault) => enrich(fault, { key, merge, batch: 2 }),
});

const rows = [
  { code: 'a', name: 'A' },
  { code: 'b', name: 'B' },
];
const tableKey = ({ code }: (typeof rows)[number]) => code;
suite<Order, string>('lookupJoin', () => lookupJoin(rows, { key, tableKey, merge }), {
  ...cases,
  faulty: (fault) => lookupJoin(rows, { key: fault, tableKey, merge }),
});
suite<Order, string>('lookupJoin, its table', () => lookupJoin(() => rows, { key, tableKey, merge }), {
  ...cases,
  faulty: (fault) => lookupJoin(fault, { key, tableKey, merge }),
});
