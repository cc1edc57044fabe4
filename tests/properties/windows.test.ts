import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { list } from '../../src/processing/operators/aggregates/list.ts';
import { eventTime } from '../../src/processing/operators/event-time.ts';
import { hopping } from '../../src/processing/operators/windows/hopping.ts';
import { session } from '../../src/processing/operators/windows/session.ts';
import { tumbling } from '../../src/processing/operators/windows/tumbling.ts';
import type { Window } from '../../src/processing/operators/windows/window.ts';
import { windowBy, windowByRouted } from '../../src/processing/operators/windows/window-by.ts';
import { run } from '../../src/start.ts';
import { probeOperator } from '../../src/testing/operator-probe.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

interface Visit {
  readonly kind: 'visit';
  readonly key: string;
  readonly at: number;
  readonly n: number;
}

/** What comes of visits and watermarks: results as text, and the numbers of late visits. */
interface Outcome {
  readonly results: string[];
  readonly late: number[];
}

type Step = Visit | { readonly kind: 'watermark'; readonly time: number };

/** Visits out of order, and event time that goes on between them. */
const steps = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -30, max: 90 })) },
      { weight: 1, arbitrary: fc.integer({ min: -20, max: 100 }) },
    ),
    { maxLength: 60 },
  )
  .map((list): Step[] => {
    let reached = Number.NEGATIVE_INFINITY;
    return list.map((one, n) => {
      if (typeof one !== 'number') return { kind: 'visit', key: one[0], at: one[1], n };
      reached = Math.max(reached, one);
      return { kind: 'watermark', time: reached };
    });
  });

const shown = (key: unknown, start: number, end: number, visits: readonly number[]) =>
  `${String(key)} ${start}-${end}: ${visits.toSorted((a, b) => a - b).join(' ')}`;

async function played(given: readonly Step[], window: Window<Visit>, lateness = 0): Promise<Outcome> {
  const visits = { visits: list((visit: Visit) => visit.n) };
  const probe = probeOperator(
    windowByRouted((visit: Visit) => visit.key, window, visits, { lateness, late: 'route' }),
  );
  for (const step of given) {
    if (step.kind === 'visit') await probe.feed([step]);
    else probe.watermark(step.time);
  }
  await probe.end();
  const results: string[] = [];
  const late: number[] = [];
  for (const { late: isLate, value } of probe.output) {
    if (isLate) late.push(value.n);
    else results.push(shown(value.key, value.window.start, value.window.end, value.visits));
  }
  return { results, late };
}

interface Group {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly visits: number[];
  out: boolean;
}

/** All windows that there could be, looked through one by one for each visit and each watermark. */
function naive(given: readonly Step[], size: number, every: number, lateness: number): Outcome {
  const groups: Group[] = [];
  const outcome: Outcome = { results: [], late: [] };
  let reached = Number.NEGATIVE_INFINITY;
  const emit = ({ key, start, end, visits }: Group) => outcome.results.push(shown(key, start, end, visits));
  const close = (time: number) => {
    reached = time;
    for (const group of groups.toSorted((a, b) => a.end - b.end)) {
      if (group.end <= time && !group.out) {
        group.out = true;
        emit(group);
      }
    }
  };
  for (const step of given) {
    if (step.kind === 'watermark') {
      close(step.time);
      continue;
    }
    let taken = false;
    for (let start = -200; start <= 200; start++) {
      const end = start + size;
      if (start % every !== 0 || start > step.at || end <= step.at || end + lateness <= reached) continue;
      taken = true;
      let group = groups.find((one) => one.key === step.key && one.start === start);
      if (group === undefined) {
        group = { key: step.key, start, end, visits: [], out: end <= reached };
        groups.push(group);
      }
      group.visits.push(step.n);
      if (group.out) emit(group);
    }
    if (!taken) outcome.late.push(step.n);
  }
  close(Number.POSITIVE_INFINITY);
  return outcome;
}

/** For each visit, what is open of its key is put in order anew and cut where nothing comes for the gap. */
function naiveSessions(given: readonly Step[], gap: number): Outcome {
  const open: Visit[] = [];
  const outcome: Outcome = { results: [], late: [] };
  let reached = Number.NEGATIVE_INFINITY;
  const sessions = (key: string): Visit[][] => {
    const parts: Visit[][] = [];
    for (const visit of open.filter((one) => one.key === key).toSorted((a, b) => a.at - b.at)) {
      const last = parts.at(-1)?.at(-1);
      if (last !== undefined && visit.at - last.at < gap) parts.at(-1)!.push(visit);
      else parts.push([visit]);
    }
    return parts;
  };
  const close = (time: number) => {
    reached = time;
    const over = ['a', 'b', 'c']
      .flatMap((key) => sessions(key).map((visits) => ({ key, visits, end: visits.at(-1)!.at + gap })))
      .filter(({ end }) => end <= time);
    for (const { key, visits, end } of over.sort((a, b) => a.end - b.end)) {
      outcome.results.push(
        shown(
          key,
          visits[0]!.at,
          end,
          visits.map(({ n }) => n),
        ),
      );
      for (const visit of visits) open.splice(open.indexOf(visit), 1);
    }
  };
  for (const step of given) {
    if (step.kind === 'watermark') close(step.time);
    else {
      open.push(step);
      const own = sessions(step.key).find((visits) => visits.includes(step))!;
      if (own.at(-1)!.at + gap > reached) continue;
      open.pop();
      outcome.late.push(step.n);
    }
  }
  close(Number.POSITIVE_INFINITY);
  return outcome;
}

