import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { skip } from '../../../../src/processing/operators/skip.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { takeWhile } from '../../../../src/processing/operators/take-while.ts';
import { skip as skipEither } from '../../../../src/processing/skip.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

/** Calls back when the test says so; forgets what was cancelled. */
class Timers implements Clock {
  readonly due: { readonly callback: () => void; readonly ms: number }[] = [];

  now(): number {
    return 0;
  }

  schedule(callback: () => void, ms: number): () => void {
    const timer = { callback, ms };
    this.due.push(timer);
    return () => {
      const index = this.due.indexOf(timer);
      if (index !== -1) this.due.splice(index, 1);
    };
  }

  fire(): void {
    for (const { callback } of this.due.splice(0)) callback();
  }
}

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

describe('take', () => {
  test('completes with the last record, not with the one after it', async () => {
    const probe = probeOperator(take<string>(2));
    await probe.feed(['a']);
    expect(probe.completed).toBe(false);
    await probe.feed(['b']);
    expect(probe.completed).toBe(true);
  });

  test('of 0 completes before any record comes, so that a silent reader is closed, too', () => {
    expect(probeOperator(take(0)).completed).toBe(true);
  });

  test('lets nothing through when the rest of a batch still arrives', () => {
    const emitted: number[] = [];
    const logic = take<number>(1).create({ complete() {} } as never) as never as {
      push(record: number, emit: (n: number) => void): void;
    };
    for (const n of [1, 2, 3]) logic.push(n, (record) => emitted.push(record));
    expect(emitted).toEqual([1]);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', undefined])('refuses %j', (count) => {
    expect(() => take(count as never)).toThrow(wrong);
    expect(() => skip((count ?? 'none') as never)).toThrow(wrong);
  });
});

test('takeWhile never calls its predicate again after it said no', async () => {
  let calls = 0;
  const operator = takeWhile((n: number) => {
    calls++;
    return n < 2;
  });
  const logic = operator.create({ complete() {} } as never) as never as {
    push(record: number, emit: (n: number) => void): void;
  };
  for (const n of [1, 2, 1]) logic.push(n, () => {});
  expect(calls).toBe(2);
});

test('skip is the operator with a number, the policy without', () => {
  expect(skipEither(2)).toMatchObject({ kind: 'sync', name: 'skip', detail: '2' });
  expect(skipEither()).toEqual({ kind: 'skip' });
  expect(skipEither({ budget: '1%' })).toEqual({ kind: 'skip', budget: '1%' });
});

describe('batch', () => {
  test('pain P24: gives the last, shorter array when the input ends', async () => {
    const probe = probeOperator(batch<number>(2));
    await probe.feed([1, 2, 3]);
    expect(probe.output).toEqual([[1, 2]]);
    await probe.end();
    expect(probe.output).toEqual([[1, 2], [3]]);
  });

  test('pain P24: gives what it holds when the time is up, counted from its first record', async () => {
    const clock = new Timers();
    const probe = probeOperator(batch<number>(3, { within: '2s' }), clock);
    expect(clock.due).toEqual([]);
    await probe.feed([1, 2]);
    expect(clock.due).toMatchObject([{ ms: 2000 }]);
    clock.fire();
    expect(probe.output).toEqual([[1, 2]]);
    await probe.feed([3]);
    expect(clock.due).toHaveLength(1);
  });

  test('pain P11: leaves no timer behind when an array is full, at the end, or after a stop', async () => {
    const clock = new Timers();
    const full = probeOperator(batch<number>(2, { within: 10 }), clock);
    await full.feed([1, 2]);
    expect(clock.due).toEqual([]);
    await full.feed([3]);
    await full.end();
    expect(clock.due).toEqual([]);
    const stopped = probeOperator(batch<number>(2, { within: 10 }), clock);
    await stopped.feed([1]);
    stopped.close();
    expect(clock.due).toEqual([]);
  });

  test('of size 1 needs no timer', async () => {
    const clock = new Timers();
    const probe = probeOperator(batch<number>(1, { within: 10 }), clock);
    await probe.feed([1]);
    expect(clock.due).toEqual([]);
    expect(probe.output).toEqual([[1]]);
  });

  test('lets no record fall behind a watermark', async () => {
    const probe = probeOperator(batch<number>(10));
    await probe.feed([1, 2]);
    probe.watermark(1000);
    probe.watermark(2000);
    expect(probe.output).toEqual([[1, 2]]);
  });

  test('gives arrays of its own: changing one changes no other', async () => {
    const probe = probeOperator(batch<number>(1));
    await probe.feed([1, 2]);
    (probe.output[0] as number[]).push(9);
    expect(probe.output[1]).toEqual([2]);
  });

  test.each([0, -1, 1.5, '10', undefined])('refuses %j as its size', (size) => {
    expect(() => batch(size as never)).toThrow(wrong);
  });

  test('refuses a time that is no duration', () => {
    expect(() => batch(2, { within: 'soon' })).toThrow(wrong);
    expect(() => batch(2, { within: -1 })).toThrow(wrong);
  });
});
