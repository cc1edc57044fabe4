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