const time = (visit: Visit) => visit.at;
const span = fc.integer({ min: 1, max: 25 });

test('tumbling windows give what a look at all windows gives, late records and updates included', async () => {
  await fc.assert(
    fc.asyncProperty(steps, span, fc.constantFrom(0, 0, 5, 40), async (given, size, lateness) => {
      expect(await played(given, tumbling(size, { time }), lateness)).toEqual(
        naive(given, size, size, lateness),
      );
    }),
  );
});

test('hopping windows give what a look at all windows gives', async () => {
  await fc.assert(
    fc.asyncProperty(steps, span, span, fc.constantFrom(0, 7), async (given, one, other, lateness) => {
      const [every, size] = [Math.min(one, other), Math.max(one, other)];
      const window = hopping(size, { every, time });
      expect(await played(given, window, lateness)).toEqual(naive(given, size, every, lateness));
    }),
  );
});

test('sessions give what putting their records in order gives', async () => {
  await fc.assert(
    fc.asyncProperty(steps, span, async (given, gap) => {
      const [real, model] = [await played(given, session(gap, { time })), naiveSessions(given, gap)];
      expect(real.late).toEqual(model.late);
      // Of sessions that end at once, the model does not know which began first.
      expect(real.results.toSorted()).toEqual(model.results.toSorted());
    }),
  );
});

test('sessions with lateness come in the end to what they would have come to in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, span, async (given, gap) => {
      const visits = given.filter((step) => step.kind === 'visit');
      const { results, late } = await played(given, session(gap, { time }), 1000);
      expect(late).toEqual([]);
      const final = new Set(naiveSessions(visits, gap).results);
      for (const result of final) expect(results).toContain(result);
    }),
  );
});

test('event time and windows give the same, however records come in batches', async () => {
  const NOON = Date.UTC(2024, 2, 1, 12);
  const readings = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 600 })), {
    maxLength: 80,
  });
  await fc.assert(
    fc.asyncProperty(
      readings,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (given, sizes) => {
        const records = given.map(([key, second], n) => ({ key, at: NOON + second * 1000, n }));
        const batches: (typeof records)[] = [];
        for (let from = 0, turn = 0; from < records.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          batches.push(records.slice(from, from + size));
          from += size;
        }
        const outcome = async (lines: readonly (typeof records)[]) => {
          const timed = readFrom(scripted(lines)).pipe(eventTime((one) => one.at, { outOfOrder: '1m' }));
          const { results, late } = timed
            .keyBy((one) => one.key)
            .window(tumbling('1m', { time: (one) => one.at }), { late: 'route', lateness: '30s' })
            .aggregate({ all: list('n') });
          const [out, aside] = [toArray<unknown>(), toArray<unknown>()];
          const { balance } = await run(pipeline('x', [results.to(out), late.to(aside)]));
          expect(balance.closed).toBe(true);
          return [out.records, aside.records];
        };
        const whole = await outcome([records]);
        expect(await outcome(batches)).toEqual(whole);
        expect(await outcome(records.map((one) => [one]))).toEqual(whole);
      },
    ),
    { numRuns: 40 },
  );
});

test('windows of all kinds keep what they remember in a snapshot', async () => {
  const kinds: Window<Visit>[] = [
    tumbling(7, { time }),
    hopping(9, { every: 4, time }),
    session(6, { time }),
  ];
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(...kinds), fc.nat({ max: 60 }), async (given, window, cut) => {
      const visits = { visits: list((visit: Visit) => visit.n) };
      const make = () =>
        probeOperator(windowBy((visit: Visit) => visit.key, window, visits, { lateness: 1000 }));
      const drive = async (probes: readonly ReturnType<typeof make>[]) => {
        for (const [index, step] of given.entries()) {
          if (index === cut && probes.length > 1) probes[1]!.restore(structuredClone(probes[0]!.snapshot()));
          const probe = probes[index < cut ? 0 : probes.length - 1]!;
          if (step.kind === 'visit') await probe.feed([step]);
          else probe.watermark(step.time);
        }
        if (given.length > cut || probes.length === 1) await probes.at(-1)!.end();
        else await probes[0]!.end();
        return probes.flatMap(({ output }) => output);
      };
      expect(await drive([make(), make()])).toEqual(await drive([make()]));
    }),
  );
});
