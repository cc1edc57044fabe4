import { describe, expect, test } from 'vitest';
import { BATCH_SIZE } from '../../../../src/core/batch.ts';
import { iterableReader } from '../../../../src/io/memory/iterable-reader.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';

function sizes(items: readonly { readonly kind: string }[]): number[] {
  return items.map((item) => (item as { records?: unknown[] }).records?.length ?? 0);
}

/** An async iterable that a test feeds by hand. */
function fed<T>() {
  const waiting: ((step: IteratorResult<T>) => void)[] = [];
  let asked = 0;
  let returned = 0;
  return {
    give: (value: T) => waiting.shift()!({ done: false, value }),
    end: () => waiting.shift()!({ done: true, value: undefined }),
    get asked() {
      return asked;
    },
    get returned() {
      return returned;
    },
    [Symbol.asyncIterator]: () => ({
      next: () => {
        asked++;
        return new Promise<IteratorResult<T>>((resolve) => waiting.push(resolve));
      },
      return: async () => {
        returned++;
        return { done: true, value: undefined } as const;
      },
    }),
  };
}

describe('a reader of an array', () => {
  test('says how many records there are, in full batches', async () => {
    const records = Array.from({ length: BATCH_SIZE * 2 + 1 }, (_, i) => i);
    const reader = iterableReader(records);
    const probe = probeReader(reader);
    expect(await probe.rest()).toEqual(records);
    expect(reader).toMatchObject({ name: 'array', label: `array (${records.length} records)` });
    expect(sizes(probe.items)).toEqual([BATCH_SIZE, BATCH_SIZE, 1]);
    expect(probe.origins.at(-1)).toMatchObject({ record: records.length });
  });

  test('takes array-likes, and text as RxJS does: character by character', async () => {
    expect(await probeReader(iterableReader({ length: 2, 0: 'a', 1: 'b' })).rest()).toEqual(['a', 'b']);
    expect(await probeReader(iterableReader('aü🙂')).rest()).toEqual(['a', 'ü', '🙂']);
    expect(iterableReader([1]).label).toBe('array (1 record)');
  });

  test('refuses what is not iterable', () => {
    expect(() => iterableReader(7 as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    expect(() => iterableReader(null as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('a reader of an iterable', () => {
  test('takes no more from an endless one than the graph has room for, and ends it', async () => {
    let taken = 0;
    let ended = false;
    const endless = {
      *[Symbol.iterator]() {
        try {
          for (;;) yield taken++;
        } finally {
          ended = true;
        }
      },
    };
    const probe = probeReader(iterableReader(endless));
    await probe.request(2);
    await turns(5);
    expect(taken).toBe(2 * BATCH_SIZE);
    await probe.close();
    expect(ended).toBe(true);
  });

  test('hands out what came before a throw, and does not call return on what threw', async () => {
    let returned = false;
    const iterator = {
      at: 0,
      next() {
        if (this.at === 2) throw undefined;
        return { done: false, value: this.at++ };
      },
      return: () => {
        returned = true;
        return { done: true, value: undefined };
      },
    };
    const probe = probeReader(
      iterableReader<number>({ [Symbol.iterator]: () => iterator as Iterator<number> }),
    );
    await expect(probe.rest()).rejects.toThrow('undefined was thrown');
    await probe.close();
    expect(probe.records).toEqual([0, 1]);
    expect(returned).toBe(false);
  });

  test('refuses to read a generator twice, where it would silently give nothing', async () => {
    const once = [1, 2].values();
    await probeReader(iterableReader(once)).rest();
    await expect(probeReader(iterableReader(once)).rest()).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});

describe('a reader of an async iterable', () => {
  test('never holds a record back while it waits for the next', async () => {
    const source = fed<string>();
    const probe = probeReader(iterableReader(source));
    const first = probe.request(1);
    await turns();
    source.give('only');
    await first;
    expect(probe.records).toEqual(['only']);
    await probe.close();
  });

  test('sends records together that arrive in one turn of the event loop', async () => {
    async function* quick() {
      for (let i = 0; i < BATCH_SIZE + 10; i++) yield i;
    }
    const probe = probeReader(iterableReader(quick()));
    await probe.rest();
    expect(sizes(probe.items)).toEqual([BATCH_SIZE, 10]);
  });

  test('asks for one record at the most while it is held back', async () => {
    const source = fed<number>();
    const probe = probeReader(iterableReader(source));
    await turns(3);
    expect(source.asked).toBe(0);
    const one = probe.request(1);
    await turns();
    source.give(1);
    await one;
    await turns(3);
    expect(source.asked).toBeLessThanOrEqual(2);
    await probe.close();
  });

  test('does not wait for a next that never settles', async () => {
    const source = fed<number>();
    const probe = probeReader(iterableReader(source));
    void probe.request(1);
    await turns();
    await probe.close();
    expect(source.returned).toBe(1);
  });

  test('waits for the clean-up of a generator that is idle', async () => {
    let clean = false;
    async function* careful() {
      try {
        yield 1;
        yield 2;
      } finally {
        await turns(3);
        clean = true;
      }
    }
    const probe = probeReader(iterableReader(careful()));
    const held = probe.request(1);
    await held;
    await turns(3);
    await probe.close();
    expect(clean).toBe(true);
  });

  test('does not call return on one that has ended', async () => {
    const source = fed<number>();
    const probe = probeReader(iterableReader(source));
    const all = probe.rest();
    await turns();
    source.end();
    expect(await all).toEqual([]);
    await probe.close();
    expect(source.returned).toBe(0);
  });
});
