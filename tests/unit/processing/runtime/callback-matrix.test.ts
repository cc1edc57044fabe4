import { concatMap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Cardinality, Operator } from '../../../../src/interfaces/operator.ts';
import type { OnError } from '../../../../src/interfaces/policy.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { type Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { rx } from '../../../../src/processing/operators/rx.ts';
import { scan } from '../../../../src/processing/operators/scan.ts';
import { takeWhile } from '../../../../src/processing/operators/take-while.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { through as throughStream } from '../../../../src/processing/operators/through.ts';
import { validate } from '../../../../src/processing/operators/validate.ts';
import { fallback } from '../../../../src/processing/policies/fallback.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { start } from '../../../../src/start.ts';
import {
  endsWithCause,
  type Fault,
  failureOf,
  impatient,
  nextIs,
  onSecond,
  options,
  RECORDS,
  refusesAtOnce,
  settlesBySkip,
  through,
  throws,
  turns,
  withFakeTimers,
} from './callback-faults.ts';

const broken = map((n: number) => {
  if (n === 2) throw new Error('the reason to call the policy');
  return n;
});

function withPolicy(onError: OnError): Pipeline {
  return through(
    map(
      (n: number) => {
        if (n === 2) throw new Error('the reason to call the policy');
        return n;
      },
      { onError },
    ),
  );
}

withFakeTimers();

/** Callbacks that must answer at once: a promise from them is an error in itself. */
const synchronous: Readonly<Record<string, (fault: Fault, onError?: OnError) => Pipeline>> = {
  map: (fault, onError) =>
    through(
      map(
        onSecond(fault, (n: number) => n),
        options(onError),
      ),
    ),
  filter: (fault, onError) =>
    through(
      filter(
        onSecond(fault, (_n: number) => true),
        options(onError),
      ),
    ),
  flatMap: (fault, onError) =>
    through(
      flatMap(
        onSecond(fault, (n: number) => [n]),
        options(onError),
      ),
    ),
  tap: (fault, onError) =>
    through(
      tap(
        onSecond(fault, (_n: number) => {}),
        options(onError),
      ),
    ),
  scan: (fault, onError) =>
    through(
      scan(
        onSecond(fault, (sum: number, n: number) => sum + n),
        0,
        options(onError),
      ),
    ),
  takeWhile: (fault, onError) =>
    through(
      takeWhile(
        onSecond(fault, (_n: number) => true),
        options(onError),
      ),
    ),
  validate: (fault, onError) => {
    const judge = onSecond(fault, (value: unknown) => ({ value }));
    return through(
      validate({ '~standard': { version: 1, vendor: 'test', validate: judge } }, options(onError)),
    );
  },
};

/** Callbacks that must answer at once, and have no policy of their own, or none at all. */
const immediate: Readonly<Record<string, (fault: Fault) => Pipeline>> = {
  'the push of defineOperator': (fault) => through(pushing(fault, 'many')),
  'the push of defineOperator, one to one': (fault) => through(pushing(fault, 'one')),
  'the push of defineOperator, with a retry': (fault) =>
    through(pushing(fault, 'one', retry({ attempts: 2 }))),
  'the iterable that a push returns': (fault) =>
    through(
      flatMap(
        onSecond(
          () => ({ [Symbol.iterator]: () => ({ next: fault }) }) as never,
          (n: number): Iterable<number> => [n],
        ),
      ),
    ),
  'the end of defineOperator': (fault) =>
    through(
      defineOperator({ name: 'own', create: () => ({ push: (n: number, emit) => emit(n), end: fault }) }),
    ),
  'the create of defineOperator': (fault) => through(defineOperator({ name: 'own', create: fault })),
  'the create of defineOperator, asynchronous': (fault) =>
    through(defineOperator({ name: 'own', kind: 'async', create: fault })),
  'the create of defineOperator, duplex': (fault) =>
    through(defineOperator({ name: 'own', kind: 'duplex', create: fault })),
  'the factory of through': (fault) => through(throughStream<number, number>(fault)),
  'the next of an iterable in from': (fault) =>
    pipeline('matrix', from({ [Symbol.iterator]: () => ({ next: fault }) }).to(toArray())),
  'the iterator of an iterable in from': (fault) =>
    pipeline('matrix', from({ [Symbol.iterator]: fault }).to(toArray())),
  'the iterator of an async iterable in from': (fault) =>
    pipeline('matrix', from({ [Symbol.asyncIterator]: fault }).to(toArray())),
  'the seed of scan': (fault) => through(scan((sum: number, n: number) => sum + n, fault)),
  'a predicate of split': (fault) => {
    const { some, rest } = from(RECORDS).split({
      some: onSecond(fault, (_n: number) => true),
      rest: otherwise,
    });
    return pipeline('matrix', [some.to(toArray()), rest.to(toArray())]);
  },
};

