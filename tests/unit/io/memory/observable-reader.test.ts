import { from, NEVER, Observable, range, Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { inputReader } from '../../../../src/io/memory/input-reader.ts';
import { observableReader } from '../../../../src/io/memory/observable-reader.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';

function opened(options: Parameters<typeof observableReader>[1]) {
  const subject = new Subject<number>();
  const probe = probeReader(observableReader(subject, options));
  return {
    subject,
    probe,
    push: (...records: number[]) => {
      for (const record of records) subject.next(record);
    },
  };
}

describe('a reader of an Observable', () => {
  test('drop-newest keeps the first that wait, and counts the others', async () => {
    const { push, subject, probe } = opened({ overflow: 'drop-newest', size: 3 });
    push(1, 2, 3, 4, 5);
    subject.complete();
    expect(await probe.rest()).toEqual([1, 2, 3]);
    expect(probe.overflowed).toBe(2);
  });

  test('drop-oldest keeps the last that wait, and counts the others', async () => {
    const { push, subject, probe } = opened({ overflow: 'drop-oldest', size: 3 });
    push(1, 2, 3, 4, 5, 6, 7);
    subject.complete();
    expect(await probe.rest()).toEqual([5, 6, 7]);
    expect(probe.overflowed).toBe(4);
  });

  test('latest keeps one', async () => {
    const { push, subject, probe } = opened({ overflow: 'latest' });
    push(1, 2, 3);
    subject.complete();
    expect(await probe.rest()).toEqual([3]);
    expect(probe.overflowed).toBe(2);
  });

  test('buffer waits for as many as it says, then fails, and leaves the source', async () => {
    const { push, subject, probe } = opened({ overflow: 'buffer', size: 2 });
    push(1, 2);
    await turns();
    expect(probe.state).toBe('open');
    push(3);
    expect(probe.error).toMatchObject({ code: 'ERR_OVERFLOW', details: { size: 2 } });
    expect(subject.observed).toBe(false);
  });

  test('fail lets nothing wait', async () => {
    const { push, probe } = opened({ overflow: 'fail' });
    const one = probe.request(1);
    push(1);
    await one;
    expect(probe.records).toEqual([1]);
    push(2);
    expect(probe.error).toMatchObject({ code: 'ERR_OVERFLOW' });
  });

  test('loses nothing of a burst larger than the buffer while the graph has room', async () => {
    const probe = probeReader(
      observableReader(
        new Observable<number>((to) => {
          setImmediate(() => {
            for (let i = 0; i < 5000; i++) to.next(i);
            to.complete();
          });
        }),
        { overflow: 'drop-newest', size: 10 },
      ),
    );
    expect(await probe.rest()).toHaveLength(5000);
    expect(probe.overflowed).toBe(0);
  });

  test('holds no more than its size, whatever comes: 100,000 pushes while the graph is full', async () => {
    const { push, subject, probe } = opened({ overflow: 'drop-oldest', size: 100 });
    for (let i = 0; i < 100_000; i++) push(i);
    subject.complete();
    expect(await probe.rest()).toEqual(Array.from({ length: 100 }, (_, i) => 99_900 + i));
    expect(probe.overflowed).toBe(99_900);
  });

  test('stops a source that never ends by itself', async () => {
    let pushed = 0;
    const endless = new Observable<number>((to) => {
      while (!to.closed) to.next(pushed++);
    });
    const probe = probeReader(observableReader(endless, { overflow: 'buffer', size: 5 }));
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(pushed).toBeLessThan(10);
  });

  test('emits what waits before the error of the source', async () => {
    const { push, subject, probe } = opened({ overflow: 'buffer', size: 5 });
    push(1, 2);
    subject.error(new Error('the sensor broke'));
    await expect(probe.rest()).rejects.toThrow('the sensor broke');
    expect(probe.records).toEqual([1, 2]);
  });

  test('without a strategy, says which there are, in the description and when it is opened', async () => {
    const reader = inputReader(NEVER, undefined as never);
    expect(reader.problem).toContain("'drop-oldest'");
    await expect(probeReader(reader).rest()).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      hint: expect.stringContaining('drop-newest'),
    });
  });

  test('refuses a strategy without its size, and one that does not exist', () => {
    for (const options of [
      { overflow: 'buffer' },
      { overflow: 'drop', size: 3 },
      { overflow: 'latest', size: 3 },
    ]) {
      expect(() => observableReader(NEVER, options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS' }),
      );
    }
  });

  test('takes Observables of other libraries', async () => {
    const foreign = { '@@observable': () => range(1, 3) };
    const reader = inputReader<number>(foreign as never, { overflow: 'buffer', size: 10 });
    expect(await probeReader(reader).rest()).toEqual([1, 2, 3]);
  });

  test('an overflow strategy for what can be held back is refused', () => {
    expect(() => inputReader([1], { overflow: 'latest' })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
    expect(inputReader(from([1]), { overflow: 'latest' }).name).toBe('observable');
  });
});
