import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { turns } from '../../../../src/testing/turns.ts';

const context = { signal: new AbortController().signal, clock: systemClock, wrote: () => {} };
const numbers = (...records: number[]) => batch(records, new CountedOrigin('numbers', 1));

describe('forEach', () => {
  test('pain P9: awaits asynchronous callbacks, one record at a time', async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    const sink = await forEach<number>(async (n) => {
      most = Math.max(most, ++running);
      await turns();
      seen.push(n);
      running--;
    }).open(context);
    await sink.write(numbers(1, 2, 3));
    expect(seen).toEqual([1, 2, 3]);
    expect(most).toBe(1);
  });

  test('returns no promise for a synchronous callback', async () => {
    const sink = await forEach<number>(() => {}).open(context);
    expect(sink.write(numbers(1, 2, 3))).toBeUndefined();
  });

  test('awaits thenables, also after records that were synchronous', async () => {
    const seen: string[] = [];
    const sink = await forEach<number>((n) => {
      if (n < 2) return seen.push(`sync ${n}`);
      return {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
        then: (done: (seen: unknown) => void) => void setImmediate(() => done(seen.push(`later ${n}`))),
      };
    }).open(context);
    await sink.write(numbers(1, 2, 1));
    expect(seen).toEqual(['sync 1', 'later 2', 'sync 1']);
  });

  test('names the record, where it came from, and the callback', async () => {
    const sink = await forEach<number>((n) => {
      if (n === 2) throw new RangeError('too large');
    }).open(context);
    expect(() => sink.write(numbers(1, 2))).toThrow(
      expect.objectContaining({
        code: 'ERR_CALLBACK',
        message: expect.stringMatching(/record 2 of numbers to for_each .*for-each\.test\.ts:\d+: too large/),
        cause: expect.any(RangeError),
        origin: { source: 'numbers', record: 2 },
      }),
    );
  });

  test('calls nothing twice for records that were done when the batch failed', async () => {
    const seen: number[] = [];
    let broken = true;
    const sink = await forEach<number>((n) => {
      if (n === 3 && broken) throw undefined;
      seen.push(n);
    }).open(context);
    const failing = numbers(1, 2, 3, 1);
    expect(() => sink.write(failing)).toThrow('undefined was thrown');
    expect(() => sink.write(failing)).toThrow('undefined was thrown');
    for (const n of [1, 2]) sink.write(numbers(n));
    expect(() => sink.write(numbers(3))).toThrow('undefined was thrown');
    sink.write(numbers(1));
    broken = false;
    sink.write(numbers(1, 2, 3));
    expect(seen).toEqual([1, 2, 1, 1, 2, 3]);
  });
});

describe('toArray', () => {
  test('keeps runs apart that happen at the same time, and shows the last that completed', async () => {
    const out = toArray<number>();
    const [one, two] = await Promise.all([out.open(context), out.open(context)]);
    one.write(numbers(1, 2));
    two.write(numbers(3));
    expect(out.records).toEqual([]);
    await one.close();
    expect(out.records).toEqual([1, 2]);
    await two.close();
    expect(out.records).toEqual([3]);
  });
});