function pushing(fault: Fault, cardinality: Cardinality, onError?: OnError): Operator<number, number> {
  return defineOperator<number, number>({
    name: 'own',
    cardinality,
    create: () => ({ push: (n, emit) => (n === 2 ? fault() : emit(n)) }),
    ...options(onError),
  });
}

const policies: Readonly<Record<string, (fault: Fault) => Pipeline>> = {
  'the function of fallback': (fault) => withPolicy(fallback(fault)),
  'the when of retry': (fault) => withPolicy([retry({ attempts: 2, when: fault }), skip()]),
};

/** Callbacks that may take their time. */
const asynchronous: Readonly<Record<string, (fault: Fault, onError?: OnError) => Pipeline>> = {
  mapAsync: (fault, onError) =>
    through(
      mapAsync(
        onSecond(fault, async (n: number) => n),
        options(onError),
      ),
    ),
  'mapAsync, unordered': (fault, onError) =>
    through(
      mapAsync(
        onSecond(fault, async (n: number) => n),
        { ...options(onError), ordered: false },
      ),
    ),
  flatMapAsync: (fault, onError) =>
    through(
      flatMapAsync(
        onSecond(fault, async (n: number) => [n]),
        options(onError),
      ),
    ),
  'the iterable of flatMapAsync': (fault, onError) =>
    through(
      flatMapAsync(
        onSecond(
          () => nextIs(fault) as never,
          (n: number): AsyncIterable<number> | Iterable<number> => [n],
        ),
        options(onError),
      ),
    ),
};

/** Those whose failures no policy of a record can settle. */
const unsettled: Readonly<Record<string, (fault: Fault) => Pipeline>> = {
  'a callback inside rx': (fault) => through(rx(concatMap(onSecond(fault, (n: number) => [n])))),
  'an async iterable in from': (fault) => pipeline('matrix', from(nextIs(fault)).to(toArray())),
  forEach: (fault) => pipeline('matrix', from(RECORDS).to(forEach(onSecond(fault, (_n: number) => {})))),
};

refusesAtOnce({ ...synchronous, ...immediate, ...policies });
endsWithCause({ ...asynchronous, ...unsettled });
settlesBySkip(synchronous, asynchronous, 2);

describe.each([
  [
    'mapAsync',
    (fault: Fault, timeout: string, onError?: OnError) =>
      through(
        mapAsync(
          onSecond(fault, async (n: number) => n),
          { timeout, ...options(onError) },
        ),
      ),
  ],
  [
    'flatMapAsync',
    (fault: Fault, timeout: string, onError?: OnError) =>
      through(
        flatMapAsync(
          onSecond(fault, async (n: number) => [n]),
          { timeout, ...options(onError) },
        ),
      ),
  ],
] as const)('%s with a timeout, when a call never settles,', (_name, make) => {
  test('ends the run with ERR_TIMEOUT, and a call that settles later troubles nobody', async () => {
    const late = Promise.withResolvers<never>();
    const error = await failureOf(
      (fault) => make(fault, '1s'),
      () => late.promise,
    );
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
    late.reject(new Error('too late'));
    await turns(3);
  });

  test('goes on without the record under skip()', async () => {
    const never = () => new Promise(() => {});
    const live = start(make(never as unknown as Fault, '1s', skip()), {
      clock: impatient,
      stallAfter: false,
    });
    expect((await live.done).balance).toMatchObject({ closed: true, skipped: 1, written: 2 });
  });

  test('gives up after the last attempt of retry()', async () => {
    let calls = 0;
    const never = () => {
      calls++;
      return new Promise(() => {});
    };
    const onError = retry({ attempts: 3, backoff: '1s..2s' });
    const operator = mapAsync((n: number) => (n === 2 ? never() : n), { timeout: '1s', onError });
    const live = start(through(operator), { clock: impatient, stallAfter: false });
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(calls).toBe(3);
  });
});

test('a synchronous iterable that throws ends the run with its cause', async () => {
  for (const act of Object.values(throws)) {
    const iterable = {
      *[Symbol.iterator]() {
        yield 1;
        act();
      },
    };
    const live = start(pipeline('matrix', from(iterable as Iterable<number>).to(toArray())));
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  }
});

test('the error names the node, the record and the line where the callback was written', async () => {
  const live = start(through(broken));
  await expect(live.done).rejects.toMatchObject({
    code: 'ERR_CALLBACK',
    node: 'map',
    origin: { record: 2 },
    message: expect.stringMatching(/record 2 in "map" \(.*callback-matrix\.test\.ts:\d+\): the reason/),
  });
});
