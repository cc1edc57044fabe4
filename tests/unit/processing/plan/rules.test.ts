import { identity } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { deadLetters, from } from '../../../../src/from.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import type { Graph } from '../../../../src/processing/graph/graph.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { rx } from '../../../../src/processing/operators/rx.ts';
import type { Plan } from '../../../../src/processing/plan/plan.ts';
import { stageVertices } from '../../../../src/processing/plan/plan.ts';
import { applyRules, rules } from '../../../../src/processing/plan/planner.ts';
import { fuseOperators } from '../../../../src/processing/plan/rules/fuse-operators.ts';
import { liftRetries } from '../../../../src/processing/plan/rules/lift-retries.ts';
import { numberStages } from '../../../../src/processing/plan/rules/number-stages.ts';
import { sanityCheck } from '../../../../src/processing/plan/rules/sanity-check.ts';
import { sizeEdges } from '../../../../src/processing/plan/rules/size-edges.ts';
import { stagePerNode } from '../../../../src/processing/plan/rules/stage-per-node.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';

const same = () => map((n: number) => n);

function graphOf(...args: Parameters<typeof pipeline> extends [string, ...infer R] ? R : never): Graph {
  return Pipeline.plan(pipeline('planned', ...args)).graph;
}

/** The stages as text: `head: node > node`. */
function shown({ stages }: Plan): string[] {
  return stages.map(
    (stage) =>
      `${stage.head}: ${stageVertices(stage)
        .map(({ name }) => name)
        .join(' > ')}`,
  );
}

function planned(...args: Parameters<typeof graphOf>): string[] {
  return shown(applyRules(graphOf(...args), rules(2)));
}

test('every rule has a name of its own and a reason', () => {
  const all = rules(2);
  expect(all.map(({ name }) => name)).toEqual([
    'stage-per-node',
    'lift-retries',
    'fuse-operators',
    'push-selects',
    'number-stages',
    'size-edges',
    'sanity-check',
  ]);
  for (const { reason } of all) expect(reason).toMatch(/^[A-Z].*\.$/);
});

