import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { map as mapRx } from 'rxjs';
import { readFrom } from '../../src/from.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import type { Branch } from '../../src/processing/graph/branch.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';
import { otherwise } from '../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../src/processing/graph/join.ts';
import { batch } from '../../src/processing/operators/batch.ts';
import { filter } from '../../src/processing/operators/filter.ts';
import { flatMap } from '../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../src/processing/operators/flat-map-async.ts';
import { map } from '../../src/processing/operators/map.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { rx } from '../../src/processing/operators/rx.ts';
import { take } from '../../src/processing/operators/take.ts';
import { through } from '../../src/processing/operators/through.ts';
import { deadLetter } from '../../src/processing/policies/dead-letter.ts';
import { fallback } from '../../src/processing/policies/fallback.ts';
import { retry } from '../../src/processing/policies/retry.ts';
import { skip } from '../../src/processing/policies/skip.ts';
import { type Line, scripted, watermark } from '../unit/processing/runtime/scripted-reader.ts';

/**
 * What a flow must give, as far as that can be told: its records in order (`exact`), in any order
 * (`bag`), so many of them (`count`), or nothing certain.
 */
export type Expected =
  | { readonly kind: 'exact' | 'bag'; readonly records: readonly number[] }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'unknown' };

interface Made {
  readonly flow: Flow<number>;
  readonly expected: Expected;
}

/** One step of building a graph: which kind, which flows it takes, and a number to vary it. */
export interface Step {
  readonly kind: StepKind;
  readonly from: number;
  readonly other: number;
  readonly n: number;
}

const KINDS = [
  'source',
  'badSource',
  'map',
  'filter',
  'flatMap',
  'generator',
  'mapAsync',
  'unordered',
  'flatMapAsync',
  'lifted',
  'batched',
  'rx',
  'through',
  'failing',
  'failingAsync',
  'take',
  'split',
  'merge',
  'concat',
  'zip',
] as const;

type StepKind = (typeof KINDS)[number];

export const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<StepKind>(...KINDS, 'source', 'source', 'merge', 'zip', 'concat'),
    from: fc.nat(50),
    other: fc.nat(50),
    n: fc.nat(40),
  }),
  { minLength: 1, maxLength: 14 },
);

export interface RandomGraph {
  readonly branches: readonly Branch[];
  readonly outputs: readonly { readonly records: readonly number[]; readonly expected: Expected }[];
  readonly letters: { readonly records: readonly unknown[] };
}

/** What a graph is built with. */
export interface Parts {
  /** Where the records of the sink with this number go. */
  output(index: number): Writer<number> & { readonly records: readonly number[] };
  letters(): Writer<never> & { readonly records: readonly unknown[] };
}

const inMemory: Parts = { output: () => toArray<number>(), letters: () => toArray<never>() };

/** Builds the graph that the steps describe, and works out what each of its sinks must get. */
export function build(list: readonly Step[], parts: Parts = inMemory): RandomGraph {
  const letters = parts.letters();
  const made: Made[] = [source(7)];
  const used = new Set<Made>();
  const pick = (index: number): Made => {
    const one = made[index % made.length]!;
    used.add(one);
    return one;
  };
  for (const step of list) made.push(...grow(step, pick, letters as Writer<never>));
  const outputs: { records: readonly number[]; expected: Expected }[] = [];
  const branches = made
    .filter((one, index) => !used.has(one) || index % 3 === 0)
    .map(({ flow, expected }, index) => {
      const out = parts.output(index);
      const writer = index % 4 === 1 ? slow(out) : index % 4 === 2 ? unsteady(out) : out;
      outputs.push({
        get records() {
          return out.records;
        },
        expected,
      });
      return flow.to(writer);
    });
  return { branches, outputs, letters };
}

/** Takes a turn or two for each batch. */
function slow<T>(writer: Writer<T>): Writer<T> {
  return wrapped(writer, async (write) => {
    await later(0);
    await later(1);
    await write();
  });
}

/** Fails on every other try, and is tried again. */
function unsteady<T>(writer: Writer<T>): Writer<T> {
  let tries = 0;
  const onError = retry({ attempts: 2, backoff: '0ms..0ms' });
  return wrapped({ ...writer, onError }, (write) => {
    if (tries++ % 2 === 0) throw new Error('busy');
    return write();
  });
}

function wrapped<T>(
  writer: Writer<T>,
  around: (write: () => void | Promise<void>) => void | Promise<void>,
): Writer<T> {
  return {
    ...writer,
    async open(context) {
      const sink = await writer.open(context);
      return {
        ...sink,
        write: (records) => around(() => sink.write(records)),
        close: () => sink.close(),
        abort: (cause) => sink.abort(cause),
      };
    },
  };
}

