import assert from 'node:assert/strict';
import type { Operator } from '../interfaces/operator.ts';
import type { OperatorCases } from './operator-conformance.ts';
import { type OperatorProbe, probeOperator } from './operator-probe.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** How often event time goes on: never, or after so many records. */
const WATERMARKS = [undefined, 1, 2] as const;

/** So long it takes from one record to the next. */
const PAUSE_MS = 7;

/**
 * An operator that can say what it remembers is cut off in front of each record, and another one takes over what
 * it remembered: together they must give what one gives that is left alone.
 */
export async function cutAnywhere<A, B>(
  make: () => Operator<A, B>,
  { input }: OperatorCases<A, B>,
): Promise<void> {
  if (!remembers(make())) return;
  for (const every of WATERMARKS) {
    const whole = await played(make, input, every);
    for (let cut = 0; cut <= input.length; cut++) {
      const parts = await played(make, input, every, cut);
      assert.deepEqual(parts, whole, `it went on differently when it was cut after ${cut} records`);
    }
  }
}

function remembers<A, B>(operator: Operator<A, B>): boolean {
  const probe = probeOperator(operator, virtualClock());
  probe.close();
  return probe.remembers;
}

/** What comes of the input when, after so many records, another one takes over. */
async function played<A, B>(
  make: () => Operator<A, B>,
  input: readonly A[],
  every: number | undefined,
  cut = Number.POSITIVE_INFINITY,
): Promise<readonly B[]> {
  const clock = virtualClock();
  const output: B[] = [];
  let probe = probeOperator(make(), clock);
  const takeOver = async (): Promise<void> => {
    if (probe.completed) return;
    output.push(...probe.output);
    probe = await successor(probe, make(), clock);
  };
  for (const [index, record] of input.entries()) {
    if (index === cut) await takeOver();
    await probe.feed([record]);
    if (every !== undefined && (index + 1) % every === 0) probe.watermark(index + 1);
    await clock.advance(PAUSE_MS);
  }
  if (cut === input.length) await takeOver();
  if (!probe.completed) await probe.end();
  probe.close();
  return [...output, ...probe.output];
}

async function successor<A, B>(
  probe: OperatorProbe<A, B>,
  operator: Operator<A, B>,
  clock: VirtualClock,
): Promise<OperatorProbe<A, B>> {
  const kept = structuredClone(probe.snapshot());
  probe.close();
  const next = probeOperator(operator, clock, { fed: probe.fed });
  next.restore(kept);
  return next;
}
