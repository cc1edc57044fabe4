import { describe, expect, test } from 'vitest';
import { readFrom } from '../../../src/from.ts';
import { batch } from '../../../src/processing/operators/batch.ts';
import { defineOperator } from '../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../src/processing/operators/filter.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../src/processing/operators/map-async.ts';
import { expectMarbles } from '../../../src/testing/expect-marbles.ts';
import { marbles } from '../../../src/testing/marbles.ts';
import { probeReader } from '../../../src/testing/reader-probe.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';

describe('a diagram', () => {
  test('says of each character when it comes, and what', () => {
    const { events, ends, lengthMs } = marbles('ab-(cdw5e)~ 10ms b7 (f|)', undefined);
    expect(events).toEqual([
      { at: 0, kind: 'records', records: ['a'] },
      { at: 1, kind: 'records', records: ['b'] },
      { at: 3, kind: 'records', records: ['c', 'd'] },
      { at: 3, kind: 'signal', signal: { kind: 'watermark', time: 5 } },
      { at: 3, kind: 'records', records: ['e'] },
      { at: 10, kind: 'signal', signal: { kind: 'watermark', time: 5, idle: true } },
      { at: 21, kind: 'signal', signal: { kind: 'barrier', id: 7 } },
      { at: 23, kind: 'records', records: ['f'] },
      { at: 23, kind: 'end' },
    ]);
    expect([ends, lengthMs]).toEqual([true, 27]);
  });

  test('has frames as long as it is told, and values for its characters, of one or more code units', () => {
    const { events, ends } = marbles(
      '- 🐟 1-w-b',
      { '🐟': 7, 1: null, w: 'w', b: undefined },
      { frame: '1s' },
    );
    expect(events).toEqual([
      { at: 1000, kind: 'records', records: [7] },
      { at: 2000, kind: 'records', records: [null] },
      { at: 4000, kind: 'records', records: ['w'] },
      { at: 6000, kind: 'records', records: [undefined] },
    ]);
    expect(ends).toBe(false);
  });

  test('may be empty, or nothing but an end', () => {
    expect(marbles('').events).toEqual([]);
    expect(marbles('  |').events).toEqual([{ at: 0, kind: 'end' }]);
    expect(marbles('2m |').events).toEqual([{ at: 120_000, kind: 'end' }]);
  });

  test.each([
    ['a(b', 'a group is not closed'],
    ['a)b', '"a)b" at character 2: no group is open'],
    ['(a(b))', 'a group is in a group'],
    ['(a-b)', 'time cannot pass in a group'],
    ['(a 5ms b)', 'time cannot pass in a group'],
    ['a|b', 'something follows its end'],
    ['a#|', 'something follows its end'],
    ['^ab', '"^" has no meaning here'],
    ['ab!', '"!" has no meaning here'],
  ])('%s is refused: %s', (diagram, why) => {
    expect(() => marbles(diagram)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(why) }),
    );
  });

  test('with a record that has no value is refused', () => {
    expect(() => marbles('ax', { a: 1 })).toThrow('at character 2: the values have no "x"');
    expect(() => marbles('a', { a: 1 }, { frame: 'soon' })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

describe('marbles as a reader', () => {
  test('come when they are due and asked for, by the clock, each group in a batch', async () => {
    const clock = virtualClock(1000);
    const probe = probeReader(marbles('a-(bc)-|'), { clock });
    const asked = probe.request(2);
    await clock.advance(1);
    expect(probe.records).toEqual(['a']);
    await clock.advance(1);
    await asked;
    expect(probe.items.map((item) => (item.kind === 'batch' ? item.records : item))).toEqual([
      ['a'],
      ['b', 'c'],
    ]);
    expect(probe.origins.map(({ source, record }) => `${source} ${record}`)).toEqual([
      'marbles a-(bc)-| 1',
      'marbles a-(bc)-| 2',
      'marbles a-(bc)-| 3',
    ]);
    await clock.advance(10);
    expect(probe.state).toBe('completed');
    expect(probe.unasked).toBe(0);
  });

  test('wait for demand, whatever the clock says', async () => {
    const clock = virtualClock();
    const probe = probeReader(marbles('abc|'), { clock });
    await clock.advance(100);
    expect(probe.records).toEqual([]);
    await probe.request(1);
    expect(probe.records).toEqual(['a']);
    await probe.close();
    expect([clock.pending, probe.unasked]).toEqual([0, 0]);
  });

  test('leave no timer behind when they are closed on the way', async () => {
    const clock = virtualClock();
    const probe = probeReader(marbles('a 1h b|'), { clock });
    await probe.request(1);
    expect(clock.pending).toBe(1);
    await probe.close();
    expect(clock.pending).toBe(0);
  });

  test('fail with what they are told', async () => {
    const error = new Error('on purpose');
    await expect(probeReader(marbles('#', undefined, { error })).rest()).rejects.toBe(error);
    await expect(probeReader(marbles('#')).rest()).rejects.toThrow('the # of the marbles');
  });
});

describe('a flow is compared with a diagram', () => {
  const numbers = (diagram: string) => readFrom(marbles(diagram, { a: 1, b: 2, c: 3 }));

  test('by what comes when, however it is put in batches', async () => {
    await expectMarbles(numbers('a-(bc)-|').pipe(map((n) => n * 2)), 'x-(yz)-|', { x: 2, y: 4, z: 6 });
    await expectMarbles(numbers('-(ab)c|').pipe(filter((n) => n !== 2)), '-a--- c|', { a: 1, c: 3 });
  });

  test('with the time that operators take', async () => {
    const flow = numbers('a-b---c-|').pipe(batch(2, { within: '3ms' }));
    await expectMarbles(flow, '--x-----(y|)', { x: [1, 2], y: [3] });
    const slow = numbers('a 9ms b|').pipe(batch(5, { within: '1m' }));
    await expectMarbles(slow, '11ms (x|)', { x: [1, 2] });
  });

  test('with watermarks, idleness and barriers in their places, where the diagram has any', async () => {
    await expectMarbles(numbers('aw5-b~-(b1c|)'), 'aw5-b~-(b1c|)', { a: 1, b: 2, c: 3 });
    await expectMarbles(numbers('aw5-b|'), 'a---b|', { a: 1, b: 2 });
    await expect(
      expectMarbles(numbers('aw5-b|'), 'a---b|', { a: 1, b: 2 }, { signals: true }),
    ).rejects.toMatchObject({ name: 'AssertionError' });
  });

  test('with its failure: any, or that one', async () => {
    const error = new Error('on purpose');
    const failing = () => readFrom(marbles('a-#', { a: 1 }, { error }));
    await expectMarbles(failing(), 'a-#', { a: 1 });
    await expectMarbles(failing(), 'a-#', { a: 1 }, { error });
    await expect(expectMarbles(failing(), 'a-#', { a: 1 }, { error: new Error('other') })).rejects.toThrow();
    await expect(expectMarbles(failing(), 'a-|', { a: 1 })).rejects.toThrow('The flow is not a-|');
  });

  test('as long as the diagram is, when neither ends', async () => {
    await expectMarbles(numbers('a-b-c--------'), 'a-b-c---', { a: 1, b: 2, c: 3 });
    await expectMarbles(numbers('a-b-c---'), 'a-b-', { a: 1, b: 2 });
    const ticking = defineOperator<number, number>({
      name: 'ticking',
      create({ after }) {
        const tick = () =>
          after(2, (emit) => {
            emit(0);
            tick();
          });
        tick();
        return { push() {} };
      },
    });
    await expectMarbles(numbers('a').pipe(ticking), '--t-t-t-', { t: 0 });
  });

  test.each<[string, string]>([
    ['earlier', '-a-b|'],
    ['something else', 'a--a|'],
    ['more', 'a--|'],
    ['less', 'a-bc|'],
    ['no end', 'a--b'.concat('---#')],
  ])('and %s is an AssertionError that shows both', async (_what, diagram) => {
    const values = { a: 1, b: 2, c: 3 };
    const error = await expectMarbles(numbers('a--b|'), diagram, values).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      name: 'AssertionError',
      message: expect.stringContaining(`The flow is not ${diagram}`),
      actual: [
        { at: 0, record: 1 },
        { at: 3, record: 2 },
        { at: 4, end: true },
      ],
    });
  });

  test('with calls that take their time', async () => {
    const clock = virtualClock();
    const later = (n: number) =>
      new Promise<number>((resolve) => {
        clock.schedule(() => resolve(n), 5);
      });
    await expectMarbles(numbers('ab|').pipe(mapAsync(later)), '-----a(b|)', { a: 1, b: 2 }, { clock });
  });
});
