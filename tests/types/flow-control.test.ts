import { expectTypeOf, test } from 'vitest';
import {
  batch,
  buffer,
  conflate,
  debounce,
  delay,
  from,
  rateLimit,
  throttle,
  timeout,
  valve,
} from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

interface Order {
  readonly id: number;
  readonly country: string;
}

const orders: Flow<Order> = from<Order>([]);

test('what only paces records leaves them their type, without a word from the user', () => {
  const gate = valve();
  const paced = orders.pipe(
    buffer({ size: 1 }),
    debounce({ quiet: 1 }),
    delay(1),
    throttle({ every: 1 }),
    throttle({ every: 1, keep: 'last' }),
    timeout({ each: 1 }),
    gate.operator(),
  );
  expectTypeOf(paced).toEqualTypeOf<Flow<Order>>();
});

test('callbacks know the record, and results their type', () => {
  const limited = orders.pipe(
    rateLimit({
      rate: '1/s',
      key: (order) => {
        expectTypeOf(order).toEqualTypeOf<Order>();
        return order.country;
      },
    }),
  );
  expectTypeOf(limited).toEqualTypeOf<Flow<Order>>();
  const batched = orders.pipe(
    batch({
      bytes: '1 MiB',
      sizeOf: (order) => {
        expectTypeOf(order).toEqualTypeOf<Order>();
        return order.country.length;
      },
    }),
  );
  expectTypeOf(batched).toEqualTypeOf<Flow<Order[]>>();
  expectTypeOf(orders.pipe(batch(2, { within: '2s' }))).toEqualTypeOf<Flow<Order[]>>();
  const folded = orders.pipe(
    conflate(
      (order) => ({ count: 1, last: order.id }),
      (total, order) => ({ count: total.count + 1, last: order.id }),
    ),
  );
  expectTypeOf(folded).toEqualTypeOf<Flow<{ count: number; last: number }>>();
});

test('what is no option is refused while it is written', () => {
  // @ts-expect-error: a buffer needs a size
  const unsized = () => buffer({});
  // @ts-expect-error: no such strategy
  const latest = () => buffer({ size: 1, overflow: 'latest' });
  const text = () => 'text';
  // @ts-expect-error: the fold must give what the seed gives
  const uneven = () => orders.pipe(conflate((order) => order.id, text));
  expectTypeOf([unsized, latest, uneven]).toBeArray();
});
