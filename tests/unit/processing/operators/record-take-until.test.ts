import { NEVER, Observable, Subject, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, pipeline, run, start, take, toArray } from '../../../../src/index.ts';
import { takeUntil } from '../../../../src/processing/operators/take-until.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

/** What makes the notifier of the test in work say its word. */
let go: (() => void) | undefined;
function setGo(word: () => void): void {
  go = word;
}

describe('takeUntil', () => {
  test.each([
    ['a promise that resolves', () => new Promise<void>((resolve) => setGo(resolve))],
    [
      'a signal that aborts',
      () => {
        const controller = new AbortController();
        setGo(() => controller.abort());
        return controller.signal;
      },
    ],
    [
      'an Observable that emits',
      () => {
        const subject = new Subject<void>();
        setGo(() => subject.next());
        return subject;
      },
    ],
  ])('ends a branch on which nothing moves, by %s, and what came before arrives', async (_what, make) => {
    const ready = Promise.withResolvers<void>();
    const notifier = make();
    const out = toArray<number>();
    const silent = async function* () {
      yield 1;
      ready.resolve();
      await new Promise(() => {});
    };
    const done = run(pipeline('p', from(silent()).pipe(takeUntil(notifier)).to(out)));
    await ready.promise;
    await turns(5);
    go?.();
    expect((await done).balance.closed).toBe(true);
    expect(out.records).toEqual([1]);
  });

  test.each([
    ['a promise that rejects', () => Promise.reject(new Error('the notifier broke'))],
    ['an Observable that fails', () => throwError(() => new Error('the notifier broke'))],
  ])('ends the run with the cause, by %s', async (_what, make) => {
    const never = async function* () {
      yield await new Promise<never>(() => {});
    };
    await expect(run(pipeline('p', from(never()).pipe(takeUntil(make())).to(toArray())))).rejects.toThrow(
      /the notifier broke/,
    );
  });

  test('lets no record through that comes after the word, in the same turn', async () => {
    const subject = new Subject<void>();
    const probe = probeOperator(takeUntil<number>(subject), virtualClock());
    await probe.feed([1]);
    subject.next();
    expect(probe.completed).toBe(false);
    await probe.feed([2]);
    expect(probe).toMatchObject({ output: [1], completed: true });
  });

  test('takes an Observable that completes for one that says nothing', async () => {
    const probe = probeOperator(takeUntil<number>(new Observable((subscriber) => subscriber.complete())));
    await probe.feed([1, 2]);
    expect(probe).toMatchObject({ output: [1, 2], completed: false });
  });

  test('lets go of its notifier when the run is over', async () => {
    let open = 0;
    const watched = new Observable<never>(() => {
      open++;
      return () => open--;
    });
    await run(pipeline('p', from([1, 2]).pipe(takeUntil(watched), take(1)).to(toArray())));
    const live = start(
      pipeline('p', from(NEVER, { overflow: 'fail' }).pipe(takeUntil(watched)).to(toArray())),
    );
    await turns(2);
    expect(open).toBe(1);
    await live.abort();
    expect(open).toBe(0);
  });

  test.each([undefined, 7, {}, () => {}])('refuses %o', (notifier) => {
    expect(() => takeUntil(notifier as never)).toThrow(wrong);
  });
});