function source(n: number): Made {
  const records = Array.from({ length: n * 3 }, (_, index) => (index * 7 + n) % 101);
  const lines: Line<number>[] = [];
  const size = 1 + (n % 4);
  for (let from = 0; from < records.length; from += size) {
    lines.push(records.slice(from, from + size));
    if (n % 5 === 0) lines.push(watermark(from));
  }
  return { flow: readFrom(scripted(lines, { traits })), expected: { kind: 'exact', records } };
}

const traits = { replay: 'position' } as const;

/** Every third record of the source is one that its decoder cannot read. */
function badSource(n: number, letters: Writer<never>): Made {
  const lines: Line<number>[] = [];
  for (let record = 0; record < n; record++) {
    const origin = { source: 'bad', record };
    if (record % 3 === 0) lines.push((context) => void context.failed({ error: new Error('bad'), origin }));
    else lines.push([record]);
  }
  const records = Array.from({ length: n }, (_, record) => record).filter((record) => record % 3 !== 0);
  const onError = n % 2 === 0 ? skip() : deadLetter(letters);
  return { flow: readFrom(scripted(lines, { onError, traits })), expected: { kind: 'exact', records } };
}

const later = (n: number): Promise<void> =>
  new Promise((resolve) => {
    if (n % 3 === 0) setImmediate(resolve);
    else queueMicrotask(resolve);
  });

const fails = (x: number, n: number): boolean => (x + n) % 7 === 0;

/** Fails on some records, and on some others only the first time. */
function unreliable(n: number): (x: number) => number {
  const seen = new Set<number>();
  return (x) => {
    if (fails(x, n)) throw new Error(`cannot do ${x}`);
    if (n % 2 === 0 && x % 5 === 0 && !seen.has(x)) {
      seen.add(x);
      throw new Error(`not at the first time: ${x}`);
    }
    return x + 1;
  };
}

type Grow = (step: Step, pick: (index: number) => Made, letters: Writer<never>) => Made[];

const grow: Grow = (step, pick, letters) => {
  const { kind, n } = step;
  if (kind === 'source') return [source(n)];
  if (kind === 'badSource') return [badSource(n, letters)];
  if (kind === 'merge' || kind === 'concat' || kind === 'zip')
    return [joined(kind, pick(step.from), pick(step.other))];
  const { flow, expected } = pick(step.from);
  switch (kind) {
    case 'map':
      return [{ flow: flow.pipe(map((x) => x * 3 + n)), expected: mapped(expected, (x) => [x * 3 + n]) }];
    case 'filter': {
      const odd = (x: number) => (x + n) % 2 === 1;
      return [{ flow: flow.pipe(filter(odd)), expected: mapped(expected, (x) => (odd(x) ? [x] : []), true) }];
    }
    case 'flatMap': {
      const expand = (x: number) => Array.from({ length: (x + n) % 4 }, (_, index) => x + index);
      return [{ flow: flow.pipe(flatMap(expand)), expected: mapped(expected, expand, true) }];
    }
    case 'generator': {
      const expand = (x: number) => Array.from({ length: (x + n) % 4 }, (_, index) => x + index);
      return [
        {
          flow: flow.pipe(
            flatMap(function* (x) {
              yield* expand(x);
            }),
          ),
          expected: mapped(expected, expand, true),
        },
      ];
    }
    case 'mapAsync':
    case 'unordered': {
      const ordered = kind === 'mapAsync';
      const work = async (x: number) => {
        await later(x);
        return x + n;
      };
      const result = mapped(expected, (x) => [x + n]);
      return [
        {
          flow: flow.pipe(mapAsync(work, { concurrency: 1 + (n % 5), ordered })),
          expected: ordered ? result : shuffled(result),
        },
      ];
    }
    case 'flatMapAsync': {
      const expand = (x: number) => Array.from({ length: (x + n) % 3 }, (_, index) => x - index);
      const pulled = async function* (x: number) {
        for (const one of expand(x)) {
          await later(one);
          yield one;
        }
      };
      return [
        {
          flow: flow.pipe(
            flatMapAsync((x) => (x % 2 === 0 ? expand(x) : pulled(x)), { concurrency: 1 + (n % 3) }),
          ),
          expected: mapped(expected, expand, true),
        },
      ];
    }
    case 'batched': {
      const flat = flatMap((list: readonly number[]) => (n % 2 === 0 ? list : list.values()));
      return [{ flow: flow.pipe(batch(1 + (n % 7)), flat), expected }];
    }
    case 'rx':
      return [
        { flow: flow.pipe(rx(mapRx((x: number) => x - n))), expected: mapped(expected, (x) => [x - n]) },
      ];
    case 'through':
      return [
        { flow: flow.pipe(through<number, number>(() => new PassThrough({ objectMode: true }))), expected },
      ];
    case 'lifted':
      return [
        {
          flow: flow.pipe(
            map(unreliable(n), { onError: [retry({ attempts: 2, backoff: '0ms..0ms' }), fallback(-1)] }),
          ),
          expected: mapped(expected, (x) => [fails(x, n) ? -1 : x + 1]),
        },
      ];
    case 'failing': {
      const onError = n % 2 === 0 ? skip() : deadLetter(letters);
      return [
        {
          flow: flow.pipe(
            map(
              (x) => {
                if (fails(x, n)) throw new Error(`cannot do ${x}`);
                return x;
              },
              { onError },
            ),
          ),
          expected: mapped(expected, (x) => (fails(x, n) ? [] : [x]), true),
        },
      ];
    }
    case 'failingAsync': {
      const settle = n % 3 === 0 ? skip() : deadLetter(letters);
      const work = unreliable(n);
      return [
        {
          flow: flow.pipe(
            mapAsync(
              async (x) => {
                await later(x);
                return work(x);
              },
              { concurrency: 1 + (n % 4), onError: [retry({ attempts: 2, backoff: '0ms..0ms' }), settle] },
            ),
          ),
          expected: mapped(expected, (x) => (fails(x, n) ? [] : [x + 1]), true),
        },
      ];
    }
    case 'take':
      return [{ flow: flow.pipe(take(n)), expected: taken(expected, n) }];
    case 'split': {
      const even = (x: number) => (x + n) % 2 === 0;
      const { first, second } = flow.split({ first: even, second: otherwise });
      return [
        { flow: first, expected: mapped(expected, (x) => (even(x) ? [x] : []), true) },
        { flow: second, expected: mapped(expected, (x) => (even(x) ? [] : [x]), true) },
      ];
    }
  }
};

