import { map as rxMap } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  batch,
  deadLetter,
  defineOperator,
  fallback,
  filter,
  flatMap,
  flatMapAsync,
  from,
  map,
  mapAsync,
  ndjson,
  type Operator,
  otherwise,
  type Policy,
  rename,
  retry,
  rx,
  scan,
  select,
  skip,
  take,
  takeWhile,
  tap,
  through,
  toArray,
  validate,
} from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

interface Order {
  id: number;
  status: 'paid' | 'open';
  note?: string;
}

const orders: Flow<Order> = from<Order>([]);

type Records<F> = F extends Flow<infer T> ? T : never;

/** What tests here: the types, by tsc; at run time the descriptions are made and nothing more. */
function records<T>(_flow: Flow<T>): { readonly of: T } {
  return { of: undefined as T };
}

describe('through pipe, the type of the records follows', () => {
  test('what a callback takes from the operator before, what it gives from its result', () => {
    const flow = orders.pipe(
      filter((order) => order.id > 1),
      map((order) => ({ total: order.id * 2 })),
      tap((sum) => expectTypeOf(sum).toEqualTypeOf<{ total: number }>()),
      flatMap((sum) => [sum.total, 'text']),
    );
    expectTypeOf(records(flow).of).toEqualTypeOf<string | number>();
  });

  test('a type guard narrows', () => {
    const paid = orders.pipe(
      filter((order): order is Order & { status: 'paid' } => order.status === 'paid'),
      map((order) => order.status),
    );
    expectTypeOf(records(paid).of).toEqualTypeOf<'paid'>();
  });

  test('operators that choose records keep their type', () => {
    const flow = orders.pipe(
      take(3),
      skip(1),
      takeWhile((order) => order.id > 1, { inclusive: true }),
      filter((order) => order.note),
    );
    expectTypeOf(records(flow).of).toEqualTypeOf<Order>();
  });

  test('scan takes the type of its seed, value or function', () => {
    const sums = orders.pipe(scan((sum, order) => sum + order.id, 0));
    expectTypeOf(records(sums).of).toEqualTypeOf<number>();
    const lists = orders.pipe(
      scan(
        (list: number[], order: Order) => [...list, order.id],
        () => [],
      ),
    );
    expectTypeOf(records(lists).of).toEqualTypeOf<number[]>();
  });

  test('batch gives arrays', () => {
    expectTypeOf(records(orders.pipe(batch(2, { within: '1s' }))).of).toEqualTypeOf<Order[]>();
  });

  test('select picks columns and knows their names', () => {
    const picked = orders.pipe(select('id', 'note'));
    expectTypeOf(records(picked).of).toEqualTypeOf<Pick<Order, 'id' | 'note'>>();
    // @ts-expect-error there is no such column
    orders.pipe(select('idd'));
  });

  test('rename changes the names that are given and keeps the others', () => {
    const renamed = orders.pipe(rename({ id: 'orderId' }));
    expectTypeOf(records(renamed).of).toEqualTypeOf<{
      orderId: number;
      status: 'paid' | 'open';
      note?: string;
    }>();
    // @ts-expect-error there is no such column
    orders.pipe(rename({ idd: 'x' }));
  });

  test('an asynchronous callback gives what its promise resolves to', () => {
    const mapped = orders.pipe(mapAsync(async (order, { signal, attempt }) => ({ order, signal, attempt })));
    expectTypeOf(records(mapped).of).toEqualTypeOf<{ order: Order; signal: AbortSignal; attempt: number }>();
    const plain = orders.pipe(mapAsync((order) => order.id));
    expectTypeOf(records(plain).of).toEqualTypeOf<number>();
    const flat = orders.pipe(flatMapAsync(async (order) => [order.id]));
    expectTypeOf(records(flat).of).toEqualTypeOf<number>();
    const generated = orders.pipe(
      flatMapAsync(async function* (order) {
        yield order.status;
      }),
    );
    expectTypeOf(records(generated).of).toEqualTypeOf<'paid' | 'open'>();
  });

  test('RxJS operators and streams fit in', () => {
    const mapped = orders.pipe(rx(rxMap((order) => order.id)));
    expectTypeOf(records(mapped).of).toEqualTypeOf<number>();
    const web = orders.pipe(through(() => new TransformStream<Order, string>()));
    expectTypeOf(records(web).of).toEqualTypeOf<string>();
  });
});

