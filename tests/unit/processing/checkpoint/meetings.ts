import {
  defineOperator,
  eventTime,
  type Flow,
  intervalJoin,
  map,
  mapAsync,
  merge,
  mergeSorted,
  type Operator,
  zip,
} from '../../../../src/index.ts';
import { turns } from '../../../../src/testing/turns.ts';
import type { Paced } from './paced-reader.ts';

/** How two flows meet. */
export interface Meeting {
  readonly of: (fast: Flow<Paced>, slow: Flow<Paced>) => Flow<Met>;
  /** Records, one in each batch that is read, that have room between the fast reader and where it is held back. */
  readonly room: (edgeCapacity: number) => number;
  /** Whether fewer may be there, since what a stage makes leaves in batches of several. */
  readonly atMost?: boolean;
  /** Whether what has come in has come out, so that a cut shows it. */
  readonly open?: boolean;
}

/** What comes out: a record of one side, or one of each. */
export type Met = Paced | readonly Paced[];

const onTheEdge = (edgeCapacity: number) => edgeCapacity;

/** What the stage between has in its hand is on the second edge already. */
const onBothEdges = (edgeCapacity: number) => 2 * edgeCapacity;

const CALLS = 4;

/**
 * Of the results that are on the second edge, a batch has at most as many as there are calls; as many more wait, and as
 * many are under way, of which the last is still in front of the stage.
 */
const aroundCalls = (edgeCapacity: number) => CALLS * edgeCapacity + 2 * CALLS + edgeCapacity + 1;

/** Both sides have records of the same numbers, so that all that come together are pairs of equals. */
const atItsNumber = eventTime((record: Paced) => record.n);

const calls = mapAsync(soon, { concurrency: CALLS });

export const MEETINGS: Readonly<Record<string, Meeting>> = {
  merge: { of: (fast, slow) => merge(fast, slow), room: onTheEdge, open: true },
  'merge of three': {
    of: (fast, slow) => merge(fast, slow, slow.pipe(map(({ n }) => ({ from: 'third', n })))),
    room: onTheEdge,
    open: true,
  },
  'merge of tagged flows': {
    of: (fast, slow) => merge(fast.pipe(map(identity)), slow.pipe(map(identity))),
    room: onTheEdge,
    open: true,
  },
  'merge behind a stage of each': {
    of: (fast, slow) => merge(merge(fast), merge(slow)),
    room: onBothEdges,
    open: true,
  },
  'merge behind calls': {
    of: (fast, slow) => merge(fast.pipe(calls), slow.pipe(calls)),
    room: aroundCalls,
    atMost: true,
    open: true,
  },
  intervalJoin: {
    of: (fast, slow) =>
      intervalJoin(fast.pipe(atItsNumber), slow.pipe(atItsNumber), {
        on: ({ n }) => n,
        time: ({ n }) => n,
        within: [0, 0],
        merge: (left, right) => [left, right],
      }),
    room: onTheEdge,
  },
  zip: { of: (fast, slow) => zip(fast, slow), room: onTheEdge },
  mergeSorted: { of: (fast, slow) => mergeSorted(fast, slow, { by: 'n' }), room: onTheEdge },
};

function identity<T>(record: T): T {
  return record;
}

async function soon(record: Paced): Promise<Paced> {
  await turns(record.n % 3);
  return record;
}

/** How many records of each flow have come out. */
export type Counts = Readonly<Record<string, number>>;

/** Counts what comes out, and remembers it; `cut` is called with it when a barrier passes. */
export function counted(told: {
  passed?(counts: Counts): void;
  cut?(counts: Counts): void;
}): Operator<Met, Met> {
  return defineOperator<Met, Met>({
    name: 'counted',
    remembers: 'snapshot',
    cardinality: 'one',
    create() {
      let counts: Record<string, number> = {};
      return {
        push(met, emit) {
          for (const { from } of [met].flat() as Paced[]) counts[from] = (counts[from] ?? 0) + 1;
          told.passed?.(counts);
          emit(met);
        },
        snapshot() {
          told.cut?.({ ...counts });
          return { ...counts };
        },
        restore(state) {
          counts = { ...(state as Counts) };
        },
      };
    },
  });
}

/** What has come out of a meeting in the end, as text: for comparison, whatever its order. */
export function shown(records: readonly Met[]): string[] {
  return records
    .map((met) => ([met].flat() as Paced[]).map(({ from, n }) => `${from} ${n}`).join(' + '))
    .toSorted();
}
