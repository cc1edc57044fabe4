import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { mergeSorted } from '../../../../src/processing/graph/merge-sorted.ts';
import { type Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { asOfJoin } from '../../../../src/processing/joins/as-of-join.ts';
import { intervalJoin } from '../../../../src/processing/joins/interval-join.ts';
import { join } from '../../../../src/processing/joins/join.ts';
import { windowJoin } from '../../../../src/processing/joins/window-join.ts';
import { aggregate } from '../../../../src/processing/operators/aggregate.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { defineAggregate } from '../../../../src/processing/operators/aggregates/define-aggregate.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { pivot } from '../../../../src/processing/operators/pivot.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { top } from '../../../../src/processing/operators/top.ts';
import { countWindow } from '../../../../src/processing/operators/windows/count-window.ts';
import { hopping } from '../../../../src/processing/operators/windows/hopping.ts';
import { session } from '../../../../src/processing/operators/windows/session.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import {
  type Fault,
  type Make,
  onSecond,
  options,
  RECORDS,
  refusesAtOnce,
  settlesBySkip,
  through,
  withFakeTimers,
} from './callback-faults.ts';

type Makes = Readonly<Record<string, Make>>;

withFakeTimers();

const same = (n: number) => n;
const plus = (sum: number, n: number) => sum + n;
const keyed = (key: (n: number) => unknown = () => 'all') => from(RECORDS).keyBy(key);
const written = (flow: Flow<unknown>): Pipeline => pipeline('matrix', flow.to(toArray()));
const unit = 'ms';

/** An aggregate of a user, of which one part is broken. */
function own(broken: object) {
  return defineAggregate<number, number, number>({
    name: 'own',
    create: () => 0,
    add: plus,
    merge: plus,
    result: same,
    ...broken,
  });
}

/** A second call of it means that two records were given to the aggregate. */
const adding = (fault: Fault) => own({ add: onSecond(fault, plus) });

const aggregating: Makes = {
  'the function of an aggregate': (fault, onError) =>
    through(aggregate({ it: sum(onSecond(fault, same)) }, options(onError))),
  'the add of an aggregate': (fault, onError) => through(aggregate({ it: adding(fault) }, options(onError))),
  'the add of an aggregate, of each key': (fault, onError) =>
    written(keyed().aggregate({ it: adding(fault) }, options(onError))),
  'the key of keyBy, before aggregate': (fault, onError) =>
    written(keyed(onSecond(fault, same)).aggregate({ n: count() }, options(onError))),
  'the key of keyBy, before reduce': (fault, onError) =>
    written(keyed(onSecond(fault, same)).reduce(plus, 0, options(onError))),
  'the callback of reduce, of each key': (fault, onError) =>
    written(keyed().reduce(onSecond(fault, plus), 0, options(onError))),
  'the callback of scan, of each key': (fault, onError) =>
    written(keyed().scan(onSecond(fault, plus), 0, options(onError))),
  'the key of keyBy, before scan': (fault, onError) =>
    written(keyed(onSecond(fault, same)).scan(plus, 0, options(onError))),
  'the seed of reduce, of each key': (fault, onError) =>
    written(
      keyed(same).reduce(
        plus,
        onSecond(fault, () => 0),
        options(onError),
      ),
    ),
  'the by of top': (fault, onError) => through(top(3, onSecond(fault, same), options(onError))),
  'the by of top, of each key': (fault, onError) =>
    written(keyed().top(3, onSecond(fault, same), options(onError))),
  'the key of keyBy, before top': (fault, onError) =>
    written(keyed(onSecond(fault, same)).top(3, same, options(onError))),
  'the combine of pivot': (fault, onError) =>
    written(
      from([1, 2, 2].map((column) => ({ key: 1, column, value: 1 }))).pipe(
        pivot({ key: 'key', column: 'column', value: 'value', combine: fault, ...options(onError) }),
      ),
    ),
};

const windowed: Makes = {
  'the time of a tumbling window': (fault, onError) =>
    written(
      keyed()
        .window(tumbling('1s', { time: onSecond(fault, same), unit }), options(onError))
        .aggregate({ n: count() }),
    ),
  'the time of a hopping window': (fault, onError) =>
    written(
      keyed()
        .window(hopping('2s', { every: '1s', time: onSecond(fault, same) }), options(onError))
        .aggregate({ n: count() }),
    ),
  'the time of a session': (fault, onError) =>
    written(
      keyed()
        .window(session('1s', { time: onSecond(fault, same), unit }), options(onError))
        .aggregate({ n: count() }),
    ),
  'the key of keyBy, before window': (fault, onError) =>
    written(
      keyed(onSecond(fault, same))
        .window(tumbling('1s', { time: same, unit }), options(onError))
        .aggregate({ n: count() }),
    ),
  'the add of an aggregate in windows': (fault, onError) =>
    written(
      keyed()
        .window(tumbling('1s', { time: same, unit }), options(onError))
        .aggregate({ it: adding(fault) }),
    ),
  'the add of an aggregate in sessions': (fault, onError) =>
    written(
      keyed()
        .window(session('1s', { time: same, unit }), options(onError))
        .aggregate({ it: adding(fault) }),
    ),
  'the function of an aggregate in windows of many records': (fault, onError) =>
    written(
      keyed()
        .window(countWindow(3), options(onError))
        .aggregate({ it: sum(onSecond(fault, same)) }),
    ),
};

const left = () => from(RECORDS);
const right = () => from(RECORDS);
const window = tumbling('1s', { time: same, unit });

