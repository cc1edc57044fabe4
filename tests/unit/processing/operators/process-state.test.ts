import { describe, expect, test } from 'vitest';
import { listState } from '../../../../src/processing/operators/state/list-state.ts';
import { mapState } from '../../../../src/processing/operators/state/map-state.ts';
import type { StateKind, StateStore } from '../../../../src/processing/operators/state/state-kind.ts';
import { valueState } from '../../../../src/processing/operators/state/value-state.ts';

/** The state of one key, worked on as an operator would. */
class Played<H> {
  now = 0;
  begun = Number.NEGATIVE_INFINITY;
  contents: unknown;
  readonly store: StateStore<H>;

  constructor(kind: StateKind<H>) {
    this.store = kind.create();
  }

  do<R>(work: (handle: H) => R): R {
    this.store.enter(this.contents, this);
    try {
      const result = work(this.store.handle);
      this.contents = this.store.commit();
      return result;
    } catch (error) {
      this.store.abandon();
      throw error;
    }
  }

  /** Does something and then fails, as a callback may. */
  fail(work: (handle: H) => unknown): void {
    expect(() =>
      this.do((handle) => {
        work(handle);
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
  }
}

describe('a value', () => {
  test('is the initial one until it is set, and again when it is cleared', () => {
    const played = new Played(valueState(7));
    expect(played.do((value) => value.get())).toBe(7);
    expect(played.contents).toBeUndefined();
    played.do((value) => value.update((n) => n + 1));
    expect(played.do((value) => value.get())).toBe(8);
    played.do((value) => value.clear());
    expect(played.do((value) => value.get())).toBe(7);
    expect(played.contents).toBeUndefined();
  });

  test('may be undefined, and may be made by a function', () => {
    const maybe = new Played(valueState<number>());
    expect(maybe.do((value) => value.get())).toBeUndefined();
    const made = new Played(valueState(() => ['new']));
    expect(made.do((value) => value.get())).not.toBe(made.do((value) => value.get()));
  });

  test('stays as it was when the callback fails', () => {
    const played = new Played(valueState(0));
    played.fail((value) => value.set(1));
    expect(played.do((value) => value.get())).toBe(0);
    played.do((value) => value.set(1));
    played.fail((value) => value.clear());
    played.fail((value) => value.set(2));
    expect(played.do((value) => value.get())).toBe(1);
  });

  test('is gone when it was not written for its ttl; reading does not keep it', () => {
    const played = new Played(valueState('none', { ttl: 10 }));
    played.do((value) => value.set('some'));
    for (const [now, is] of [
      [9, 'some'],
      [10, 'none'],
    ] as const) {
      played.now = now;
      expect(played.do((value) => value.get())).toBe(is);
    }
    expect(played.contents).toBeUndefined();
  });

  test('that was written before there was any time lives from the first time on', () => {
    const played = new Played(valueState('none', { ttl: 10, by: 'event-time' }));
    played.now = Number.NEGATIVE_INFINITY;
    played.do((value) => value.set('some'));
    played.begun = 1000;
    played.now = 1009;
    expect(played.do((value) => value.get())).toBe('some');
    played.now = 1010;
    expect(played.do((value) => value.get())).toBe('none');
  });

  test('is no promise', async () => {
    const played = new Played(valueState<unknown>(0));
    const late = Promise.reject(new Error('late'));
    expect(() => played.do((value) => value.set(late))).toThrow(
      expect.objectContaining({ code: 'ERR_CALLBACK' }),
    );
  });
});

describe('a list', () => {
  const all = (played: Played<{ toArray(): unknown[] }>) => played.do((list) => list.toArray());

  test('keeps the last, where it is told how many, also within one callback', () => {
    const played = new Played(listState<number>({ max: 3 }));
    played.do((list) => list.push(1, 2, 3, 4));
    expect(all(played)).toEqual([2, 3, 4]);
    expect(
      played.do((list) => {
        list.push(5);
        return [list.length, list.at(0), list.at(-1), list.at(3), list.at(-4), [...list]];
      }),
    ).toEqual([3, 3, 5, undefined, undefined, [3, 4, 5]]);
    played.do((list) => list.set([7, 8, 9, 10]));
    expect(all(played)).toEqual([8, 9, 10]);
  });

  test('fails beyond its bound, where nothing says that the oldest may go', () => {
    const played = new Played(listState<number>({ max: 2, overflow: 'fail' }));
    expect(() => played.do((list) => list.push(1, 2, 3))).toThrow(
      expect.objectContaining({ code: 'ERR_LIMIT' }),
    );
    expect(all(played)).toEqual([]);
    const unsaid = new Played(listState<number>());
    unsaid.do((list) => list.push(...Array(10_000).keys()));
    expect(() => unsaid.do((list) => list.push(1))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });

  test('stays as it was when the callback fails', () => {
    const played = new Played(listState<number>({ max: 3 }));
    played.do((list) => list.push(1, 2, 3));
    played.fail((list) => list.push(4, 5));
    played.fail((list) => list.clear());
    played.fail((list) => list.set([9]));
    expect(all(played)).toEqual([1, 2, 3]);
  });

  test('loses each element after its own ttl', () => {
    const played = new Played(listState<string>({ ttl: 10 }));
    for (const now of [0, 5, 9]) {
      played.now = now;
      played.do((list) => list.push(`at ${now}`));
    }
    played.now = 10;
    expect(all(played)).toEqual(['at 5', 'at 9']);
    expect(played.store.oldest(played.contents)).toBe(5);
    played.now = 19;
    expect(all(played)).toEqual([]);
    expect(played.contents).toBeUndefined();
  });
});

describe('a map', () => {
  const all = (played: Played<Iterable<[string, number]>>) => played.do((map) => [...map]);
  const filled = (options: object = {}) => {
    const played = new Played(mapState<string, number>(options));
    played.do((map) => {
      map.set('a', 1);
      map.set('b', 2);
      map.set('c', 3);
    });
    return played;
  };

  test('shows what is done to it at once, in the order of a Map', () => {
    const played = filled();
    const seen = played.do((map) => {
      map.delete('a');
      map.set('a', 4);
      map.set('b', 5);
      map.delete('c');
      map.set('d', 6);
      return [[...map.keys()], [...map.values()], map.size, map.has('c'), map.get('c'), map.delete('c')];
    });
    expect(seen).toEqual([['b', 'a', 'd'], [5, 4, 6], 3, false, undefined, false]);
    expect(all(played)).toEqual([
      ['b', 5],
      ['a', 4],
      ['d', 6],
    ]);
  });

  test('stays as it was when the callback fails, its order, too', () => {
    const played = filled();
    played.fail((map) => {
      map.delete('a');
      map.set('a', 9);
      map.set('d', 9);
    });
    played.fail((map) => map.clear());
    expect(all(played)).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  test('is empty when cleared, and may be filled again in the same callback', () => {
    const played = filled();
    played.do((map) => {
      map.clear();
      expect(map.size).toBe(0);
      map.set('b', 7);
      map.set('b', 8);
      map.delete('b');
      map.set('x', 1);
    });
    expect(all(played)).toEqual([['x', 1]]);
    played.do((map) => map.clear());
    expect(played.contents).toBeUndefined();
  });

  test('keeps values that are undefined, and may lose entries while they are gone through', () => {
    const played = new Played(mapState<string, number | undefined>());
    played.do((map) => map.set('a', undefined));
    expect(played.do((map) => [map.has('a'), map.size])).toEqual([true, 1]);
    played.do((map) => {
      for (const [name] of map) map.delete(name);
    });
    expect(played.contents).toBeUndefined();
  });

  test('has a bound', () => {
    const played = filled({ max: 3 });
    expect(() => played.do((map) => map.set('d', 4))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    played.do((map) => {
      map.set('a', 9);
      map.delete('b');
      map.set('d', 4);
    });
    expect(all(played)).toEqual([
      ['a', 9],
      ['c', 3],
      ['d', 4],
    ]);
  });

  test('loses each entry when it was not written for the ttl', () => {
    const played = filled({ ttl: 10 });
    played.now = 5;
    played.do((map) => map.set('a', 4));
    played.now = 10;
    expect(all(played)).toEqual([['a', 4]]);
    played.now = 15;
    expect(all(played)).toEqual([]);
    expect(played.contents).toBeUndefined();
  });
});

test.each<[string, StateKind<unknown>, (handle: never) => unknown]>([
  ['value', valueState(0), (value: { get(): unknown }) => value.get()],
  ['list', listState(), (list: { length: number }) => list.length],
  ['map', mapState(), (map: { size: number }) => map.size],
])('a %s that is used out of turn says so', (_kind, kind, use) => {
  const played = new Played(kind);
  const kept = played.do((handle) => handle);
  expect(() => use(kept as never)).toThrow(expect.objectContaining({ code: 'ERR_CALLBACK' }));
});

test.each<[string, () => unknown]>([
  ['a ttl that is no duration', () => valueState(0, { ttl: 'soon' })],
  ['a ttl of 0', () => valueState(0, { ttl: 0 })],
  ['a time without a ttl', () => valueState(0, { by: 'event-time' })],
  ['a time that there is not', () => listState({ ttl: 1, by: 'moon' as 'clock' })],
  ['a bound of 0', () => listState({ max: 0 })],
  ['an overflow that there is not', () => listState({ overflow: 'spill' as 'fail' })],
  ['an option that there is not', () => mapState({ size: 3 } as object)],
])('%s is refused', (_what, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
