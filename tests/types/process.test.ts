import { describe, expectTypeOf, test } from 'vitest';
import { from, records, state } from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

interface Order {
  readonly user: string;
  readonly cents: number;
}

const orders = from<Order>([]).keyBy((order) => order.user);

/** What tests here: the types, by tsc; at run time the descriptions are made and nothing more. */
function recordsOf<T>(_flow: Flow<T>): { readonly of: T } {
  return { of: undefined as T };
}

describe('process', () => {
  test('gives callbacks the types of record, key and state, without a word about them', () => {
    orders.process({
      state: {
        total: state.value(0),
        last: state.value<Order>(),
        seen: state.map<string, number>(),
        recent: state.list<Order>({ max: 100 }),
      },
      onRecord(order, { key, state, time }) {
        expectTypeOf(order).toEqualTypeOf<Order>();
        expectTypeOf(key).toEqualTypeOf<string>();
        expectTypeOf(state.total.get()).toEqualTypeOf<number>();
        expectTypeOf(state.last.get()).toEqualTypeOf<Order | undefined>();
        expectTypeOf(state.seen.get('a')).toEqualTypeOf<number | undefined>();
        expectTypeOf(state.recent.at(0)).toEqualTypeOf<Order | undefined>();
        expectTypeOf(time.now).toEqualTypeOf<number>();
        state.total.update((total) => total + order.cents);
        // @ts-expect-error: the total is a number
        state.total.set('7');
        // @ts-expect-error: there is no such state
        void state.nothing;
      },
    });
  });

  test('finds the type of the flow in what callbacks return', () => {
    const flow = orders.process({
      state: { total: state.value(0) },
      onRecord: (order) => (order.cents > 0 ? [{ alert: order.user }] : []),
      *onTimer(timer) {
        yield { late: timer.at };
      },
      onEnd: ({ key, state }) => [{ user: key, total: state.total.get() }],
    });
    expectTypeOf(recordsOf(flow).of).toEqualTypeOf<
      { alert: string } | { late: number } | { user: string; total: number }
    >();
  });

  test('takes the type of what is emitted from emits, and refuses others', () => {
    const flow = orders.process({
      emits: records<{ readonly n: number }>(),
      onRecord(order, { emit }) {
        emit({ n: order.cents });
        // @ts-expect-error: no such record leaves
        emit({ m: 1 });
      },
    });
    expectTypeOf(recordsOf(flow).of).toEqualTypeOf<{ readonly n: number }>();
    orders.process({
      onRecord(order, { emit }) {
        // @ts-expect-error: nothing was said of what is emitted
        emit(order);
      },
    });
  });

  test('gives one flow for each output, of input records or of what the outputs say', () => {
    const { main, late, alerts } = orders.process({
      emits: records<number>(),
      outputs: { late: records<Order>(), alerts: records<string>() },
      onRecord(order, { emit, output }) {
        emit(order.cents);
        output('late', order);
        output('alerts', order.user);
        // @ts-expect-error: there is no such output
        output('lost', order);
        // @ts-expect-error: alerts are text
        output('alerts', order);
      },
    });
    expectTypeOf(recordsOf(main).of).toEqualTypeOf<number>();
    expectTypeOf(recordsOf(late).of).toEqualTypeOf<Order>();
    expectTypeOf(recordsOf(alerts).of).toEqualTypeOf<string>();
    const named = orders.process({
      outputs: ['late'],
      onRecord(order, { output }) {
        output('late', order);
        return [order.cents];
      },
    });
    expectTypeOf(recordsOf(named.main).of).toEqualTypeOf<number>();
    expectTypeOf(recordsOf(named.late).of).toEqualTypeOf<Order>();
    // @ts-expect-error: there is no such output
    void named.lost;
  });

  test('has no timers in onEnd', () => {
    orders.process({
      onRecord() {},
      onEnd(context) {
        // @ts-expect-error: nothing would ever fire
        void context.timers;
      },
    });
  });
});
