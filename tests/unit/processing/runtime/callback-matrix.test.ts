import { concatMap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isMillraceError } from '../../../../src/core/errors.ts';
import { from } from '../../../../src/from.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
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

/** Longer than a sink that is aborted may take to finish the write it is in. */
const PATIENCE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What the callback does on the second record instead of its work. */
type Fault = () => never;

const RECORDS = [1, 2, 3];

/** Time passes as soon as nothing else is to be done: what waits for it does not wait long. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback) {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

function through(operator: Operator<number, unknown>): Pipeline {
  return pipeline('matrix', from(RECORDS).pipe(operator).to(toArray()));
}

/** A callback whose second call is the fault; `otherwise` is its work. */
function onSecond<A extends readonly unknown[], R>(fault: Fault, otherwise: (...args: A) => R) {
  let calls = 0;
  return (...args: A): R => {
    calls++;
    return calls === 2 ? fault() : otherwise(...args);
  };
}

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

/** An async iterable that gives one record and then does what `fault` does. */
function nextIs(fault: Fault): AsyncIterable<number> {
  let calls = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        calls++;
        return calls === 1 ? { done: false, value: 7 } : fault();
      },
    }),
  };
}

function options(onError: OnError | undefined): { readonly onError?: OnError } {
  return onError === undefined ? {} : { onError };
}

/** Runs it, aborts it once the fault was met if it does not end by itself, and gives the error that it ended with. */
async function failureOf(
  make: (fault: Fault) => Pipeline,
  act: () => unknown,
  abort = false,
): Promise<unknown> {
  const met = Promise.withResolvers<void>();
  const fault = () => {
    met.resolve();
    return act() as never;
  };
  const live = start(make(fault), { clock: impatient, stallAfter: false });
  const outcome = live.done.then(
    () => 'the run succeeded',
    (error: unknown) => error,
  );
  if (abort) {
    await met.promise;
    await turns(3);
    const aborted = live.abort(new Error('the user left'));
    await turns(3);
    vi.advanceTimersByTime(PATIENCE);
    await aborted;
  }
  return outcome;
}

const reason = new Error('broken in the callback');

const throws: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw reason;
  },
  'throws undefined': () => {
    throw undefined;
  },
};

const promises: Readonly<Record<string, () => unknown>> = {
  rejects: () => Promise.reject(reason),
  'rejects with undefined': () => Promise.reject(undefined),
  'rejects after a while': () => turns(3).then(() => Promise.reject(reason)),
};

const pending: Readonly<Record<string, () => unknown>> = {
  'never settles': () => new Promise(() => {}),
};

describe.each(Object.entries({ ...synchronous, ...immediate, ...policies }))(
  'pain P23: %s that',
  (_callback, make) => {
    test.each(Object.entries({ ...throws, ...promises, ...pending }))(
      '%s ends the run with its cause',
      async (_act, act) => {
        const error = await failureOf(make, act);
        await turns(5);
        expect(error).toMatchObject({ message: expect.stringMatching(/^Cannot .+: .+/) });
        expect(isMillraceError(error)).toBe(true);
        expect((error as { code: string }).code).toMatch(/^ERR_(CALLBACK|OPTIONS)$/);
      },
    );

    test('settles after the run has ended troubles nobody', async () => {
      const late = Promise.withResolvers<never>();
      expect(isMillraceError(await failureOf(make, () => late.promise))).toBe(true);
      late.reject(new Error('too late'));
      await turns(3);
    });
  },
);

describe.each(Object.entries({ ...asynchronous, ...unsettled }))('pain P23: %s that', (_callback, make) => {
  test.each(Object.entries({ ...throws, ...promises }))(
    '%s ends the run with its cause',
    async (_act, act) => {
      const error = await failureOf(make, act);
      await turns(5);
      expect(error).toMatchObject({ code: 'ERR_CALLBACK', message: expect.stringMatching(/^Cannot .+: .+/) });
    },
  );

  test('never settles can be aborted', async () => {
    expect(await failureOf(make, () => new Promise(() => {}), true)).toMatchObject({
      code: 'ERR_ABORTED',
      message: expect.stringContaining('the user left'),
    });
  });

  test.each([
    ['rejects', (late: PromiseWithResolvers<never>) => late.reject(new Error('too late'))],
    ['resolves', (late: PromiseWithResolvers<never>) => late.resolve(undefined as never)],
  ])('%s after the run was aborted troubles nobody', async (_how, settle) => {
    const late = Promise.withResolvers<never>();
    expect(await failureOf(make, () => late.promise, true)).toMatchObject({ code: 'ERR_ABORTED' });
    settle(late);
    await turns(5);
  });
});

describe('with skip() the run goes on without the record, and the balance closes, when', () => {
  const cases = Object.entries(synchronous).flatMap(([callback, make]) =>
    Object.entries(throws).map(([act, fault]) => [callback, act, make, fault] as const),
  );
  const slow = Object.entries(asynchronous).flatMap(([callback, make]) =>
    Object.entries({ ...throws, ...promises }).map(([act, fault]) => [callback, act, make, fault] as const),
  );
  test.each([...cases, ...slow])('%s %s', async (_callback, _act, make, fault) => {
    const { balance } = await start(make(fault as Fault, skip()), { clock: impatient, stallAfter: false })
      .done;
    expect(balance).toMatchObject({ closed: true, skipped: 1, read: 3 });
    expect(balance.written).toBeGreaterThanOrEqual(2);
  });
});

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
