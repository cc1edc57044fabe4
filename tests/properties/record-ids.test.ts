import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import {
  concat,
  distinct,
  type Flow,
  filter,
  flatMap,
  flatMapAsync,
  forEach,
  map,
  mapAsync,
  merge,
  otherwise,
  pipeline,
  readFrom,
  recordId,
  take,
} from '../../src/index.ts';
import type { Clock } from '../../src/interfaces/clock.ts';
import type { RunHandle, RunOptions, Summary } from '../../src/interfaces/run.ts';
import { Pipeline } from '../../src/processing/graph/pipeline.ts';
import { applyRules, rules } from '../../src/processing/plan/planner.ts';
import { Run } from '../../src/processing/runtime/run.ts';
import { start } from '../../src/start.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { type Line, scripted } from '../unit/processing/runtime/scripted-reader.ts';

/** What a record is made of, and how: no two records that are to be told apart say the same. */
interface Traced {
  readonly way: string;
  /** The id that it got last. */
  readonly id?: string;
}

const KINDS = [
  'source',
  'map',
  'filter',
  'flatMap',
  'generator',
  'mapAsync',
  'unordered',
  'flatMapAsync',
  'flatMapUnordered',
  'distinct',
  'take',
  'split',
  'merge',
  'concat',
  'recordId',
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly from: number;
  readonly other: number;
  readonly n: number;
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS, 'merge', 'merge', 'split', 'split', 'flatMap'),
    from: fc.nat(50),
    other: fc.nat(50),
    n: fc.nat(40),
  }),
  { minLength: 1, maxLength: 12 },
);

const later = (n: number) =>
  new Promise<void>((resolve) => {
    if (n % 3 === 0) setImmediate(resolve);
    else queueMicrotask(resolve);
  });

/** A number that follows from the way, to decide by. */
const lot = ({ way }: Traced, n: number) => [...way].reduce((sum, sign) => sum + sign.charCodeAt(0), n);

function source(n: number, index: number): Flow<Traced> {
  const records = Array.from({ length: n * 2 }, (_, record) => ({ way: `${index}:${record}` }));
  const lines: Line<Traced>[] = [];
  const size = 1 + (n % 4);
  for (let from = 0; from < records.length; from += size) lines.push(records.slice(from, from + size));
  return readFrom(scripted(lines, { traits: { replay: 'position' } }));
}

function parts(one: Traced, n: number, index: number): Traced[] {
  return Array.from({ length: lot(one, n) % 4 }, (_, part) => ({ way: `${one.way} ${index}.${part}` }));
}

/** What comes of a step; `index` is its number. */
function grow({ kind, from, other, n }: Step, index: number, made: readonly Flow<Traced>[]): Flow<Traced>[] {
  // Mostly of what was made last: so that ways part, and meet again.
  const recent = (pick: number) => made.at(-1 - (pick % Math.min(made.length, 3 + (pick % 5))))!;
  const flow = recent(from);
  const second = recent(other);
  switch (kind) {
    case 'source':
      return [source(n, index)];
    case 'map':
      return [flow.pipe(map(({ way }) => ({ way: `${way} ${index}` })))];
    case 'filter':
      return [flow.pipe(filter((one) => lot(one, n) % 3 > 0))];
    case 'flatMap':
      return [flow.pipe(flatMap((one) => parts(one, n, index)))];
    case 'generator':
      return [
        flow.pipe(
          flatMap(function* (one) {
            yield* parts(one, n, index);
          }),
        ),
      ];
    case 'mapAsync':
    case 'unordered':
      return [
        flow.pipe(
          mapAsync(
            async ({ way }) => {
              await later(lot({ way }, n));
              return { way: `${way} ${index}` };
            },
            { concurrency: 1 + (n % 5), ordered: kind === 'mapAsync' },
          ),
        ),
      ];
    case 'flatMapAsync':
    case 'flatMapUnordered':
      return [
        flow.pipe(
          flatMapAsync(
            async function* (one) {
              for (const part of parts(one, n, index)) {
                await later(lot(part, n));
                yield part;
              }
            },
            { concurrency: 1 + (n % 3), ordered: kind === 'flatMapAsync' },
          ),
        ),
      ];
    case 'distinct':
      return [flow.pipe(distinct({ key: (one) => lot(one, n) % 50 }))];
    case 'take':
      return [flow.pipe(take(n))];
    case 'split': {
      const { first, second } = flow.split({ first: (one) => lot(one, n) % 2 === 0, second: otherwise });
      return [first, second];
    }
    case 'merge':
    case 'concat':
      return [(kind === 'merge' ? merge : concat)(flow, second)];
    case 'recordId':
      return [flow.pipe(identified)];
  }
}