describe('stage-per-node', () => {
  test('gives each kind of node the head that runs it', () => {
    const letters = deadLetters();
    const source = from([1]).pipe(
      map((n) => n, { onError: deadLetter(letters) }),
      mapAsync((n) => n),
      rx(identity),
    );
    const { all } = merge(source, from([2])).split({ all: otherwise });
    const graph = graphOf([zip(all, concat(from([3]))).to(discard()), letters.to(discard())]);
    expect(shown(applyRules(graph, [stagePerNode]))).toEqual([
      'read: array',
      'receive: map',
      'async: mapAsync',
      'duplex: rx',
      'read: array-2',
      'merge: merge',
      'receive: split',
      'read: array-3',
      'concat: concat',
      'zip: zip',
      'write: discard',
      'merge: dead-letters',
      'write: discard-2',
    ]);
  });

  test('gives each edge of the graph one between stages', () => {
    const graph = graphOf([from([1]).pipe(same()).to(discard())]);
    const { edges } = applyRules(graph, [stagePerNode]);
    expect(edges.map(({ from: source, to }) => [source, to])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});

describe('fuse-operators', () => {
  test('joins operators and the reader before them', () => {
    expect(
      planned(
        from([1])
          .pipe(
            same(),
            filter(() => true),
          )
          .to(discard()),
      ),
    ).toEqual(['read: array > map > filter', 'write: discard']);
  });

  test('joins operators behind asynchronous ones, joins and foreign streams', () => {
    const flow = merge(
      from([1]).pipe(
        mapAsync((n) => n),
        same(),
      ),
      from([2]),
    );
    expect(planned(flow.pipe(same(), rx(identity), same()).to(discard()))).toEqual([
      'read: array',
      'async: mapAsync > map',
      'read: array-2',
      'merge: merge > map-2',
      'duplex: rx > map-3',
      'write: discard',
    ]);
  });

  test('joins a split, but nothing behind its routes', () => {
    const { odd, even } = from([1])
      .pipe(same())
      .split({ odd: (n) => n % 2 === 1, even: otherwise });
    expect(planned([odd.pipe(same()).to(discard()), even.to(discard())])).toEqual([
      'read: array > map > split',
      'receive: map-2',
      'write: discard',
      'write: discard-2',
    ]);
  });

  test('joins nothing to what several read from', () => {
    const flow = from([1]);
    expect(planned([flow.pipe(same()).to(discard()), flow.pipe(same(), same()).to(discard())])).toEqual([
      'read: array',
      'receive: map',
      'write: discard',
      'receive: map-2 > map-3',
      'write: discard-2',
    ]);
  });

  test('dead letters of an operator do not keep it from being joined', () => {
    const failing = map((n: number) => n, { onError: deadLetter(discard()) });
    expect(planned(from([1]).pipe(failing, same()).to(discard()))).toEqual([
      'read: array > map > map-2',
      'write: discard',
      'merge: dead-letters',
      'write: discard-2',
    ]);
  });

  test('leaves the numbers of the edges right', () => {
    const graph = graphOf(
      from([1])
        .pipe(
          same(),
          mapAsync((n) => n),
          same(),
        )
        .to(discard()),
    );
    const { edges, stages } = applyRules(graph, [stagePerNode, fuseOperators, numberStages]);
    expect(stages.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(edges.map(({ from: source, to }) => [source, to])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});

describe('lift-retries', () => {
  const retrying = () => map((n: number) => n, { onError: retry({ attempts: 2 }) });

  test('gives a synchronous operator that retries an asynchronous stage, one record at a time', () => {
    const graph = graphOf(from([1]).pipe(same(), retrying(), same()).to(discard()));
    const plan = applyRules(graph, rules(2));
    expect(shown(plan)).toEqual(['read: array > map', 'async: map-2 > map-3', 'write: discard']);
    expect(plan.stages[1]).toMatchObject({
      async: { concurrency: 1, ordered: true },
      reasons: ['map-2 runs one record at a time, not fused: its retries wait'],
    });
  });

  test('does not lift everything because the pipeline retries by default', () => {
    const graph = graphOf(from([1]).pipe(same()).to(discard()), { onError: retry({ attempts: 2 }) });
    expect(shown(applyRules(graph, [stagePerNode, liftRetries]))).toEqual([
      'read: array',
      'receive: map',
      'write: discard',
    ]);
  });
});

test('size-edges gives every edge the capacity of the pipeline', () => {
  const graph = graphOf(merge(from([1]), from([2])).to(discard()));
  const { edges } = applyRules(graph, [stagePerNode, sizeEdges(7)]);
  expect(edges.map(({ capacity }) => capacity)).toEqual([7, 7, 7]);
});

describe('the sanity check', () => {
  const graph = graphOf(merge(from([1]).pipe(same()), from([2])).to(discard()));
  const good = applyRules(graph, rules(2));
  const internal = expect.objectContaining({ code: 'ERR_INTERNAL' });

  test('accepts what the rules before it made', () => {
    expect(sanityCheck.apply(good)).toBe(good);
  });

  test.each<[string, Plan, RegExp]>([
    ['a lost stage', { ...good, stages: good.stages.slice(1) }, /3 nodes are planned, 5 are in the graph/],
    [
      'a node that is planned twice',
      { ...good, stages: [...good.stages, good.stages[0]!] },
      /nodes are planned/,
    ],
    ['a lost edge', { ...good, edges: good.edges.slice(1) }, /no edge carries/],
    [
      'an edge without capacity',
      { ...good, edges: good.edges.map((edge) => ({ ...edge, capacity: 0 })) },
      /has no capacity/,
    ],
    [
      'an edge that leads elsewhere',
      { ...good, edges: good.edges.map((edge) => ({ ...edge, to: edge.from })) },
      /is misplaced/,
    ],
  ])('finds %s', (_, plan, message) => {
    expect(() => sanityCheck.apply(plan)).toThrow(internal);
    expect(() => sanityCheck.apply(plan)).toThrow(message);
  });
});
