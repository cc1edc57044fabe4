import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import {
  aggregate,
  assert,
  count,
  type DeadLetter,
  deadLetter,
  deadLetters,
  join,
  map,
  merge,
  pipeline,
  run,
  toArray,
  zip,
} from '../../../../src/index.ts';
import { inputReader } from '../../../../src/io/memory/input-reader.ts';
import { letterRecords } from '../../../../src/processing/graph/letter-records.ts';
import { forgetfulNodes, replayPipeline } from '../../../../src/processing/graph/replay.ts';

const ORIGIN = { source: 'csv orders.csv', file: 'orders.csv', record: 7, line: 8 };

function letters(node: string, ...records: readonly unknown[]) {
  const all = records.map((record) => ({ record, node, attempts: 1, time: '', error: {}, origin: ORIGIN }));
  return letterRecords(inputReader(all), node);
}

const unread = () =>
  from({
    [Symbol.iterator]() {
      throw new Error('a reader was opened');
    },
  } as Iterable<number>);

function failing(record: number): number {
  if (record < 0) throw new Error('it is negative');
  return record * 10;
}

describe('replayPipeline', () => {
  test('lets records enter at their node and opens no other reader', async () => {
    const [out, other] = [toArray(), toArray()];
    const made = pipeline('p', [
      unread()
        .pipe(map(failing))
        .as('tens')
        .pipe(map((n) => n + 1))
        .as('more')
        .to(out),
      unread().to(other),
    ]);
    const summary = await run(replayPipeline(made, { entries: { tens: letters('tens', 1, 2) } }));
    expect(out.records).toEqual([11, 21]);
    expect(summary.nodes.map(({ name }) => name)).toEqual(['letters of tens', 'tens', 'more', 'array']);
    expect(summary.balance).toMatchObject({ read: 2, written: 2, closed: true });
  });

  test('lets records of two nodes, one behind the other, enter each at its own', async () => {
    const out = toArray<number>();
    const made = pipeline('p', [
      unread()
        .pipe(map(failing))
        .as('tens')
        .pipe(map((n) => n + 1))
        .as('more')
        .to(out),
    ]);
    const entries = { tens: letters('tens', 1), more: letters('more', 1000) };
    const { balance } = await run(replayPipeline(made, { entries }));
    expect(out.records.toSorted()).toEqual([1001, 11]);
    expect(balance).toMatchObject({ read: 2, written: 2, closed: true });
  });

  test('settles what fails again by the policies of the node, with the first origin', async () => {
    const [out, rejects] = [toArray<number>(), toArray<DeadLetter>()];
    const made = pipeline('p', [
      unread()
        .pipe(map(failing, { onError: deadLetter(rejects) }))
        .as('tens')
        .to(out),
    ]);
    const { balance } = await run(replayPipeline(made, { entries: { tens: letters('tens', 1, -1) } }));
    expect(out.records).toEqual([10]);
    expect(rejects.records).toMatchObject([{ record: -1, node: 'tens', origin: ORIGIN }]);
    expect(balance).toMatchObject({ read: 2, written: 1, deadLettered: 1, closed: true });
  });

  test('sends what fails again elsewhere, where it is told to, and leaves out what was behind', async () => {
    const [out, usual, again] = [toArray<number>(), toArray(), toArray<DeadLetter>()];
    const rejects = deadLetters();
    const made = pipeline('p', [
      unread()
        .pipe(map(failing, { onError: deadLetter(rejects) }))
        .as('tens')
        .to(out),
      rejects.pipe(map(({ error }) => error)).to(usual),
    ]);
    const entries = { tens: letters('tens', -1) };
    const { nodes } = await run(replayPipeline(made, { entries, letters: again }));
    expect(again.records).toMatchObject([{ record: -1, node: 'tens' }]);
    expect(usual.records).toEqual([]);
    expect(nodes.map(({ name }) => name)).toContain('refused again');
  });

  test('closes the balance for a node behind dead letters', async () => {
    const [out, told] = [toArray<number>(), toArray()];
    const rejects = deadLetters();
    const made = pipeline('p', [
      unread()
        .pipe(map(failing, { onError: deadLetter(rejects) }))
        .as('tens')
        .to(out),
      rejects
        .pipe(map((letter) => letter.error))
        .as('told')
        .to(told),
    ]);
    const entries = { told: letters('told', { error: 'x' }), tens: letters('tens', -1, 2) };
    const { balance } = await run(replayPipeline(made, { entries }));
    expect(balance.closed).toBe(true);
    expect(told.records).toContainEqual('x');
    expect(told.records).toHaveLength(2);
    expect(out.records).toEqual([20]);
  });

  test('enters at splits, sinks, and what is before a merge', async () => {
    const [big, small, all] = [toArray<number>(), toArray<number>(), toArray<number>()];
    const tens = unread().pipe(map(failing)).as('tens');
    const parts = tens.split({ big: (n) => n > 50, small: (n) => n <= 50 });
    const made = pipeline('p', [
      parts.big.to(big).as('big'),
      parts.small.to(small),
      merge(tens, unread()).to(all),
    ]);
    const entries = {
      split: letters('split', 60, 4),
      big: letters('big', 99),
      tens: letters('tens', 1),
    };
    expect((await run(replayPipeline(made, { entries }))).balance.closed).toBe(true);
    expect(big.records.toSorted()).toEqual([60, 99]);
    expect(small.records.toSorted()).toEqual([10, 4]);
    expect(all.records).toEqual([10]);
  });

  test('refuses a join of which a flow is missing, and reads it when told to', async () => {
    const out = toArray();
    const orders = unread()
      .pipe(map((n) => ({ n })))
      .as('orders');
    const names = from([{ n: 1, name: 'one' }]).as('names');
    const made = pipeline('p', [join(orders, names, { on: ({ n }) => n }).to(out)]);
    const entries = { orders: letters('orders', 1, 2) };
    expect(() => replayPipeline(made, { entries })).toThrow(
      'Cannot replay into "p": "join" puts flows together, and "names" would not be read',
    );
    await run(replayPipeline(made, { entries, read: ['names'] }));
    expect(out.records).toEqual([{ left: { n: 1 }, right: { n: 1, name: 'one' } }]);
  });

  describe('a flow of a join that several readers make, and that is written, too', () => {
    const make = () => {
      const [out, customers] = [toArray(), toArray()];
      const orders = unread()
        .pipe(map((n) => ({ n })))
        .as('orders');
      const all = merge(
        from([{ n: 1, name: 'one' }]).as('first'),
        from([{ n: 2, name: 'two' }]).as('second'),
      ).as('customers');
      const made = pipeline('p', [join(orders, all, { on: ({ n }) => n }).to(out), all.to(customers)]);
      return { made, out, customers, entries: { orders: letters('orders', 1, 2) } };
    };

    test('is not written again', async () => {
      const { made, out, customers, entries } = make();
      const { balance } = await run(replayPipeline(made, { entries, read: ['first', 'second'] }));
      expect(out.records).toHaveLength(2);
      expect(customers.records).toEqual([]);
      expect(balance.closed).toBe(true);
    });

    test('is refused where one of them would not be read', () => {
      const { made, entries } = make();
      expect(() => replayPipeline(made, { entries, read: ['first'] })).toThrow(
        '"join" puts flows together, and "second" would not be read',
      );
    });
  });

  test('refuses to read what nothing is put together with', () => {
    const made = pipeline('p', [
      unread().pipe(map(failing)).as('tens').to(toArray()),
      unread().as('others').to(toArray()),
    ]);
    expect(() => replayPipeline(made, { entries: { tens: letters('tens', 1) }, read: ['others'] })).toThrow(
      'nothing that is replayed is put together with "others"',
    );
  });

  test('refuses a zip of which a flow is missing', () => {
    const made = pipeline('p', [
      zip(unread().pipe(map(failing)).as('tens'), unread().as('others')).to(toArray()),
    ]);
    expect(() => replayPipeline(made, { entries: { tens: letters('tens', 1) } })).toThrow(
      '"zip" puts flows together, and "others" would not be read',
    );
  });

  test.each([
    ['tend', 'it has no node "tend"'],
    ['iterable', '"iterable" takes no records: it could not make a record of what it read'],
    ['merge', '"merge" takes no records: it refuses no records'],
  ])('refuses letters of %s', (node, message) => {
    const made = pipeline('p', [merge(unread(), unread()).pipe(map(failing)).as('tens').to(toArray())]);
    expect(() => replayPipeline(made, { entries: { [node]: letters(node, 1) } })).toThrow(message);
  });

  test('knows which nodes begin with nothing', () => {
    const made = pipeline('p', [
      unread()
        .pipe(assert({ 'is a number': Number.isFinite }))
        .as('sound')
        .pipe(aggregate({ n: count() }))
        .as('sum')
        .to(toArray()),
    ]);
    expect(forgetfulNodes(replayPipeline(made, { entries: { sound: letters('sound', 1) } }))).toEqual([
      'sum',
    ]);
  });
});