const identified = recordId(({ way }: Traced, id: string): Traced => ({ way, id }));

/** What was put under ids, by the number of the sink: all runs of a graph put it into the same. */
type Kept = Map<string, string>[];

/** The graph of the steps; each of its sinks takes records by ids, and never two under one. */
function graphOf(list: readonly Step[], kept: Kept): Pipeline {
  const made: Flow<Traced>[] = [source(7, 0)];
  for (const [index, step] of list.entries()) made.push(...grow(step, index + 1, made));
  const branches = made
    .filter((_, index) => index % 2 === 0 || index >= made.length - 2)
    .map((flow, index) => {
      kept[index] ??= new Map();
      const put = ({ way, id }: Traced) => {
        expect(kept[index]!.get(id!) ?? way).toBe(way);
        kept[index]!.set(id!, way);
      };
      return flow.pipe(identified).to(forEach(put, { idempotent: true }));
    });
  return pipeline('random', branches);
}

/** A graph that is refused is no counterexample; a split that leads nowhere, and an id of an id, neither. */
function accepted(list: readonly Step[], kept: Kept): Pipeline | undefined {
  try {
    return graphOf(list, kept);
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_PIPELINE_INVALID') return undefined;
    throw error;
  }
}

/** A millisecond is a turn of the event loop; long times never pass. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback, ms) {
    if (ms > 1000) return () => {};
    let left = ms;
    const turn = (): void => {
      left--;
      if (left > 0) timer = setImmediate(turn);
      else callback();
    };
    let timer = setImmediate(turn);
    return () => clearImmediate(timer);
  },
};

async function ended(live: RunHandle, turns: number): Promise<Summary | undefined> {
  let over = false;
  const done = live.done.finally(() => {
    over = true;
  });
  done.catch(() => {});
  for (let turn = 0; turn < turns && !over; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (!over) await live.abort('killed');
  return done.catch((error: { readonly code?: string }) => {
    if (error.code !== 'ERR_ABORTED') throw error;
    return undefined;
  });
}

type Started = (p: Pipeline, options: RunOptions) => RunHandle;

const unfused: Started = (p, options) => {
  const apart = rules(2).filter(({ name }) => name !== 'fuse-operators');
  return new Run('random', applyRules(Pipeline.plan(p).graph, apart), options);
};

const options: RunOptions = { clock: impatient, stallAfter: false };

/**
 * Runs a graph three times: undisturbed, so with each operator in a stage of its own, and killed again and again. No two
 * ways of records may come under one id, and none under two.
 */
async function holds(list: readonly Step[], kills: readonly number[], started: Started): Promise<void> {
  const undisturbed: Kept = [];
  const first = accepted(list, undisturbed);
  fc.pre(first !== undefined && first.guarantees().problems.length === 0);
  await ended(start(first, options), 20_000);
  const before = undisturbed.map((one) => new Map(one));
  await ended(unfused(graphOf(list, undisturbed), options), 20_000);
  const again: Kept = before.map((one) => new Map(one));
  const cut: Kept = [];
  const store = memoryStore();
  for (let run = 0; ; run++) {
    const checkpointed = { ...options, checkpoint: { store, every: 5, failures: 1000 } };
    const summary = await ended(started(graphOf(list, cut), checkpointed), kills[run] ?? 20_000);
    if (summary?.state === 'done') break;
    expect(run).toBeLessThanOrEqual(kills.length);
  }
  const { sinks } = first.guarantees();
  for (const [index, kept] of cut.entries()) {
    const ways = new Map<string, string>();
    for (const [id, way] of [...again[index]!, ...undisturbed[index]!, ...kept]) {
      expect(ways.get(way) ?? id).toBe(id);
      ways.set(way, id);
    }
    if (sinks[index]!.killed !== 'exactly once') continue;
    expect(new Map([...kept].toSorted())).toEqual(new Map([...again[index]!].toSorted()));
  }
}

describe('every graph that is accepted with ids at its sinks', () => {
  const kills = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 });

  test.each([
    ['fused', start],
    ['with each operator in a stage of its own', unfused],
  ] as const)('gives each record the same id in each run, and no two the same: %s', async (_, started) => {
    await fc.assert(
      fc.asyncProperty(steps, kills, (list, cuts) => holds(list, cuts, started)),
      { numRuns: 100 },
    );
  });
});
