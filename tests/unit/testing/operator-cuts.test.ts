import { describe, expect, test } from 'vitest';
import type { SyncLogic } from '../../../src/interfaces/operator.ts';
import { defineOperator } from '../../../src/processing/operators/define-operator.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { type OperatorCases, operatorConformance } from '../../../src/testing/operator-conformance.ts';
import { probeOperator } from '../../../src/testing/operator-probe.ts';

/** Counts the records since the last watermark. */
function counting(more: (logic: { n: number }) => Partial<SyncLogic<number, number>>) {
  return defineOperator<number, number>({
    name: 'counting',
    cardinality: 'one',
    create() {
      const held = { n: 0 };
      return {
        push: (_record, emit) => emit(++held.n),
        watermark() {
          held.n = 0;
        },
        ...more(held),
      };
    },
  });
}

const cases: OperatorCases<number, number> = { input: [5, 5, 5], output: [1, 2, 3], one: [1] };

async function failed(make: Parameters<typeof operatorConformance<number, number>>[1]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of operatorConformance('it', make, cases)) {
    await run().catch((error: Error) => names.push(`${name}: ${error.message.split('\n')[0]}`));
  }
  return names;
}

describe('the conformance suite cuts an operator that remembers anywhere, and', () => {
  test('lets one pass that goes on as it should, and one that remembers nothing', async () => {
    const good = () =>
      counting((held) => ({
        snapshot: () => held.n,
        restore: (n) => {
          held.n = n as number;
        },
      }));
    expect(await failed(good)).toEqual([]);
    expect(await failed(() => counting(() => ({})))).toEqual([]);
  });

  test('finds one that forgets', async () => {
    const forgets = () => counting(() => ({ snapshot: () => 0, restore() {} }));
    expect(await failed(forgets)).toEqual([
      'it goes on from a snapshot, wherever it is taken, as if nothing had happened: it went on differently when it was cut after 1 records',
    ]);
  });

  test('finds one whose state cannot be cloned', async () => {
    const unclonable = () => counting((held) => ({ snapshot: () => () => held.n, restore() {} }));
    expect(await failed(unclonable)).toEqual([expect.stringContaining('could not be cloned')]);
  });
});

test('a probe says whether an operator remembers', () => {
  expect(probeOperator(map((n: number) => n)).remembers).toBe(false);
  const remembering = counting((held) => ({ snapshot: () => held.n, restore() {} }));
  expect(probeOperator(remembering).remembers).toBe(true);
});
