import {
  bufferCount,
  concatMap,
  EMPTY,
  endWith,
  finalize,
  map,
  mergeMap,
  Observable,
  of,
  range,
  startWith,
  take,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { DuplexContext, DuplexLogic, DuplexOperator } from '../../../../src/interfaces/operator.ts';
import { rx } from '../../../../src/processing/operators/rx.ts';

/** A downstream that takes a batch only when the test lets it. */
class Downstream {
  readonly batches: unknown[][] = [];
  readonly failures: unknown[] = [];
  completed = 0;
  open = true;
  #waiting: (() => void)[] = [];

  run<A, B>(operator: unknown): DuplexLogic<A> {
    return (operator as DuplexOperator<A, B>).create({
      node: 'rx',
      emit: (records: readonly B[]) => {
        this.batches.push([...records]);
        if (this.open) return Promise.resolve();
        return new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        });
      },
      complete: () => this.completed++,
      fail: (error: unknown) => this.failures.push(error),
    } as unknown as DuplexContext<B>);
  }

  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get records(): unknown[] {
    return this.batches.flat();
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('a batch that enters leaves as one batch', async () => {
  const downstream = new Downstream();
  const logic = downstream.run<number, number>(rx(map((n: number) => n + 1)));
  await logic.write([1, 2, 3]);
  expect(downstream.batches).toEqual([[2, 3, 4]]);
});

test('what the operator emits at its start and at its end arrives, also without input', async () => {
  const downstream = new Downstream();
  const logic = downstream.run(rx((source: Observable<number>) => source.pipe(startWith(0), endWith(9))));
  await turn();
  expect(downstream.records).toEqual([0]);
  await logic.end();
  expect(downstream.records).toEqual([0, 9]);
  expect(downstream.completed).toBe(0);
});

test('what the operator still holds is emitted before the end', async () => {
  const downstream = new Downstream();
  const logic = downstream.run<number, number[]>(rx(bufferCount<number>(2)));
  await logic.write([1, 2, 3]);
  await logic.end();
  expect(downstream.records).toEqual([[1, 2], [3]]);
});

test('the end waits for results that come later', async () => {
  const downstream = new Downstream();
  const { promise, resolve } = Promise.withResolvers<string>();
  const logic = downstream.run<number, string>(rx(concatMap(() => promise)));
  await logic.write([1]);
  let ended = false;
  const end = logic.end().then(() => {
    ended = true;
  });
  await turn();
  expect(ended).toBe(false);
  resolve('late');
  await end;
  expect(downstream.records).toEqual(['late']);
});

describe('an operator that completes before its input', () => {
  test('ends the branch, after all that it emitted has left', async () => {
    const downstream = new Downstream();
    downstream.open = false;
    const logic = downstream.run<number, number>(rx(take(3)));
    const written = logic.write([1, 2, 3, 4, 5]);
    await turn();
    expect(downstream.records).toEqual([1, 2, 3]);
    expect(downstream.completed).toBe(0);
    downstream.release();
    await written;
    await turn();
    expect(downstream.completed).toBe(1);
    await logic.write([6]);
    expect(downstream.records).toEqual([1, 2, 3]);
  });

  test('may do so before any record comes', async () => {
    const downstream = new Downstream();
    downstream.run(rx(() => EMPTY));
    await turn();
    expect(downstream.completed).toBe(1);
  });
});

describe('a full downstream', () => {
  test('pain P3: holds the input back', async () => {
    const downstream = new Downstream();
    downstream.open = false;
    const logic = downstream.run<number, number>(rx(map((n: number) => n)));
    let taken = false;
    const written = Promise.resolve(logic.write(numbers(10))).then(() => {
      taken = true;
    });
    await turn();
    expect(taken).toBe(false);
    downstream.release();
    await written;
    expect(taken).toBe(true);
  });

  test('pain P3: holds an expanding operator back after each batch of output', async () => {
    const downstream = new Downstream();
    downstream.open = false;
    let taken = 0;
    const expand = (source: Observable<number>) =>
      source.pipe(
        mergeMap((n) => {
          taken++;
          return range(n, 512);
        }),
      );
    const written = downstream.run<number, number>(rx(expand)).write(numbers(100));
    await turn();
    expect(taken).toBe(2);
    downstream.open = true;
    downstream.release();
    await written;
    expect(downstream.records).toHaveLength(51_200);
  });

  test('pain P3: ends the run when an operator emits more than may be held, instead of filling the memory', async () => {
    const downstream = new Downstream();
    const logic = downstream.run<number, number>(
      rx(
        mergeMap(() => range(0, 1e6)),
        { buffer: 100 },
      ),
    );
    await logic.write([1]);
    expect(downstream.failures).toMatchObject([
      { code: 'ERR_OVERFLOW', hint: expect.stringContaining('buffer') },
    ]);
    expect(downstream.records.length).toBeLessThanOrEqual(100);
  });

  test('still gets what comes between two of its batches, in order', async () => {
    const downstream = new Downstream();
    downstream.open = false;
    let push = (_n: number): void => {};
    const hot = () =>
      new Observable<number>((subscriber) => {
        push = (n) => subscriber.next(n);
      });
    downstream.run(rx(hot));
    for (let n = 0; n < 5; n++) {
      push(n);
      await turn();
      downstream.release();
      push(n + 0.5);
    }
    await turn();
    downstream.release();
    await turn();
    expect(downstream.records).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
  });
});

describe('an operator that fails', () => {
  test('fails the run once, with the error as its cause, and emits nothing more', async () => {
    const downstream = new Downstream();
    const cause = new Error('broken');
    const broken = map((n: number) => {
      if (n === 2) throw cause;
      return n;
    });
    const logic = downstream.run<number, number>(rx(broken));
    await logic.write([1, 2, 3]);
    await logic.write([4]);
    expect(downstream.failures).toMatchObject([{ code: 'ERR_CALLBACK', node: 'rx', cause }]);
    expect(downstream.completed).toBe(0);
  });

  test('fails it with a clear message also when it throws undefined', async () => {
    const downstream = new Downstream();
    const logic = downstream.run<number, number>(
      rx(
        map(() => {
          throw undefined;
        }),
      ),
    );
    await logic.write([1]);
    expect(downstream.failures).toMatchObject([{ message: expect.stringContaining('undefined was thrown') }]);
  });

  test('fails it when downstream refuses what comes on its own', async () => {
    const failures: unknown[] = [];
    const cause = new Error('refused');
    (rx(() => of(1)) as DuplexOperator<number, number>).create({
      emit: () => Promise.reject(cause),
      complete() {},
      fail: (error: unknown) => failures.push(error),
    } as unknown as DuplexContext<number>);
    await turn();
    expect(failures).toMatchObject([{ cause }]);
  });
});

test('a stop unsubscribes, and lets a waiting end go', async () => {
  const downstream = new Downstream();
  let unsubscribed = 0;
  const endless = () =>
    new Observable<number>(() => () => unsubscribed++).pipe(finalize(() => unsubscribed++));
  const logic = downstream.run(rx(endless));
  const end = logic.end();
  logic.abort(new Error('stop'));
  await end;
  expect(unsubscribed).toBe(2);
  expect(downstream.failures).toEqual([]);
});

test('each run has a subscription of its own', async () => {
  const operator = rx(take<number>(1));
  const [a, b] = [new Downstream(), new Downstream()];
  await a.run<number, number>(operator).write([1, 2]);
  await b.run<number, number>(operator).write([3, 4]);
  expect([a.records, b.records]).toEqual([[1], [3]]);
});

test('a buffer that cannot be is refused', () => {
  expect(() => rx(take(1), { buffer: 0 })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
