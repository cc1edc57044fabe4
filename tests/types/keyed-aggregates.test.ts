import { expect, expectTypeOf, test } from 'vitest';
import {
  aggregate,
  count,
  countDistinct,
  defineAggregate,
  first,
  from,
  last,
  list,
  max,
  mean,
  median,
  min,
  pivot,
  quantile,
  reduce,
  set,
  stddev,
  sum,
  top,
  topK,
  unpivot,
} from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

interface Order {
  id: number;
  country: string;
  amount: number;
  units: bigint;
  tax: number | null;
  note?: string;
  at: Date;
  paid: boolean;
}

const orders: Flow<Order> = from<Order>([]);
const perCountry = orders.keyBy((order) => order.country);

/** What tests here: the types, by tsc; at run time the descriptions are made and nothing more. */
function records<T>(_flow: Flow<T>): { readonly of: T } {
  return { of: undefined as T };
}

test('the results of keyed aggregates have the names and types of the aggregates, and the key', () => {
  const flow = perCountry.aggregate({ n: count(), total: sum('amount') });
  expectTypeOf(records(flow).of).toEqualTypeOf<{ key: string; n: number; total: number }>();
});

test('each aggregate has the type of what it gives, by a field or a function', () => {
  const flow = perCountry.aggregate({
    units: sum('units'),
    tax: sum('tax'),
    gross: sum((order) => order.amount * 1.19),
    first: min('at'),
    note: max('note'),
    mean: mean((order) => order.tax),
    spread: stddev('amount'),
    opened: first('country'),
    note1: first((order) => order.note),
    latest: last(),
    ids: list('id'),
    all: list(undefined, { max: 3 }),
    countries: set('country'),
    common: topK('note', 3),
    p95: quantile('amount', 0.95),
    half: median('tax'),
    users: countDistinct('note', { approximate: true }),
  });
  expectTypeOf(records(flow).of).toEqualTypeOf<{
    key: string;
    units: bigint | 0;
    tax: number;
    gross: number;
    first: Date | null;
    note: string | null;
    mean: number | null;
    spread: number | null;
    opened: string | null;
    note1: string | null;
    latest: Order | null;
    ids: number[];
    all: Order[];
    countries: string[];
    common: { value: string; count: number }[];
    p95: number | null;
    half: number | null;
    users: number;
  }>();
});

test('keys keep their type, lists their places', () => {
  const flow = orders.keyBy((order) => [order.country, order.id]).aggregate({ n: count() });
  expectTypeOf(records(flow).of).toEqualTypeOf<{ key: readonly [string, number]; n: number }>();
});

test('without a key there is none', () => {
  const flow = orders.pipe(aggregate({ n: count(), total: sum('amount'), latest: last() }));
  expectTypeOf(records(flow).of).toEqualTypeOf<{ n: number; total: number; latest: Order | null }>();
});

test('an aggregate of the user takes its record from where it stands', () => {
  const flow = perCountry.aggregate({
    longest: defineAggregate({
      name: 'longest',
      create: () => '',
      add: (longest, order: Order) => (order.country.length > longest.length ? order.country : longest),
      merge: (earlier, later) => (later.length > earlier.length ? later : earlier),
      result: (longest) => ({ longest }),
    }),
  });
  expectTypeOf(records(flow).of).toEqualTypeOf<{ key: string; longest: { longest: string } }>();
});

test('wrong names, and fields that cannot hold what is asked for, are refused by the compiler', () => {
  // @ts-expect-error there is no such field
  perCountry.aggregate({ total: sum('amuont') });
  // @ts-expect-error text cannot be added up
  perCountry.aggregate({ total: sum('country') });
  // @ts-expect-error nor can what a function makes of it
  perCountry.aggregate({ total: sum((order) => order.country) });
  // @ts-expect-error booleans have no order
  perCountry.aggregate({ most: max('paid') });
  // @ts-expect-error there is no such field
  orders.pipe(aggregate({ half: median('amuont') }));
  // @ts-expect-error there is no such field
  perCountry.aggregate({ seen: first('amuont') });
  // @ts-expect-error there is no such field
  orders.pipe(top(2, 'amuont'));
  // @ts-expect-error there is no such field
  perCountry.top(2, 'amuont');
  // @ts-expect-error an aggregate of other records
  perCountry.aggregate({ other: sum((record: { other: number }) => record.other) });
  // @ts-expect-error a function is no aggregate
  expect(() => perCountry.aggregate({ n: count })).toThrow(/no aggregate/);
});

test('where nothing is known of the records, any name goes', () => {
  const flow = from<unknown>([]).pipe(aggregate({ total: sum('amount'), seen: first('x') }));
  expectTypeOf(records(flow).of).toEqualTypeOf<{ total: number; seen: unknown }>();
  const rows: Flow<Record<string, string | number | null>> = from<Record<string, string | number | null>>([]);
  const typed = rows.pipe(aggregate({ total: sum('amount'), seen: first('x') }));
  expectTypeOf(records(typed).of).toEqualTypeOf<{ total: number; seen: string | number | null }>();
});

test('reduce and scan take the type of their seed, value or function, and carry the key', () => {
  const sums = perCountry.reduce((total, order) => total + order.amount, 0);
  expectTypeOf(records(sums).of).toEqualTypeOf<{ key: string; value: number }>();
  const lists = perCountry.scan(
    (ids: number[], order) => [...ids, order.id],
    () => [],
  );
  expectTypeOf(records(lists).of).toEqualTypeOf<{ key: string; value: number[] }>();
  const whole = orders.pipe(reduce((total, order) => total + order.amount, 0));
  expectTypeOf(records(whole).of).toEqualTypeOf<number>();
});

test('top keeps the records as they are', () => {
  expectTypeOf(records(orders.pipe(top(3, 'amount'))).of).toEqualTypeOf<Order>();
  expectTypeOf(records(orders.pipe(top(3, (order) => order.at, { order: 'asc' }))).of).toEqualTypeOf<Order>();
  expectTypeOf(records(perCountry.top(3, 'amount')).of).toEqualTypeOf<{ key: string; records: Order[] }>();
});

test('pivot and unpivot know the columns that are given', () => {
  const wide = orders.pipe(
    pivot({ key: 'country', column: 'note', value: 'amount', columns: ['jan', 'feb'] }),
  );
  expectTypeOf(records(wide).of).toEqualTypeOf<{
    country: string;
    jan: number | null;
    feb: number | null;
  }>();
  const long = from([{ city: 'Ulm', jan: 1, feb: 2 as number | null }]).pipe(
    unpivot(['jan', 'feb'], { name: 'month', value: 'rain' }),
  );
  expectTypeOf(records(long).of).toEqualTypeOf<{ city: string; month: 'jan' | 'feb'; rain: number }>();
  // @ts-expect-error there is no such column
  from([{ city: 'Ulm', jan: 1 }]).pipe(unpivot(['mar']));
});
