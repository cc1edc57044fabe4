import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

async function sorted<A>(input: readonly A[], operator: Operator<A, A>): Promise<readonly A[]> {
  const out = toArray<A>();
  await run(pipeline('sorted', from(input).pipe(operator).to(out)));
  return out.records;
}

const DAY = new Date('2025-01-01');

describe('the order of values', () => {
  test('one of all kinds, with what is empty at the end in the order in which it came', async () => {
    const input = ['b', null, DAY, 10, undefined, true, 9n, 'a', Number.NaN, false, -1, new Date(Number.NaN)];
    expect(
      await sorted(
        input,
        sort((value) => value),
      ),
    ).toEqual([false, true, -1, 9n, 10, DAY, 'a', 'b', null, undefined, Number.NaN, new Date(Number.NaN)]);
  });

  test('the largest first, and what is empty still at the end', async () => {
    const input = [1, null, 'b', 3, undefined, 2, 'a'];
    expect(
      await sorted(
        input,
        sort((value) => value, { order: 'desc' }),
      ),
    ).toEqual(['b', 'a', 3, 2, 1, null, undefined]);
  });

  test('what is empty at the beginning, whichever the order', async () => {
    const input = [1, null, 2];
    expect(
      await sorted(
        input,
        sort((value) => value, { nulls: 'first' }),
      ),
    ).toEqual([null, 1, 2]);
    expect(
      await sorted(
        input,
        sort((value) => value, { nulls: 'first', order: 'desc' }),
      ),
    ).toEqual([null, 2, 1]);
  });

  test('numbers and big integers among one another by value, where neither can show the other', async () => {
    const input = [
      2n ** 53n + 1n,
      2 ** 53,
      2n ** 53n - 1n,
      2 ** 53 + 2,
      Infinity,
      2n ** 2000n,
      -(2n ** 2000n),
      -Infinity,
    ];
    expect(
      await sorted(
        input,
        sort((value) => value),
      ),
    ).toEqual([
      -Infinity,
      -(2n ** 2000n),
      2n ** 53n - 1n,
      2 ** 53,
      2n ** 53n + 1n,
      2 ** 53 + 2,
      2n ** 2000n,
      Infinity,
    ]);
  });

  test('text by code units, as < does', async () => {
    const input = ['ä', 'z', 'Z', 'a', '', 'aa', '\u{1f600}', '\uffff'];
    expect(
      await sorted(
        input,
        sort((text) => text),
      ),
    ).toEqual(['', 'Z', 'a', 'aa', 'z', 'ä', '\u{1f600}', '\uffff']);
  });

  test('text as people of a language do', async () => {
    const input = ['Zug', 'Äpfel', 'arm', 'zehn', 'Bär'];
    const german = ['Äpfel', 'arm', 'Bär', 'zehn', 'Zug'];
    expect(
      await sorted(
        input,
        sort((text) => text, { locale: 'de' }),
      ),
    ).toEqual(german);
    const swedish = new Intl.Collator('sv');
    expect(
      await sorted(
        ['ä', 'z', 'a'],
        sort((text) => text, { locale: swedish }),
      ),
    ).toEqual(['a', 'z', 'ä']);
    const numeric = new Intl.Collator('en', { numeric: true });
    expect(
      await sorted(
        ['n10', 'n9'],
        sort((text) => text, { locale: numeric, order: 'desc' }),
      ),
    ).toEqual(['n10', 'n9']);
  });
});

test('equal records keep their order, also when the largest come first', async () => {
  const input = Array.from({ length: 1000 }, (_, place) => ({ key: place % 3, place }));
  const stable = (compare: (a: number, b: number) => number) =>
    input.toSorted((a, b) => compare(a.key, b.key) || a.place - b.place);
  expect(await sorted(input, sort('key'))).toEqual(stable((a, b) => a - b));
  expect(await sorted(input, sort('key', { order: 'desc' }))).toEqual(stable((a, b) => b - a));
  expect(
    await sorted(
      input,
      sort((a, b) => b.key - a.key),
    ),
  ).toEqual(stable((a, b) => b - a));
});

test('by several values, each in its own order', async () => {
  const input = [
    { country: 'FR', total: 1 },
    { country: 'DE', total: 2 },
    { country: 'FR', total: 3 },
    { country: null, total: 4 },
  ];
  const by = sort<(typeof input)[0]>([
    { by: 'country', nulls: 'first' },
    { by: (order) => order.total, order: 'desc' },
  ]);
  expect((await sorted(input, by)).map(({ total }) => total)).toEqual([4, 2, 3, 1]);
});