const joining: Makes = {
  'the on of join, of the side that is held': (fault, onError) =>
    written(join(left(), right(), { on: [same, onSecond(fault, same)], ...options(onError) })),
  'the on of join, of the side that flows past': (fault, onError) =>
    written(join(left(), right(), { on: [onSecond(fault, same), same], ...options(onError) })),
  'the merge of join': (fault, onError) =>
    written(join(left(), right(), { on: same, merge: onSecond(fault, plus), ...options(onError) })),
  'the on of windowJoin': (fault, onError) =>
    written(windowJoin(left(), right(), { on: [onSecond(fault, same), same], window, ...options(onError) })),
  'the time of windowJoin': (fault, onError) =>
    written(
      windowJoin(left(), right(), {
        on: same,
        window: tumbling('1s', { time: onSecond(fault, same), unit }),
        ...options(onError),
      }),
    ),
  'the on of intervalJoin': (fault, onError) =>
    written(
      intervalJoin(left(), right(), {
        on: [onSecond(fault, same), same],
        within: ['-1s', '1s'],
        time: same,
        unit,
        ...options(onError),
      }),
    ),
  'the time of intervalJoin': (fault, onError) =>
    written(
      intervalJoin(left(), right(), {
        on: same,
        within: ['-1s', '1s'],
        time: [onSecond(fault, same), same],
        unit,
        ...options(onError),
      }),
    ),
  'the merge of intervalJoin': (fault, onError) =>
    written(
      intervalJoin(left(), right(), {
        on: same,
        within: ['-1s', '1s'],
        time: same,
        unit,
        merge: onSecond(fault, plus),
        ...options(onError),
      }),
    ),
  'the on of asOfJoin': (fault, onError) =>
    written(
      asOfJoin(left(), right(), { on: [onSecond(fault, same), same], time: same, unit, ...options(onError) }),
    ),
  'the time of asOfJoin': (fault, onError) =>
    written(
      asOfJoin(left(), right(), { on: same, time: [onSecond(fault, same), same], unit, ...options(onError) }),
    ),
};

const processing: Makes = {
  'the key of keyBy, before process': (fault, onError) =>
    written(keyed(onSecond(fault, same)).process({ onRecord: (n) => [n], ...options(onError) })),
  'the onRecord of process': (fault, onError) =>
    written(keyed().process({ onRecord: onSecond(fault, (n: number) => [n]), ...options(onError) })),
};

/** Those that no record can be blamed for, or that no policy is asked about. */
const unsettled: Makes = {
  'the iterator of what onRecord returned': (fault) =>
    written(keyed().process({ onRecord: (): Iterable<number> => ({ [Symbol.iterator]: fault }) })),
  'the next of what onRecord returned': (fault) =>
    written(
      keyed().process({ onRecord: (): Iterable<number> => ({ [Symbol.iterator]: () => ({ next: fault }) }) }),
    ),
  'the onEnd of process': (fault) => written(keyed().process({ onRecord() {}, onEnd: fault })),
  'the onTimer of process': (fault) =>
    written(
      keyed().process({
        onRecord(n, { timers }) {
          timers.eventTime(n);
        },
        onTimer: fault,
      }),
    ),
  'the create of an aggregate': (fault) => through(aggregate({ it: own({ create: fault }) })),
  'the result of an aggregate': (fault) => through(aggregate({ it: own({ result: fault }) })),
  'the result of an aggregate, of each key': (fault) =>
    written(keyed().aggregate({ it: own({ result: fault }) })),
  'the result of an aggregate in windows': (fault) =>
    written(
      keyed()
        .window(window)
        .aggregate({ it: own({ result: fault }) }),
    ),
  'the result of an aggregate in sessions': (fault) =>
    written(
      keyed()
        .window(session('1s', { time: same, unit }))
        .aggregate({ it: own({ result: fault }) }),
    ),
  'the merge of an aggregate in sessions': (fault) =>
    written(
      from([1, 1500, 800])
        .keyBy(() => 'all')
        .window(session('1s', { time: same, unit }))
        .aggregate({ it: own({ merge: fault }) }),
    ),
  'the key of keyBy, before aggregate that spills': (fault) =>
    written(keyed(onSecond(fault, same)).aggregate({ n: count() }, { spill: true })),
  'the add of an aggregate that spills': (fault) =>
    written(keyed().aggregate({ it: adding(fault) }, { spill: true })),
  'the result of an aggregate that spills': (fault) =>
    written(keyed().aggregate({ it: own({ result: fault }) }, { spill: true })),
  'the by of sort': (fault) => through(sort(onSecond(fault, same))),
  'the by of a part of sort': (fault) => through(sort([{ by: onSecond(fault, same), locale: 'de' }])),
  'the comparator of sort': (fault) => through(sort((_a: number, _b: number) => fault())),
  'the by of mergeSorted': (fault) => written(mergeSorted(left(), right(), { by: onSecond(fault, same) })),
  'the comparator of mergeSorted': (fault) =>
    written(mergeSorted(left(), right(), { by: (_a: number, _b: number) => fault() })),
  'the merge of windowJoin': (fault) =>
    written(windowJoin(left(), right(), { on: same, window, merge: onSecond(fault, plus) })),
  'the merge of asOfJoin': (fault) =>
    written(asOfJoin(left(), right(), { on: same, time: same, unit, merge: onSecond(fault, () => 0) })),
  'the merge of join, of what has no partner': (fault) =>
    written(join(left(), from([7]), { on: same, kind: 'full', merge: (_l, r) => (r === 7 ? fault() : 1) })),
};

refusesAtOnce({ ...aggregating, ...windowed, ...joining, ...processing, ...unsettled });
settlesBySkip({ ...aggregating, ...windowed, ...joining, ...processing }, {}, 1);
