import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { assert } from '../../../../src/processing/operators/assert.ts';
import { assign } from '../../../../src/processing/operators/assign.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { concatMap } from '../../../../src/processing/operators/concat-map.ts';
import { conflate } from '../../../../src/processing/operators/conflate.ts';
import { dedupe } from '../../../../src/processing/operators/dedupe.ts';
import { distinct } from '../../../../src/processing/operators/distinct.ts';
import { enrich } from '../../../../src/processing/operators/enrich/enrich.ts';
import { lookupJoin } from '../../../../src/processing/operators/enrich/lookup-join.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { expand } from '../../../../src/processing/operators/expand.ts';
import { expandAsync } from '../../../../src/processing/operators/expand-async.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { log } from '../../../../src/processing/operators/log.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { progress } from '../../../../src/processing/operators/progress.ts';
import { rateLimit } from '../../../../src/processing/operators/rate-limit.ts';
import { reduce } from '../../../../src/processing/operators/reduce.ts';
import { takeUntil } from '../../../../src/processing/operators/take-until.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { type CircuitBreaker, circuitBreaker } from '../../../../src/processing/policies/circuit-breaker.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { start } from '../../../../src/start.ts';
import {
  endsWithCause,
  type Fault,
  type Make,
  nextIs,
  onSecond,
  options,
  pending,
  promises,
  RECORDS,
  refusesAtOnce,
  settlesBySkip,
  through,
  throws,
  turns,
  withFakeTimers,
} from './callback-faults.ts';

type Makes = Readonly<Record<string, Make>>;

withFakeTimers();

const same = (n: number) => n;
const row = (n: number) => ({ n });
const rows = [1, 2, 3].map(row);
const failing = (breaker: CircuitBreaker) =>
  mapAsync(() => Promise.reject(new Error('no')), { circuitBreaker: breaker });
const never = (() => new Promise(() => {})) as Fault;
/** So slowly that what a record has begun comes to its end before the next. */
async function* oneByOne(): AsyncGenerator<number> {
  for (const n of RECORDS) {
    yield n;
    await turns(5);
  }
}
/** Iterables that are broken as their loop begins, or in its first step. */
const iteratorIs = (fault: Fault): Iterable<number> => ({ [Symbol.iterator]: fault });
const stepIs = (fault: Fault): Iterable<number> => ({ [Symbol.iterator]: () => ({ next: fault }) });
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Of operators that pass records on as they come. */
const passing: Makes = {
  'a rule of assert': (fault, onError) =>
    through(assert({ rule: onSecond(fault, () => true) }, options(onError))),
  'a field of assign': (fault, onError) =>
    pipeline(
      'matrix',
      from(rows)
        .pipe(assign({ m: onSecond(fault, ({ n }) => n) }, options(onError)))
        .to(toArray()),
    ),
  'the key of distinct': (fault, onError) =>
    through(distinct({ key: onSecond(fault, same), ...options(onError) })),
  'the key of dedupe': (fault, onError) =>
    through(dedupe({ key: onSecond(fault, same), within: '1h', ...options(onError) })),
  'the message of log': (fault, onError) =>
    through(log({ message: onSecond(fault, String), logger, ...options(onError) })),
  'the time of eventTime': (fault, onError) =>
    through(eventTime(onSecond(fault, same), { unit: 'ms', ...options(onError) })),
  'the time of eventTime, without a unit': (fault, onError) =>
    through(eventTime(onSecond(fault, same), options(onError))),
  'the key of rateLimit': (fault, onError) =>
    through(rateLimit({ rate: '1000/ms', key: onSecond(fault, same), ...options(onError) })),
  'the callback of expand': (fault, onError) =>
    through(
      expand<number>(
        onSecond(fault, () => []),
        options(onError),
      ),
    ),
  'the key of enrich': (fault, onError) =>
    through(enrich(row, { key: onSecond(fault, same), ...options(onError) })),
  'the merge of enrich': (fault, onError) =>
    through(enrich(row, { key: same, merge: onSecond(fault, same), ...options(onError) })),
  'the key of lookupJoin': (fault, onError) =>
    through(lookupJoin(rows, { key: onSecond(fault, same), tableKey: ({ n }) => n, ...options(onError) })),
  'the merge of lookupJoin': (fault, onError) =>
    through(
      lookupJoin(rows, {
        key: same,
        tableKey: ({ n }) => n,
        merge: onSecond(fault, same),
        ...options(onError),
      }),
    ),
};

/** Of operators that make fewer records. */
const gathering: Makes = {
  'the callback of reduce': (fault, onError) =>
    through(
      reduce(
        onSecond(fault, (sum: number, n: number) => sum + n),
        0,
        options(onError),
      ),
    ),
  'the sizeOf of batch': (fault, onError) =>
    through(batch({ bytes: 100, sizeOf: onSecond(fault, () => 1), ...options(onError) })),
};

