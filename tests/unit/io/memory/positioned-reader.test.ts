import { interval, of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { inputReader } from '../../../../src/io/memory/input-reader.ts';
import { probeReader } from '../../../../src/testing/reader-probe.ts';

async function* letters(from = 'a') {
  for (let code = from.charCodeAt(0); code < 'a'.charCodeAt(0) + 4; code++)
    yield { id: String.fromCharCode(code) };
}

const next = (id: string) => String.fromCharCode(id.charCodeAt(0) + 1);

describe('an input with positions', () => {
  test('numbers the records behind a position as if it had not been interrupted', async () => {
    const reader = inputReader(letters(), {
      position: ({ id }) => id,
      resume: (id: string) => letters(next(id)),
    });
    const probe = probeReader(reader, { from: { records: 2, at: 'b' } });
    expect(await probe.rest()).toEqual([{ id: 'c' }, { id: 'd' }]);
    expect(probe.origins.map(({ record }) => record)).toEqual([3, 4]);
    expect(probe.position).toEqual({ records: 4, at: 'd' });
    await probe.close();
  });

  test('tells where it stood before somebody changed the record', async () => {
    const reader = inputReader([{ id: 'a' }], { position: ({ id }) => id, resume: () => [] });
    const probe = probeReader(reader);
    for (const record of await probe.rest()) record.id = 'changed';
    expect(probe.position).toEqual({ records: 1, at: 'a' });
    await probe.close();
  });

  test.each<[string, (record: { at: { ids: number[] } }) => unknown]>([
    ['the record itself', (record) => record],
    ['a part of it', ({ at }) => at],
    ['a list with a part of it', ({ at }) => [at.ids, 7]],
  ])('tells where it stood, whatever is done to what its hook gave: %s', async (_, position) => {
    const record = { at: { ids: [1, 2] } };
    const told = structuredClone(position(record));
    const probe = probeReader(inputReader([record], { position, resume: () => [] }));
    await probe.rest();
    record.at.ids.push(3);
    Object.assign(record.at, { more: true });
    expect(probe.position).toEqual({ records: 1, at: told });
    await probe.close();
  });

  test('leaves positions that are no plain data to be refused', async () => {
    class Place {
      n = 1;
    }
    const place = new Place();
    const probe = probeReader(inputReader([1], { position: () => ({ place }), resume: () => [] }));
    await probe.rest();
    expect((probe.position as { at: { place: unknown } }).at.place).toBe(place);
    await probe.close();
  });

  test('refuses the position of an array that had no hook, which says how many records were read of it', async () => {
    const hook = { position: (last: number) => last, resume: () => [] };
    const probe = probeReader(inputReader<number, number>([1, 2, 3], hook), { from: { records: 2 } });
    await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_CHANGED' });
    await probe.close();
  });

  test('cannot tell where it stands when its hook cannot', async () => {
    const reader = inputReader([1], { position: () => undefined, resume: () => [1] });
    const probe = probeReader(reader);
    expect(probe.position).toEqual({ records: 0 });
    await probe.rest();
    expect(probe.position).toBeUndefined();
    await probe.close();
  });

  test.each([
    ['position', undefined],
    ['resume', { records: 1, at: 1 }],
  ])('fails when %s throws, and says so', async (name, from) => {
    const refuse = (): never => {
      throw new Error('not today');
    };
    const reader = inputReader<number, number>([1, 2], { position: refuse, resume: refuse });
    const probe = probeReader(reader, { from });
    await expect(probe.rest()).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: `Cannot read from array (2 records): its ${name}() threw: not today`,
      hint: expect.stringContaining(`${name}()`),
    });
    await probe.close();
  });

  test('refuses one half of the hook, and positions of other readers', async () => {
    expect(() => inputReader([1], { position: () => 1 } as never)).toThrow(/must be functions/);
    const hooked = inputReader<number, number>([1], { position: (last) => last, resume: () => [] });
    for (const reader of [hooked, inputReader([1])]) {
      const probe = probeReader(reader, { from: { files: [], done: 0 } });
      await expect(probe.rest()).rejects.toMatchObject({ code: 'ERR_CHANGED' });
      await probe.close();
    }
  });

  test('still needs an overflow strategy where it pushes', () => {
    const hook = { position: (last: number) => last, resume: () => of(1) };
    const reader = inputReader<number, number>(interval(1), hook as never);
    expect(reader.problem).toMatch(/no overflow strategy/);
  });
});

