import { describe, expect, test } from 'vitest';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { assert } from '../../../../src/processing/operators/assert.ts';
import { dedupe } from '../../../../src/processing/operators/dedupe.ts';
import { distinct } from '../../../../src/processing/operators/distinct.ts';
import { index } from '../../../../src/processing/operators/index.ts';
import { log } from '../../../../src/processing/operators/log.ts';
import { pairwise } from '../../../../src/processing/operators/pairwise.ts';
import { progress } from '../../../../src/processing/operators/progress.ts';
import { sample } from '../../../../src/processing/operators/sample.ts';
import { startWith } from '../../../../src/processing/operators/start-with.ts';
import { timeInterval } from '../../../../src/processing/operators/time-interval.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';

const numbers = Array.from({ length: 40 }, (_, n) => (n * 7) % 11);
const told: unknown[] = [];
const note = (what: unknown) => void told.push(what);
const logger = { debug() {}, info: note, warn() {}, error() {} };

/** Makes the operator anew, with the input to cut; one record comes each second. */
const stateful: Readonly<Record<string, [() => Operator<never, unknown>, readonly unknown[]]>> = {
  index: [() => index<object>(), numbers.map((n) => ({ n }))],
  pairwise: [() => pairwise<number>(), [undefined, ...numbers]],
  startWith: [() => startWith<number>(-1, -2), numbers],
  distinct: [() => distinct<number>(), numbers],
  'distinct of the last': [() => distinct<number>({ last: 3 }), [1, 2, 1, 3, 4, 1, 2, 2, 5, 1, ...numbers]],
  dedupe: [() => dedupe<number>({ within: '9s' }), numbers],
  'sample of every third': [() => sample<number>({ every: 3 }), numbers],
  'sample by chance': [() => sample<number>({ rate: 0.4, seed: 5 }), numbers],
  'sample by a reservoir': [() => sample<number>({ reservoir: 6, seed: 5 }), numbers],
  timeInterval: [() => timeInterval<number>(), numbers],
  log: [() => log<number>({ every: 3, logger }), numbers],
  progress: [() => progress<number>(({ records, done }) => done && note(records), { every: '1h' }), numbers],
  assert: [() => assert({ 'it is a number': (n: number) => n >= 0 }, { report: note }), numbers],
};

interface Outcome {
  readonly output: readonly unknown[];
  readonly told: readonly unknown[];
}

/** Lets records in, second by second. */
async function feed(
  probe: ReturnType<typeof probeOperator>,
  clock: VirtualClock,
  records: readonly unknown[],
) {
  for (const record of records) {
    await probe.feed([record]);
    await clock.advance(1000);
  }
}

/** Runs it over all the input, or as two runs of which the second takes over the state of the first. */
async function outcome(
  make: () => Operator<never, unknown>,
  input: readonly unknown[],
  cut?: number,
): Promise<Outcome> {
  const clock = virtualClock();
  told.length = 0;
  const before: unknown[] = [];
  let probe = probeOperator(make() as Operator<unknown, unknown>, clock);
  if (cut !== undefined) {
    await feed(probe, clock, input.slice(0, cut));
    before.push(...probe.output);
    const state = structuredClone(probe.snapshot());
    // What the first run does afterwards must not reach the second.
    await probe.feed(input);
    const heard = told.slice();
    probe.close();
    told.splice(0, told.length, ...heard.slice(0, Math.ceil(cut / 3)));
    probe = probeOperator(make() as Operator<unknown, unknown>, clock);
    probe.restore(state);
  }
  await feed(probe, clock, input.slice(cut ?? 0));
  await probe.end();
  probe.close();
  return { output: [...before, ...probe.output], told: [...told] };
}

describe.each(Object.entries(stateful))('%s', (name, [make, input]) => {
  test('goes on from a snapshot as if it had never stopped, wherever it is cut', async () => {
    const whole = await outcome(make, input);
    for (let cut = 0; cut <= input.length; cut++) {
      const { output, told } = await outcome(make, input, cut);
      expect(output, `cut behind ${cut}`).toEqual(whole.output);
      // Only a log says something on the way.
      if (name === 'log') expect(told, `cut behind ${cut}`).toEqual(whole.told);
      else expect(told.at(-1), `cut behind ${cut}`).toEqual(whole.told.at(-1));
    }
  });
});