describe('validate gives the output type of the schema', () => {
  test('of zod, with its coercions and defaults', () => {
    const schema = z.object({ id: z.coerce.number(), tag: z.string().default('') });
    const flow = from([{ id: '1' }]).pipe(validate(schema));
    expectTypeOf(records(flow).of).toEqualTypeOf<{ id: number; tag: string }>();
  });

  test('of any Standard Schema', () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value: Number(value) }),
        types: undefined as { readonly input: unknown; readonly output: number } | undefined,
      },
    };
    expectTypeOf(records(from(['1']).pipe(validate(schema))).of).toEqualTypeOf<number>();
  });

  test('as named, with a JSON Schema; unknown where it is not', () => {
    const schema = { type: 'object', required: ['id'] };
    expectTypeOf(records(from(['1']).pipe(validate<Order>(schema))).of).toEqualTypeOf<Order>();
    expectTypeOf(records(from(['1']).pipe(validate(schema))).of).toEqualTypeOf<unknown>();
  });
});

describe('what does not fit is refused by the compiler', () => {
  test('an operator for other records', () => {
    // @ts-expect-error an order is no number
    orders.pipe(map((n: number) => n));
  });

  test('options that do not exist', () => {
    // @ts-expect-error misspelt
    expect(() => map((n: number) => n, { onErorr: skip() })).toThrow();
    // @ts-expect-error a policy is made, not named
    expect(() => map((n: number) => n, { onError: 'skip' })).toThrow();
    // @ts-expect-error attempts are not optional
    expect(() => retry({})).toThrow();
  });
});

test('skip is an operator with a number, a policy without', () => {
  expectTypeOf(skip<Order>(1)).toEqualTypeOf<Operator<Order, Order>>();
  expectTypeOf(skip()).toExtend<Policy>();
});

test('policies fit into onError, alone and in lists', () => {
  const onError = [
    retry({ attempts: 2, when: (error) => error.message !== '' }),
    deadLetter(ndjson.write('r.ndjson')),
  ];
  const flow = orders.pipe(map((order) => order.id, { onError }));
  expectTypeOf<Records<typeof flow>>().toEqualTypeOf<number>();
  expectTypeOf(fallback(({ record, error }) => `${String(record)} ${error.message}`)).toExtend<Policy>();
});

test('defineOperator types what create makes, in each of the three kinds', () => {
  const sync = defineOperator<number, string>({
    name: 'sync',
    create: () => ({ push: (n, emit) => emit(n.toFixed()) }),
  });
  expectTypeOf(records(from([1]).pipe(sync)).of).toEqualTypeOf<string>();
  const async = defineOperator<number, string>({
    name: 'async',
    kind: 'async',
    async: { timeout: '1s' },
    create: () => ({ call: async (n, { attempt }) => `${n} ${attempt}` }),
  });
  expectTypeOf(async.async.concurrency).toEqualTypeOf<number>();
  const duplex = defineOperator<number, string>({
    name: 'duplex',
    kind: 'duplex',
    create: (context) => ({
      write: (records) => context.emit(records.map(String)),
      end: async () => {},
      abort() {},
    }),
  });
  expectTypeOf(duplex.kind).toEqualTypeOf<'duplex'>();
});

test('a split narrows by its guards', () => {
  const { paid, rest } = orders.split({
    paid: (order): order is Order & { status: 'paid' } => order.status === 'paid',
    rest: otherwise,
  });
  expectTypeOf(records(paid).of).toEqualTypeOf<Order & { status: 'paid' }>();
  expectTypeOf(records(rest).of).toEqualTypeOf<Order>();
  expectTypeOf(paid.to).parameter(0).toExtend<unknown>();
  expectTypeOf(toArray<Order>().records).toEqualTypeOf<readonly Order[]>();
});