describe('an input that knows how old its records are', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, n));
  const days = (first: number) => [7, 8, 9].filter((n) => n >= first);
  const hook = {
    since: (time: Date) => days(time.getUTCDate()),
    position: (last: number) => last,
    resume: (last: number) => days(last + 1),
  };

  test('begins at a time, and goes on from there by its positions', async () => {
    const reader = inputReader<number, number>(days(0), hook);
    expect(reader.traits).toMatchObject({ timed: true, replay: 'position' });
    const probe = probeReader(reader, { from: day(8) });
    expect(probe.position).toEqual({ records: 0, since: +day(8) });
    expect(await probe.rest()).toEqual([8, 9]);
    expect(probe.origins.map(({ record }) => record)).toEqual([1, 2]);
    expect(probe.position).toEqual({ records: 2, at: 9 });
    await probe.close();
  });

  test('begins at that time again when nothing had come of it', async () => {
    const probe = probeReader(inputReader<number, number>(days(0), hook), {
      from: { records: 0, since: +day(9) },
    });
    expect(await probe.rest()).toEqual([9]);
    await probe.close();
  });

  test('need not have positions', async () => {
    const { since } = hook;
    const reader = inputReader<number, number>(days(0), { since });
    expect(reader.traits).toMatchObject({ timed: true, replay: 'none' });
    for (const [from, records] of [
      [day(8), [8, 9]],
      [undefined, [7, 8, 9]],
    ] as const) {
      const probe = probeReader(reader, { from });
      expect(await probe.rest()).toEqual(records);
      await probe.close();
    }
  });

  test('may be an Observable, and begin with what can be held back', async () => {
    const { since } = hook;
    const reader = inputReader<number, number>(of(1), { overflow: 'fail', size: 9, since });
    const probe = probeReader(reader, { from: day(8) });
    expect(await probe.rest()).toEqual([8, 9]);
    await probe.close();
  });

  test('fails when since throws, and when it is gone that gave a position', async () => {
    const since = (): never => {
      throw new Error('not today');
    };
    const probe = probeReader(inputReader<number, number>([1], { ...hook, since }), { from: day(8) });
    await expect(probe.rest()).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: 'Cannot read from array (1 record): its since() threw: not today',
    });
    const { position, resume } = hook;
    const gone = inputReader<number, number>([1], { position, resume });
    const late = probeReader(gone, { from: { records: 0, since: +day(8) } });
    await expect(late.rest()).rejects.toMatchObject({ code: 'ERR_CHANGED' });
    await Promise.all([probe.close(), late.close()]);
  });

  test('is refused when since is no function', () => {
    expect(() => inputReader([1], { since: 'yesterday' } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

describe('an input without a hook', () => {
  test('can go on when it can begin again, and not when it is used up', () => {
    const replay = (input: never) => inputReader(input).traits.replay;
    const again: readonly unknown[] = [
      [1],
      new Set([1]),
      new Map(),
      'text',
      { [Symbol.iterator]: () => [1].values() },
    ];
    for (const input of again) expect(replay(input as never)).toBe('position');
    const once: readonly unknown[] = [
      [1].values(),
      letters(),
      Promise.resolve(1),
      { [Symbol.asyncIterator]: letters },
    ];
    for (const input of once) expect(replay(input as never)).toBe('none');
  });

  test.each([
    ['an array', [1, 2]],
    ['a set', new Set([1, 2])],
  ])('is refused when it has become shorter: %s', async (_, input) => {
    const probe = probeReader(inputReader<number>(input), { from: { records: 3 } });
    await expect(probe.rest()).rejects.toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringContaining('it has 2 records, and 3 were read of it'),
    });
    await probe.close();
  });
});
