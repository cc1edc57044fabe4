import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  deadLetter,
  deadLetters,
  from,
  otherwise,
  pipeline,
  run,
  skip,
  start,
  take,
  toArray,
} from '../../../../src/index.ts';
import { assert } from '../../../../src/processing/operators/assert.ts';
import { log } from '../../../../src/processing/operators/log.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { type ProgressReport, progress } from '../../../../src/processing/operators/progress.ts';
import { type TapObserver, tap } from '../../../../src/processing/operators/tap.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
const silent = async function* (): AsyncGenerator<number> {
  yield 1;
  await new Promise(() => {});
};

describe('tap with an observer', () => {
  const watch = () => {
    const log: unknown[] = [];
    const observer: TapObserver<number> = {
      start: () => log.push('start'),
      next: (n) => log.push(n),
      end: () => log.push('end'),
      error: (error) => log.push(`error: ${(error as Error).message}`),
    };
    return { log, operator: tap(observer) };
  };

  test('tells the beginning, each record and the end, in this order and once a run', async () => {
    const { log, operator } = watch();
    const flow = from([1, 2]).pipe(operator);
    await run(pipeline('p', flow.to(toArray())));
    expect(log).toEqual(['start', 1, 2, 'end']);
    await run(pipeline('p', flow.to(toArray())));
    expect(log).toHaveLength(8);
  });

  test('tells the end when downstream has enough', async () => {
    const { log, operator } = watch();
    await run(pipeline('p', from(silent()).pipe(operator, take(1)).to(toArray())));
    expect(log).toEqual(['start', 1, 'end']);
  });

  test('tells the error that ended the run, and then no end', async () => {
    const { log, operator } = watch();
    const broken = map((n: number) => {
      if (n === 2) throw new Error('broken behind it');
      return n;
    });
    await run(pipeline('p', from([1, 2]).pipe(operator, broken).to(toArray()))).catch(() => {});
    expect(log).toEqual(['start', 1, 2, expect.stringMatching(/^error: .*broken behind it/)]);
  });

  test('tells that the run was aborted', async () => {
    const { log, operator } = watch();
    const live = start(pipeline('p', from(silent()).pipe(operator).to(toArray())));
    await turns(5);
    await live.abort(new Error('enough'));
    expect(log).toEqual(['start', 1, expect.stringMatching(/^error: .*enough/)]);
  });

  test.each(['start', 'end'] as const)('ends the run when %s throws or returns a promise', async (when) => {
    for (const fault of [() => Promise.reject(new Error('late')), () => Promise.reject(undefined)]) {
      const live = run(
        pipeline(
          'p',
          from([1])
            .pipe(tap({ [when]: fault }))
            .to(toArray()),
        ),
      );
      await expect(live).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        message: expect.stringMatching(/promise/),
      });
    }
    const thrown = () => {
      throw new Error('broken');
    };
    const out = toArray();
    await expect(
      run(
        pipeline(
          'p',
          from([1])
            .pipe(tap({ [when]: thrown }))
            .to(out),
        ),
      ),
    ).rejects.toThrow(/broken/);
    expect(out.records).toEqual([]);
  });

  test.each([{}, { next: 7 }, { nxt: () => {} }, null])('refuses %j', (observer) => {
    expect(() => tap(observer as never)).toThrow(wrong);
  });
});

describe('log', () => {
  const lines: [string, object, string][] = [];
  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (fields: object, message: string) => void lines.push([level, fields, message]),
    ]),
  ) as never;

  test('says what the first record and every nth after it are, and lets all through', async () => {
    lines.length = 0;
    const probe = probeOperator(log<{ id: number }>({ every: 2, logger, level: 'debug' }));
    await probe.feed([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(probe.output).toHaveLength(3);
    expect(lines).toEqual([
      ['debug', { node: 'probe', number: 1, record: { id: 1 } }, 'probe: record 1: { id: 1 }'],
      ['debug', { node: 'probe', number: 3, record: { id: 3 } }, 'probe: record 3: { id: 3 }'],
    ]);
  });

  test('calls nothing for records in between, and nothing at all while nobody listens', async () => {
    const message = vi.fn(() => 'text');
    await probeOperator(log<number>({ every: 10, message, logger })).feed(
      Array.from({ length: 21 }, () => 1),
    );
    expect(message).toHaveBeenCalledTimes(3);
    message.mockClear();
    await run(pipeline('p', from([1, 2]).pipe(log({ message })).to(toArray())));
    expect(message).not.toHaveBeenCalled();
  });

  test('leaves a logger alone that throws: the run is not its concern', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warning.mockRestore());
    let calls = 0;
    const broken = () => {
      calls++;
      throw new Error('disk full');
    };
    const probe = probeOperator(
      log<number>({ logger: { debug: broken, info: broken, warn: broken, error: broken } }),
    );
    await probe.feed([1, 2, 3]);
    expect(probe.output).toEqual([1, 2, 3]);
    expect(calls).toBe(1);
    expect(warning).toHaveBeenCalledWith(expect.stringContaining('disk full'), { code: 'MILLRACE_LOGGER' });
  });

  test.each([{ every: 0 }, { level: 'loud' }, { message: 'text' }, { logger: console.log }])(
    'refuses %o',
    (options) => {
      expect(() => log(options as never)).toThrow(wrong);
    },
  );
});

