import { describe, expect, expectTypeOf, test } from 'vitest';
import { eventTime, from, processingTime, session, tumbling } from '../../src/index.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { max } from '../../src/processing/operators/aggregates/max.ts';
import type { Pane, WindowSpan } from '../../src/processing/operators/windows/window.ts';

interface View {
  readonly page: string;
  readonly ms: number;
  readonly at?: Date;
}

const views: Flow<View> = from<View>([]);

describe('windows know their types', () => {
  test('the time of a record gets the record', () => {
    const timed = views.pipe(
      eventTime((view) => {
        expectTypeOf(view).toEqualTypeOf<View>();
        return view.at;
      }),
    );
    expectTypeOf(timed).toEqualTypeOf<Flow<View>>();
    timed
      .keyBy((view) => view.page)
      .window(
        tumbling('1m', {
          time: (view) => {
            expectTypeOf(view).toEqualTypeOf<View>();
            return view.at;
          },
        }),
      );
  });

  test('results have the key, the window and what the aggregates come to', async () => {
    const results = views
      .keyBy((view) => [view.page, view.ms] as const)
      .window(tumbling({ days: 1, timeZone: 'Europe/Berlin' }, { time: (view) => view.at }))
      .aggregate({ n: count(), slowest: max('ms') });
    for await (const result of results) {
      expectTypeOf(result.key).toEqualTypeOf<readonly [string, number]>();
      expectTypeOf(result.window).toEqualTypeOf<WindowSpan>();
      expectTypeOf(result.n).toEqualTypeOf<number>();
      expectTypeOf(result.slowest).toEqualTypeOf<number | null>();
      expectTypeOf(result.pane).toEqualTypeOf<Pane | undefined>();
    }
  });

  test('late records are a flow of the records, where they are routed', () => {
    const { results, late } = views
      .keyBy((view) => view.page)
      .window(session('30m', { time: processingTime() }), { late: 'route' })
      .aggregate({ n: count() });
    expectTypeOf(late).toEqualTypeOf<Flow<View>>();
    expectTypeOf(results).toExtend<Flow<{ key: string; n: number }>>();
  });

  test('a window of other records, and a field that is none, are refused', () => {
    const keyed = views.keyBy((view) => view.page);
    // @ts-expect-error: its records have no `when`
    keyed.window(tumbling('1m', { time: (view) => view.when }));
    // @ts-expect-error: an object is no time
    keyed.window(tumbling('1m', { time: () => ({}) }));
    // @ts-expect-error: time is to be said
    expect(() => keyed.window(tumbling('1m', {}))).toThrow('time');
  });
});
