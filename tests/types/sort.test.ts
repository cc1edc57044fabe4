import { expectTypeOf, test } from 'vitest';
import { type Flow, from, mergeSorted, sort } from '../../src/index.ts';

interface Order {
  readonly country: string;
  readonly total: number;
  readonly when: Date;
  readonly lines: readonly string[];
}

declare const orders: Flow<Order>;

test('records keep their type, and callbacks know it without being told', () => {
  const make = () => [
    orders.pipe(sort('country')),
    orders.pipe(sort('when', { order: 'desc' })),
    orders.pipe(sort((order) => order.total)),
    orders.pipe(sort((order) => order.country, { locale: 'de' })),
    orders.pipe(sort((a, b) => a.total - b.total)),
    orders.pipe(sort([{ by: 'country' }, { by: (order) => order.total, order: 'desc' }])),
  ];
  expectTypeOf(make).returns.toEqualTypeOf<Flow<Order>[]>();
});

test('what has no order is refused', () => {
  const refused = () => {
    // @ts-expect-error there is no such field
    orders.pipe(sort('county'));
    // @ts-expect-error a list has no order
    orders.pipe(sort('lines'));
    // @ts-expect-error nor has what the function gives
    orders.pipe(sort((order) => order.lines));
    // @ts-expect-error a function that compares sees to the order itself
    orders.pipe(sort((a, b) => a.total - b.total, { order: 'desc' }));
  };
  expectTypeOf(refused).toBeFunction();
});

test('merged flows give the records of all', () => {
  const both = () => mergeSorted(from([{ n: 1, a: 1 }]), from([{ n: 2, b: 2 }]), { by: 'n' });
  expectTypeOf(both).returns.toEqualTypeOf<Flow<{ n: number; a: number } | { n: number; b: number }>>();
  const called = () => mergeSorted(orders, orders, { by: (order) => order.total });
  expectTypeOf(called).returns.toEqualTypeOf<Flow<Order>>();
});