describe('progress', () => {
  test('reports each interval, also while nothing comes, and at the end', async () => {
    const clock = virtualClock();
    const reports: ProgressReport[] = [];
    const probe = probeOperator(
      progress<number>((report) => reports.push(report), { every: '2s' }),
      clock,
    );
    await probe.feed([1, 2, 3, 4]);
    await clock.advance(4000);
    await probe.feed([5]);
    await clock.advance(500);
    await probe.end();
    expect(reports).toEqual([
      { records: 4, perSecond: 2, elapsedMs: 2000, done: false },
      { records: 4, perSecond: 0, elapsedMs: 4000, done: false },
      { records: 5, perSecond: 2, elapsedMs: 4500, done: true },
    ]);
    probe.close();
    expect(clock.pending).toBe(0);
  });

  test('leaves no timer behind when the run is aborted', async () => {
    const clock = virtualClock();
    const flow = from(silent()).pipe(progress(() => {}));
    const live = start(pipeline('p', flow.to(toArray())), { clock, stallAfter: false });
    await turns(5);
    expect(clock.pending).toBe(1);
    await live.abort();
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['returns a promise', () => Promise.reject(new Error('late'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('ends the run when its callback %s', async (_how, report) => {
    const clock = virtualClock();
    const flow = from(silent()).pipe(progress(report));
    const live = start(pipeline('p', flow.to(toArray())), { clock, stallAfter: false });
    await turns(5);
    await clock.advance(1000);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
    await expect(run(pipeline('p', from([1]).pipe(progress(report)).to(toArray())))).rejects.toThrow();
  });

  test.each([{ every: 0 }, { every: 'often' }, { each: 1 }])('refuses %j', (options) => {
    expect(() => progress(() => {}, options as never)).toThrow(wrong);
    expect(() => progress(undefined as never)).toThrow(/progress\(\)/);
  });
});

describe('assert', () => {
  const rules = {
    'price is positive': (order: { qty: number; price: number }) => order.price > 0,
    'something is ordered': (order: { qty: number; price: number }) => order.qty > 0,
  };
  const orders = [
    { qty: 1, price: 1 },
    { qty: 0, price: 1 },
    { qty: 0, price: -1 },
  ];

  test('names every rule that a record breaks, and reports how many broke each', async () => {
    const letters = deadLetters();
    const [good, bad] = [toArray<unknown>(), toArray<{ error: { code: string; message: string } }>()];
    const report = vi.fn();
    const flow = from(orders).pipe(assert(rules, { onError: deadLetter(letters), report }));
    await run(pipeline('p', [flow.to(good), letters.to(bad as never)]));
    expect(good.records).toEqual(orders.slice(0, 1));
    expect(bad.records.map(({ error }) => [error.code, error.message])).toEqual([
      ['ERR_ASSERT', 'the record breaks "something is ordered"'],
      ['ERR_ASSERT', 'the record breaks "price is positive", "something is ordered"'],
    ]);
    expect(report.mock.calls).toEqual([[{ 'price is positive': 1, 'something is ordered': 2 }]]);
  });

  test('lets a split route records by the rules that they break', async () => {
    const letters = deadLetters();
    const { priced, others } = letters.split({
      priced: ({ error }) => (error.details!['rules'] as string[]).includes('price is positive'),
      others: otherwise,
    });
    const [one, other] = [toArray<{ record: unknown }>(), toArray<{ record: unknown }>()];
    const flow = from(orders).pipe(assert(rules, { onError: deadLetter(letters) }));
    await run(pipeline('p', [flow.to(toArray()), priced.to(one as never), others.to(other as never)]));
    expect(one.records.map(({ record }) => record)).toEqual(orders.slice(2));
    expect(other.records.map(({ record }) => record)).toEqual(orders.slice(1, 2));
  });

  test('fails the run at the first bad record, and reports all the same', async () => {
    const report = vi.fn();
    await expect(
      run(pipeline('p', from(orders).pipe(assert(rules, { report })).to(toArray()))),
    ).rejects.toMatchObject({
      code: 'ERR_ASSERT',
      retryable: false,
      details: { rules: ['something is ordered'] },
      origin: { record: 2 },
    });
    expect(report.mock.calls).toEqual([[{ 'price is positive': 0, 'something is ordered': 1 }]]);
  });

  test('counts no rule for a record that one of them cannot judge', async () => {
    const report = vi.fn();
    const flow = from([{ a: 0 }, null]).pipe(
      assert(
        { 'a is more': (r) => r!.a > 0, 'it is something': (r) => r !== null },
        { report, onError: skip() },
      ),
    );
    await run(pipeline('p', flow.to(toArray())));
    expect(report.mock.calls).toEqual([[{ 'a is more': 1, 'it is something': 0 }]]);
  });

  test('ends the run when report throws', async () => {
    const report = () => {
      throw new Error('no monitor');
    };
    const flow = from([1]).pipe(assert({ yes: () => true }, { report }));
    await expect(run(pipeline('p', flow.to(toArray())))).rejects.toThrow(/no monitor/);
  });

  test.each([undefined, {}, { rule: true }, [() => true]])('refuses %j for its rules', (given) => {
    expect(() => assert(given as never)).toThrow(wrong);
  });
});
