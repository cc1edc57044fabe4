import fc from 'fast-check';
import { expect, test } from 'vitest';
import { processKeyed } from '../../src/processing/operators/process-keyed.ts';
import { records } from '../../src/processing/operators/process-spec.ts';
import { state } from '../../src/processing/operators/state/state.ts';
import { TimerQueue } from '../../src/processing/operators/state/timer-queue.ts';
import { type OperatorProbe, probeOperator } from '../../src/testing/operator-probe.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';

const KEYS = ['a', 'b', '\u0000', 1, null, Number.NaN, new Date(7), ['a', 1]] as const;

type Act = 'set' | 'clear' | 'push' | 'put' | 'delete' | 'event' | 'clock' | 'cancel' | 'forget' | 'throw';
const ACTS: readonly Act[] = ['set', 'clear', 'push', 'put', 'delete', 'event', 'clock', 'cancel', 'forget'];

interface Doing {
  readonly key: number;
  readonly acts: readonly Act[];
  readonly n: number;
}

/** A record, event time that goes on, or time that passes. */
type Step = { readonly record: Doing } | { readonly watermark: number } | { readonly pass: number };

const small = fc.integer({ min: 0, max: 20 });
const doing = (acts: readonly Act[]) =>
  fc.record({
    key: fc.integer({ min: 0, max: KEYS.length - 1 }),
    acts: fc.array(fc.constantFrom(...acts), { minLength: 1, maxLength: 4 }),
    n: small,
  });
const steps = (acts: readonly Act[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ record: doing(acts) }) },
      { weight: 1, arbitrary: fc.record({ watermark: small }) },
      { weight: 1, arbitrary: fc.record({ pass: small }) },
    ),
    { maxLength: 40 },
  );

/** Everything that `process` can do, and a word about it after each callback. */
const everything = () =>
  processKeyed(({ key }: Doing) => KEYS[key], {
    emits: records<unknown>(),
    maxKeys: 5,
    maxTimers: 3,
    state: {
      value: state.value(0, { ttl: 15 }),
      list: state.list<number>({ max: 3, ttl: 30, by: 'event-time' }),
      map: state.map<number, number>({ ttl: 10 }),
      plain: state.map<number, number>({ max: 4 }),
    },
    onRecord({ acts, n }, context) {
      const { state, timers, time } = context;
      const word = () => [
        context.key,
        state.value.get(),
        state.list.toArray(),
        [...state.map],
        [...state.plain],
        time.event,
      ];
      for (const act of acts) {
        if (act === 'set') state.value.update((sum) => sum + n);
        if (act === 'clear') state.value.clear();
        if (act === 'push') state.list.push(n, n + 1);
        if (act === 'put') state.map.set(n % 5, n);
        if (act === 'put') state.plain.set(n % 5, n);
        if (act === 'delete') state.plain.delete((n + 1) % 5);
        if (act === 'event') timers.eventTime(time.event + n, n % 2 ? 'named' : undefined);
        if (act === 'clock') timers.processingTime(n, n % 2 ? 'named' : undefined);
        if (act === 'cancel') timers.cancel('named');
        if (act === 'forget') context.forget();
        if (act === 'throw') throw new Error('on purpose');
      }
      context.emit(word());
    },
    onTimer: ({ at, by, name }, { key, state }) => [[key, 'timer', at, by, name, state.list.length]],
    onEnd: ({ key, state }) => [[key, 'end', state.value.get(), state.list.toArray(), [...state.plain]]],
  });

interface Played {
  readonly output: unknown[];
  probe: OperatorProbe<Doing, unknown>;
}

/** Plays the steps; before step `cut`, another one takes over. */
async function play(list: readonly Step[], cut = -1): Promise<unknown[]> {
  const clock = virtualClock(1000);
  const played: Played = { output: [], probe: probeOperator(everything(), clock) };
  let event = 0;
  played.probe.watermark(event);
  for (const [index, step] of list.entries()) {
    if (index === cut) {
      const kept = structuredClone(played.probe.snapshot());
      played.output.push(...played.probe.output);
      played.probe.close();
      played.probe = probeOperator(everything(), clock);
      played.probe.restore(kept);
    }
    if ('record' in step) {
      const failed = await played.probe.feed([step.record]).catch((error: Error) => error);
      if (failed instanceof Error) (played.probe.output as unknown[]).push(failed.message);
    } else if ('watermark' in step) {
      event += step.watermark;
      played.probe.watermark(event);
    } else await clock.advance(step.pass);
  }
  await played.probe.end();
  played.probe.close();
  expect(clock.pending).toBe(0);
  return [...played.output, ...played.probe.output];
}

test('cut anywhere, snapshot, clone, restore, go on: the same as undisturbed', async () => {
  await fc.assert(
    fc.asyncProperty(steps([...ACTS, 'throw']), fc.nat(39), async (list, cut) => {
      expect(await play(list, Math.min(cut, list.length - 1))).toEqual(await play(list));
    }),
    { numRuns: 150 },
  );
});

test('a record that fails leaves everything as if it had never come', async () => {
  await fc.assert(
    fc.asyncProperty(steps([...ACTS, 'throw']), async (list) => {
      const all = await play(list);
      const good = list.filter((step) => !('record' in step && step.record.acts.includes('throw')));
      expect(all.filter((word) => word !== 'on purpose')).toEqual(await play(good));
    }),
    { numRuns: 150 },
  );
});

test('a queue of timers gives the first, whatever was added and removed before', () => {
  const commands = fc.array(fc.tuple(fc.boolean(), small), { maxLength: 200 });
  fc.assert(
    fc.property(commands, (list) => {
      const queue = new TimerQueue<{ at: number; order: number; place: number }>();
      const model: { at: number; order: number; place: number }[] = [];
      for (const [order, [adds, n]] of list.entries()) {
        if (adds || model.length === 0) {
          const timer = { at: n, order, place: -1 };
          queue.add(timer);
          model.push(timer);
        } else queue.remove(model.splice(n % model.length, 1)[0]!);
        const sorted = model.toSorted((a, b) => a.at - b.at || a.order - b.order);
        expect(queue.size).toBe(model.length);
        expect(queue.first).toBe(sorted[0]);
        expect(queue.sorted()).toEqual(sorted);
      }
    }),
  );
});