test.each([8, 9, 16, 17, 100, 100_000])(
  'keys that differ behind %i equal characters only',
  async (length) => {
    const prefix = 'x'.repeat(length);
    const input = Array.from({ length: 60 }, (_, n) => `${prefix}${(n * 7) % 60}`);
    expect(
      await sorted(
        input,
        sort((text) => text),
      ),
    ).toEqual(input.toSorted());
  },
);

test('by what an index says of arrays', async () => {
  const rows: [string, number][] = [
    ['b', 1],
    ['a', 2],
  ];
  expect(
    await sorted(
      rows,
      sort<[string, number]>((row) => row[0]),
    ),
  ).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});

test('records that others change afterwards come out as they came in', async () => {
  const record = { n: 1, list: [1] };
  const probe = probeOperator(sort<typeof record>('n'));
  await probe.feed([record]);
  record.list.push(2);
  await probe.end();
  probe.close();
  expect(probe.output).toEqual([{ n: 1, list: [1] }]);
});

test('event time goes on behind the last record, as far as it has come', async () => {
  const probe = probeOperator(sort((n: number) => n));
  await probe.feed([2]);
  probe.watermark(5);
  probe.watermark(7);
  await probe.feed([1]);
  expect([probe.output, probe.watermarks]).toEqual([[], []]);
  await probe.end();
  probe.close();
  expect([probe.output, probe.watermarks]).toEqual([[1, 2], [7]]);
});

describe('what fails', () => {
  const run = async (operator: Operator<number, number>, input: readonly number[] = [3, 1, 2]) =>
    sorted(input, operator).then(
      () => undefined,
      (error: unknown) => error,
    );

  test('a key function that throws is named with the record', async () => {
    const error = await run(
      sort((n) => {
        if (n === 1) throw new Error('no key');
        return n;
      }),
    );
    expect(error).toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringMatching(/^Cannot sort .*2 in "sort": no key$/),
      node: 'sort',
      origin: { record: 2 },
    });
  });

  test('a key without an order', async () => {
    expect(await run(sort(() => ({}) as never))).toMatchObject({ code: 'ERR_KEY', origin: { record: 1 } });
    expect(await run(sort(() => (() => {}) as never))).toMatchObject({ code: 'ERR_KEY' });
    expect(await run(sort(() => ({}) as never, { locale: 'de' }))).toMatchObject({ code: 'ERR_KEY' });
  });

  test('a key function that returns a promise, be it rejected', async () => {
    const error = await run(sort(() => Promise.reject(new Error('late')) as never));
    expect(error).toMatchObject({ code: 'ERR_CALLBACK', hint: expect.stringContaining('mapAsync') });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('cannot compare');
      },
      /^Cannot sort in "sort": cannot compare$/,
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
      /^Cannot sort in "sort": undefined was thrown/,
    ],
    ['returns a promise', () => Promise.resolve(1), /a promise, which nobody awaits/],
    ['returns nothing', () => undefined, /returned undefined, which says no order/],
    ['returns NaN', () => Number.NaN, /returned NaN/],
  ])('a comparator that %s', async (_name, act, message) => {
    const compare = (_a: number, _b: number) => act() as number;
    expect(await run(sort(compare))).toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringMatching(message),
    });
  });

  test('a record that is no plain data', async () => {
    const records = [{ n: 1, call: () => {} }];
    await expect(
      sorted(
        records,
        sort((record) => record.n),
      ),
    ).rejects.toMatchObject({ code: 'ERR_ENCODE' });
  });
});

test.each([
  [() => sort('n' as never, { order: 'up' } as never), /order/],
  [() => sort('n' as never, { memory: 5 } as never), /memory/],
  [() => sort(5 as never), /by: must be the name of a field/],
  [() => sort([]), /sort by nothing/],
  [() => sort([{ by: 'n', descending: true }] as never), /descending/],
  [() => sort('n' as never, { locale: 'not a language' }), /no locale is "not a language"/],
  [() => sort((a: number, b: number) => a - b, { order: 'desc' }), /a function compares/],
])('wrong options are refused: %#', (make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  );
});

test('what it sorts by shows in descriptions', () => {
  expect(sort<{ n: number }>('n').detail).toBe('n');
  const several = sort<{ n: number; m: number }>([
    { by: 'n' },
    { by: 'm', order: 'desc' },
    { by: (r) => r.n },
  ]);
  expect(several.detail).toBe('n, m desc, by');
});