/** Those that no record can be blamed for, or that no policy is asked about. */
const unsettled: Makes = {
  'the seed of reduce': (fault) =>
    through(reduce((sum: number, n: number) => sum + n, fault as () => number)),
  'the first of conflate': (fault) => through(conflate(fault as (n: number) => number, same)),
  'the fold of conflate': (fault) => through(conflate(same, fault as (sum: number, n: number) => number)),
  'the tableKey of lookupJoin': (fault) =>
    through(lookupJoin(rows, { key: same, tableKey: onSecond(fault, ({ n }: { n: number }) => n) })),
  'the onRefreshError of lookupJoin': (fault) => {
    const table = onSecond(
      () => Promise.reject(new Error('gone')) as never,
      () => rows,
    );
    const options = { key: same, tableKey: ({ n }: { n: number }) => n, refresh: 0, onRefreshError: fault };
    return pipeline('matrix', from(oneByOne()).pipe(lookupJoin(table, options)).to(toArray()));
  },
  'the report of progress': (fault) => through(progress(fault)),
  'the start of tap': (fault) => through(tap({ start: fault })),
  'the end of tap': (fault) => through(tap({ end: fault })),
  'the report of assert': (fault) => through(assert({ rule: () => true }, { report: fault })),
  'the callback of expand, of a record that it made': (fault) =>
    through(expand<number>((n) => (n === 2 ? [20] : n === 20 ? fault() : []))),
  'the iterator of what expand made': (fault) =>
    through(expand<number>((n) => (n === 2 ? iteratorIs(fault) : []))),
  'the next of what expand made': (fault) => through(expand<number>((n) => (n === 2 ? stepIs(fault) : []))),
  'the iterator of what expandAsync made': (fault) =>
    through(expandAsync<number>((n) => (n === 2 ? iteratorIs(fault) : []))),
  'the next of what expandAsync made': (fault) =>
    through(expandAsync<number>((n) => (n === 2 ? stepIs(fault) : []))),
  'the iterator of what concatMap made': (fault) =>
    through(concatMap((n: number) => (n === 2 ? iteratorIs(fault) : [n]))),
  'the iterator of what flatMap made': (fault) =>
    through(flatMap((n: number) => (n === 2 ? iteratorIs(fault) : [n]))),
  'the iterator of what flatMap made, with a retry': (fault) =>
    through(flatMap((n: number) => (n === 2 ? iteratorIs(fault) : [n]), { onError: retry({ attempts: 2 }) })),
  'the next of what flatMap made, with a retry': (fault) =>
    through(flatMap((n: number) => (n === 2 ? stepIs(fault) : [n]), { onError: retry({ attempts: 2 }) })),
  'the iterator of what flatMapAsync made': (fault) =>
    through(flatMapAsync((n: number) => (n === 2 ? iteratorIs(fault) : [n]))),
  'the when of a circuit breaker': (fault) =>
    through(failing(circuitBreaker({ name: 'matrix', when: fault }))),
  'the onChange of a circuit breaker': (fault) =>
    through(failing(circuitBreaker({ name: 'matrix', failures: 1, onChange: fault }))),
};

/** Callbacks that may take their time. */
const slow: Makes = {
  'the callback of expandAsync': (fault, onError) =>
    through(
      expandAsync<number>(
        onSecond(fault, async () => []),
        options(onError),
      ),
    ),
  'the callback of concatMap': (fault, onError) =>
    through(concatMap(onSecond(fault, async (n: number) => [n]) as never, options(onError))),
  'the lookup of enrich': (fault, onError) =>
    through(
      enrich(
        onSecond(fault, async (n: number) => row(n)),
        { key: same, ...options(onError) },
      ),
    ),
  'the lookup of enrich, without a cache': (fault, onError) =>
    through(
      enrich(
        onSecond(fault, async (n: number) => row(n)),
        { key: same, cache: false, ...options(onError) },
      ),
    ),
};

/** Those whose failure is not that of one record. */
const shared: Makes = {
  'the iterable of concatMap': (fault) => through(concatMap((n: number) => (n === 2 ? nextIs(fault) : [n]))),
  'the lookup of enrich, of many keys': (fault) =>
    through(enrich(fault as (keys: readonly number[]) => [], { key: same, batch: 2 })),
  'the table of lookupJoin': (fault) =>
    through(lookupJoin(fault as () => { n: number }[], { key: same, tableKey: ({ n }) => n })),
  'the rows of lookupJoin': (fault) =>
    through(lookupJoin(() => nextIs(fault) as never, { key: same, tableKey: () => 1 })),
  'what takeUntil waits for': (fault) =>
    pipeline(
      'matrix',
      from(nextIs(never))
        .pipe(takeUntil(Promise.resolve().then(fault)))
        .to(toArray()),
    ),
  'the callback of expandAsync, of a record that it made': (fault) =>
    through(expandAsync<number>((n) => (n === 2 ? [20] : n === 20 ? fault() : []))),
};

refusesAtOnce({ ...passing, ...gathering, ...unsettled });
endsWithCause({ ...slow, ...shared });
settlesBySkip(passing, slow, 2);
settlesBySkip(gathering, {}, 1);

describe('the error of tap, which is called when the run has failed already, that', () => {
  test.each(Object.entries({ ...throws, ...promises, ...pending }))(
    '%s leaves the first cause what it is, and is told beside it',
    async (_act, act) => {
      const failing = map((_n: number): number => {
        throw new Error('the first cause');
      });
      const flow = from(RECORDS).pipe(tap({ error: act }), failing);
      const error = await start(pipeline('matrix', flow.to(toArray()))).done.catch((thrown) => thrown);
      await turns(5);
      expect(error.message).toContain('the first cause');
      expect(error.secondary).toMatchObject([{ code: 'ERR_CALLBACK' }]);
    },
  );
});
