import { finished } from 'node:stream/promises';
import { lastValueFrom, take as takeRx, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { concat } from '../../../../src/processing/graph/join.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { numbers, scripted } from './scripted-reader.ts';

const endless = () => scripted<number>(numbers(3), { traits: { bounded: false } });

const broken = () =>
  readFrom(scripted<number>(numbers(1, 5))).pipe(
    map((n) => {
      if (n === 3) throw new Error('three');
      return n;
    }),
  );

/** A graph that the planner refuses. */
function deadlocking() {
  const source = from([1, 2]);
  return concat(source, source);
}

describe('observe()', () => {
  test('runs the graph for each subscriber, and completes', async () => {
    const flow = from([1, 2, 3]).pipe(map((n) => n * 2));
    const observable = flow.observe();
    expect(await lastValueFrom(observable.pipe(toArray()))).toEqual([2, 4, 6]);
    expect(await lastValueFrom(observable.pipe(toArray()))).toEqual([2, 4, 6]);
  });

  test('runs nothing before it is subscribed to', async () => {
    const reader = endless();
    readFrom(reader).observe();
    await turns(5);
    expect(reader.opened).toBe(0);
  });

  test('stops the run when the subscriber leaves, and gives it nothing more', async () => {
    const reader = endless();
    const seen = await lastValueFrom(readFrom(reader).observe().pipe(takeRx(4), toArray()));
    await turns(10);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect([reader.opened, reader.left]).toEqual([1, 1]);
    const emitted = reader.emitted;
    await turns(10);
    expect(reader.emitted).toBe(emitted);
  });

  test('passes on what came before a failure, then the failure', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      broken()
        .observe()
        .subscribe({
          next: (n) => seen.push(n),
          error: (error: Error) => {
            seen.push(error.message);
            resolve();
          },
        });
    });
    expect(seen).toEqual([0, 1, 2, expect.stringMatching(/three/)]);
  });

  test('fails for a graph that cannot run', async () => {
    await expect(lastValueFrom(deadlocking().observe())).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_PIPELINE_INVALID' }),
    );
  });

  test('of a route asks for the other routes to lead somewhere', async () => {
    const { odd } = from([1, 2]).split({ odd: (n) => n % 2 === 1, even: otherwise });
    await expect(lastValueFrom(odd.observe())).rejects.toThrow(/"even" of "split" leads nowhere/);
  });
});

describe('toReadable()', () => {
  test('gives the records as an object stream that ends', async () => {
    const readable = from([1, 2, 3]).toReadable();
    expect(await readable.toArray()).toEqual([1, 2, 3]);
    expect(readable.destroyed).toBe(true);
  });

  test('runs nothing before it is read, and no further than it is read', async () => {
    const reader = endless();
    const readable = readFrom(reader).toReadable();
    await turns(5);
    expect(reader.opened).toBe(0);
    readable.once('readable', () => {});
    await turns(100);
    expect(reader.emitted).toBeLessThan(12);
    readable.destroy();
    await finished(readable).catch(() => {});
  });

  test('stops the run when it is destroyed, and closes when all is closed', async () => {
    const reader = endless();
    const readable = readFrom(reader).toReadable();
    for await (const n of readable) if (n === 5) break;
    expect(readable.destroyed).toBe(true);
    await turns(5);
    expect(reader.left).toBe(1);
  });

  test('destroyed before it is read opens nothing', async () => {
    const reader = endless();
    const readable = readFrom(reader).toReadable();
    readable.destroy();
    await turns(5);
    expect([readable.closed, reader.opened]).toEqual([true, 0]);
  });

  test('is destroyed with the failure of the run', async () => {
    await expect(broken().toReadable().toArray()).rejects.toThrow(/three/);
    await expect(deadlocking().toReadable().toArray()).rejects.toThrow(/deadlock/);
  });

  test('refuses null, which would end it as if all were there', async () => {
    await expect(from([1, null, 2]).toReadable().toArray()).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_ENCODE' }),
    );
  });
});

describe('for await', () => {
  test('hands out the records one by one, and ends', async () => {
    const seen: number[] = [];
    for await (const n of from([1, 2, 3]).pipe(flatMap((n) => [n, n]))) seen.push(n);
    expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test('reads no further than the loop takes', async () => {
    const reader = endless();
    const iterator = readFrom(reader)[Symbol.asyncIterator]();
    await iterator.next();
    await turns(50);
    expect(reader.emitted).toBeLessThan(6);
    await iterator.return?.();
    expect(reader.left).toBe(1);
  });

  test('stops the run when the loop is left, and all is closed when it goes on', async () => {
    const reader = endless();
    const seen: number[] = [];
    for await (const n of readFrom(reader)) {
      seen.push(n);
      if (n === 4) break;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(reader.left).toBe(1);
  });

  test('stops the run when the loop throws', async () => {
    const reader = endless();
    const loop = async () => {
      for await (const _ of readFrom(reader)) throw new Error('mine');
    };
    await expect(loop()).rejects.toThrow('mine');
    expect(reader.left).toBe(1);
  });

  test('throws the failure once, after what came before it, and is over then', async () => {
    const iterator = broken()[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n++) seen.push((await iterator.next()).value);
    await expect(iterator.next()).rejects.toThrow(/three/);
    expect(seen).toEqual([0, 1, 2]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await expect(deadlocking()[Symbol.asyncIterator]().next()).rejects.toThrow(/deadlock/);
  });

  test('answers calls of next that do not wait for one another in order', async () => {
    const iterator = from([1, 2, 3])[Symbol.asyncIterator]();
    const all = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(all.map(({ value }) => value)).toEqual([1, 2, 3, undefined]);
  });

  test('opens nothing once it was left', async () => {
    const reader = endless();
    const iterator = readFrom(reader)[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await turns(5);
    expect(reader.opened).toBe(0);
  });

  test('gives nothing more of the batch in which it was left', async () => {
    const iterator = from([1, 2, 3])[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
