import { of } from 'rxjs';
import { describe, expectTypeOf, test } from 'vitest';
import {
  assert,
  assign,
  cast,
  concatMap,
  csv,
  dedupe,
  distinct,
  drop,
  expand,
  expandAsync,
  filter,
  flatten,
  from,
  index,
  log,
  map,
  type Operator,
  pairwise,
  parseFields,
  sample,
  startWith,
  stringifyFields,
  type TimeInterval,
  takeUntil,
  tap,
  timeInterval,
} from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

interface Order {
  id: number;
  qty: string;
  at?: string;
  note: string | null;
}

const orders: Flow<Order> = from<Order>([]);

/** What tests here: the types, by tsc; at run time the descriptions are made and nothing more. */
function records<T>(_flow: Flow<T>): { readonly of: T } {
  return { of: undefined as T };
}

type Records<F> = F extends Flow<infer T> ? T : never;

describe('of the fields of a record, the types follow', () => {
  test('assign takes what functions return, and knows the record that they get', () => {
    const flow = orders.pipe(
      assign({ double: (order) => order.id * 2, source: 'web', note: 7 }),
      tap((order) => expectTypeOf(order.double).toEqualTypeOf<number>()),
    );
    expectTypeOf(records(flow).of).toEqualTypeOf<{
      id: number;
      qty: string;
      at?: string;
      double: number;
      source: string;
      note: number;
    }>();
    // @ts-expect-error there is no such field
    orders.pipe(assign({ double: (order) => order.idd }));
  });

  test('drop leaves fields out and knows their names', () => {
    expectTypeOf(records(orders.pipe(drop('note', 'at'))).of).toEqualTypeOf<{ id: number; qty: string }>();
    // @ts-expect-error there is no such field
    orders.pipe(drop('idd'));
  });

  test('cast gives the types of csv.read, null where there is nothing', () => {
    const flow = orders.pipe(cast({ qty: 'int', at: 'date', id: 'string', note: 'string' }));
    expectTypeOf(records(flow).of).toEqualTypeOf<{
      id: string;
      qty: number | null;
      at: Date | null;
      note: string | null;
    }>();
    // @ts-expect-error there is no such type
    orders.pipe.bind(orders, cast<Order, { qty: 'integer' }>);
    // @ts-expect-error there is no such field
    orders.pipe.bind(orders, cast<Order, { quantity: 'int' }>);
  });

  test('cast and assign add to rows whose columns nobody named', () => {
    const rows = csv.read('orders.csv').pipe(cast({ qty: 'int' }), assign({ double: (row) => row.qty }));
    expectTypeOf<Records<typeof rows>['qty']>().toEqualTypeOf<number | null>();
    expectTypeOf<Records<typeof rows>['double']>().toEqualTypeOf<number | null>();
    expectTypeOf<Records<typeof rows>['other']>().toEqualTypeOf<string>();
  });

  test('flatten names nested fields', () => {
    interface Nested {
      id: number;
      user: { name: string; at: Date; home?: { city: string } };
      tags: string[];
    }
    const flat = from<Nested>([]).pipe(flatten());
    expectTypeOf(records(flat).of).toEqualTypeOf<{
      id: number;
      'user.name': string;
      'user.at': Date;
      'user.home': undefined;
      'user.home.city': string | undefined;
      tags: string[];
    }>();
    const lined = from<Nested>([]).pipe(flatten({ separator: '_' }));
    expectTypeOf<Records<typeof lined>['user_name']>().toEqualTypeOf<string>();
  });

  test('parsed fields are unknown, stringified ones are text', () => {
    const parsed = orders.pipe(parseFields('qty'));
    expectTypeOf<Records<typeof parsed>['qty']>().toEqualTypeOf<unknown>();
    const texts = orders.pipe(stringifyFields(['id', 'at']));
    expectTypeOf<Records<typeof texts>['id']>().toEqualTypeOf<string>();
    expectTypeOf<Records<typeof texts>['at']>().toEqualTypeOf<string | undefined>();
    // @ts-expect-error there is no such field
    orders.pipe(parseFields('payload'));
  });

  test('index adds a number under its name', () => {
    const lines = orders.pipe(index({ name: 'line', from: 1 }), index());
    expectTypeOf<Records<typeof lines>['line' | 'index']>().toEqualTypeOf<number>();
  });
});

test('operators that choose records keep their type, and know the record in their callbacks', () => {
  const flow = orders.pipe(
    distinct({ key: (order) => order.id }),
    dedupe({ key: (order) => order.qty, within: '1m' }),
    sample({ every: 2 }),
    takeUntil(new Promise(() => {})),
    log({ every: 2, message: (order, number) => `${order.qty} ${number.toFixed()}` }),
    assert({ 'it counts': (order) => order.id > 0 }, { report: (counts) => counts['it counts'].toFixed() }),
    tap({ next: (order) => order.id, end: () => {} }),
    filter((order) => order.note),
  );
  expectTypeOf(records(flow).of).toEqualTypeOf<Order>();
  // @ts-expect-error one way to sample at a time
  const both = () => sample({ every: 2, rate: 0.5, seed: 1 });
  expectTypeOf(both).toBeFunction();
});

test('operators that put records together say how', () => {
  expectTypeOf(records(orders.pipe(pairwise())).of).toEqualTypeOf<[previous: Order, current: Order]>();
  const gaps = orders.pipe(timeInterval());
  expectTypeOf<Records<typeof gaps>>().toEqualTypeOf<TimeInterval<Order>>();
  expectTypeOf(records(orders.pipe(startWith('header'))).of).toEqualTypeOf<Order | string>();
  expectTypeOf(records(from([1]).pipe(startWith(0))).of).toEqualTypeOf<number>();
});

test('inner flows give the type of their records', () => {
  const number = from([1]);
  const list = number.pipe(concatMap((n) => [n.toFixed()]));
  expectTypeOf(records(list).of).toEqualTypeOf<string>();
  expectTypeOf(records(number.pipe(concatMap(async (n) => ({ n })))).of).toEqualTypeOf<{ n: number }>();
  expectTypeOf(records(number.pipe(concatMap((n) => of(n)))).of).toEqualTypeOf<number>();
  const flows = number.pipe(concatMap((n) => from([n]).pipe(map(String))));
  expectTypeOf(records(flows).of).toEqualTypeOf<string>();
});

test('an expansion keeps the type', () => {
  interface Folder {
    name: string;
    folders?: Folder[];
  }
  const all = from<Folder>([]).pipe(
    expand((folder) => folder.folders),
    expandAsync(async (folder, { depth }) => (depth < 3 ? folder.folders : undefined)),
  );
  expectTypeOf(records(all).of).toEqualTypeOf<Folder>();
  expectTypeOf(expand((n: number) => [n])).toExtend<Operator<number, number>>();
});
