import { describe, test } from 'vitest';
import { BuildRow } from '../../src/processing/joins/join-table.ts';
import { spilledJoin } from '../../src/processing/joins/spilled-join.ts';
import { operatorConformance } from '../../src/testing/operator-conformance.ts';

interface Row {
  readonly k: number;
}

const key = (row: unknown) => (row as Row).k;
const made = (keys: readonly [typeof key, typeof key]) =>
  spilledJoin({ keys, kind: 'left', buildsLeft: false, merge: undefined, spill: true });

describe('spilledJoin', () => {
  const suite = operatorConformance<unknown, unknown>('spilledJoin', () => made([key, key]), {
    input: [new BuildRow({ k: 1 }), new BuildRow({ k: 2 }), { k: 2 }, { k: 3 }],
    output: [
      { left: { k: 2 }, right: { k: 2 } },
      { left: { k: 3 }, right: undefined },
    ],
    one: [],
    faulty: (fault) => made([fault, fault]),
  });
  for (const one of suite) test(one.name, one.run);
});
