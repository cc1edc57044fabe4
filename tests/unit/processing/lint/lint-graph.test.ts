import { EMPTY, NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { csv } from '../../../../src/formats.ts';
import { from, readFrom } from '../../../../src/from.ts';
import type { Reader } from '../../../../src/interfaces/reader.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { join } from '../../../../src/processing/joins/join.ts';
import { lintGraph } from '../../../../src/processing/lint/lint-graph.ts';
import { aggregate } from '../../../../src/processing/operators/aggregate.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { distinct } from '../../../../src/processing/operators/distinct.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { fail } from '../../../../src/processing/policies/fail.ts';

const endless = (): Flow<number> =>
  readFrom<number>({
    name: 'events',
    label: 'events',
    traits: { bounded: false, replay: 'none', splittable: false },
    open: () => NEVER,
  } satisfies Reader<number>);

const found = (flow: Flow<unknown>, options = {}) =>
  lintGraph(Pipeline.plan(pipeline('p', flow.to(discard()), options)).graph).map(
    ({ rule, severity, node }) => `${severity} ${rule} ${node}`,
  );

describe('behind a reader that does not end', () => {
  test.each<[string, Flow<unknown>, readonly string[]]>([
    ['aggregate never emits', endless().pipe(aggregate({ n: count() })), ['error never-emits aggregate']],
    [
      'nor does sort, whatever is between',
      endless().pipe(
        filter((n) => n > 0),
        sort((n: number) => n),
      ),
      ['error never-emits sort'],
    ],
    [
      'what takes some ends',
      endless().pipe(
        take(3),
        sort((n: number) => n),
      ),
      [],
    ],
    ['distinct keeps all it has met', endless().pipe(distinct()), ['note unbounded-state distinct']],
    ['a join holds a side', join(endless(), endless(), { on: (n) => n }), ['note unbounded-state join']],
  ])('%s', (_, flow, expected) => {
    expect(found(flow)).toEqual(expected);
  });

  test('nothing of it is said of a reader that ends', () => {
    expect(
      found(
        from([1]).pipe(
          distinct(),
          sort((n: number) => n),
        ),
      ),
    ).toEqual([]);
  });
});

describe('what calls the world', () => {
  const call = async (n: unknown) => n;
  test('needs a policy, and a timeout', () => {
    expect(found(from([1]).pipe(mapAsync(call)))).toEqual([
      'warning call-without-policy mapAsync',
      'warning call-without-timeout mapAsync',
    ]);
    expect(found(from([1]).pipe(mapAsync(call, { timeout: '1s', onError: fail() })))).toEqual([]);
    expect(found(from([1]).pipe(mapAsync(call, { timeout: '1s' })), { onError: fail() })).toEqual([]);
  });
});

test('a reader of files without a policy is a note', () => {
  expect(found(csv.read('a.csv'))).toEqual(['note reader-without-policy csv']);
  expect(found(csv.read('a.csv', { onError: fail() }))).toEqual([]);
  expect(found(from(EMPTY, { overflow: 'fail' }))).toEqual([]);
});