function mapped(expected: Expected, work: (x: number) => readonly number[], changesCount = false): Expected {
  if (expected.kind === 'exact' || expected.kind === 'bag') {
    return { kind: expected.kind, records: expected.records.flatMap((x) => [...work(x)]) };
  }
  return changesCount ? { kind: 'unknown' } : expected;
}

function shuffled(expected: Expected): Expected {
  return expected.kind === 'exact' ? { kind: 'bag', records: expected.records } : expected;
}

function countOf(expected: Expected): number | undefined {
  if (expected.kind === 'unknown') return undefined;
  return expected.kind === 'count' ? expected.count : expected.records.length;
}

function taken(expected: Expected, n: number): Expected {
  if (expected.kind === 'exact') return { kind: 'exact', records: expected.records.slice(0, n) };
  const count = countOf(expected);
  return count === undefined ? { kind: 'unknown' } : { kind: 'count', count: Math.min(count, n) };
}

function joined(kind: 'merge' | 'concat' | 'zip', one: Made, two: Made): Made {
  const [a, b] = [one.expected, two.expected];
  const counts = [countOf(a), countOf(b)] as const;
  const known = counts[0] !== undefined && counts[1] !== undefined;
  if (kind === 'zip') {
    const flow = zip(one.flow, two.flow).pipe(map(([x, y]) => x * 31 + y));
    if (a.kind === 'exact' && b.kind === 'exact') {
      const length = Math.min(a.records.length, b.records.length);
      const records = Array.from({ length }, (_, index) => a.records[index]! * 31 + b.records[index]!);
      return { flow, expected: { kind: 'exact', records } };
    }
    if (counts[0] === 0 || counts[1] === 0) return { flow, expected: { kind: 'exact', records: [] } };
    return {
      flow,
      expected: known ? { kind: 'count', count: Math.min(counts[0]!, counts[1]!) } : { kind: 'unknown' },
    };
  }
  const flow = kind === 'merge' ? merge(one.flow, two.flow) : concat(one.flow, two.flow);
  if ('records' in a && 'records' in b) {
    const exact = kind === 'concat' && a.kind === 'exact' && b.kind === 'exact';
    return { flow, expected: { kind: exact ? 'exact' : 'bag', records: [...a.records, ...b.records] } };
  }
  return { flow, expected: known ? { kind: 'count', count: counts[0]! + counts[1]! } : { kind: 'unknown' } };
}
