import { describe, expect, test } from 'vitest';
import { deadLetters, from } from '../../../../src/from.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { PORT, type ReaderNode } from '../../../../src/processing/graph/node.ts';
import { type Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { replayPipeline } from '../../../../src/processing/graph/replay.ts';
import { swapNodes } from '../../../../src/processing/graph/swap-nodes.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';

const writer = (label: string): Writer<unknown> => ({ ...discard(), name: 'file', label });

function orders(): Pipeline {
  const rejects = deadLetters();
  const { large, small } = from([{ total: 1 }])
    .pipe(
      map(
        function priced(order) {
          return order;
        },
        { onError: [retry({ attempts: 3 }), deadLetter(rejects, { budget: '1%' })] },
      ),
      mapAsync((order) => order, { concurrency: 4, timeout: '2s' }),
    )
    .as('enriched')
    .split({ large: (order) => order.total > 10, small: otherwise });
  return pipeline(
    'orders',
    [
      large.to(writer('file large.json')).as('the large'),
      merge(small, from([{ total: 2 }]))
        .pipe(take(3))
        .to(writer('file "small".json')),
      rejects.pipe(filter(() => true)).to(writer('file rejects.json')),
    ],
    { onError: skip() },
  );
}

const site = expect.stringMatching(/description\.test\.ts:\d+$/);

describe('describe()', () => {
  test('gives the graph as plain JSON', () => {
    const description = orders().describe();
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description).toEqual({
      version: 1,
      name: 'orders',
      nodes: [
        { name: 'array', kind: 'reader', label: 'array (1 record)', onError: [{ policy: 'skip' }] },
        {
          name: 'map',
          kind: 'operator',
          label: 'map priced',
          site,
          onError: [
            { policy: 'retry', attempts: 3, backoff: '100ms..10000ms' },
            { policy: 'dead-letter', budget: '1%' },
          ],
        },
        { name: 'enriched', kind: 'operator', label: 'mapAsync', site, onError: [{ policy: 'skip' }] },
        { name: 'split', kind: 'split', label: 'split large | small', site, onError: [{ policy: 'skip' }] },
        { name: 'the large', kind: 'sink', label: 'file large.json', onError: [{ policy: 'skip' }] },
        { name: 'array-2', kind: 'reader', label: 'array (1 record)', onError: [{ policy: 'skip' }] },
        { name: 'merge', kind: 'merge', label: 'merge' },
        { name: 'take', kind: 'operator', label: 'take 3', site, onError: [{ policy: 'skip' }] },
        { name: 'file', kind: 'sink', label: 'file "small".json', onError: [{ policy: 'skip' }] },
        { name: 'dead-letters', kind: 'letters', label: 'dead letters' },
        { name: 'filter', kind: 'operator', label: 'filter', site },
        { name: 'file-2', kind: 'sink', label: 'file rejects.json' },
      ],
      edges: [
        { from: 'array', port: 'out', to: 'map' },
        { from: 'map', port: 'out', to: 'enriched' },
        { from: 'enriched', port: 'out', to: 'split' },
        { from: 'split', port: 'large', to: 'the large' },
        { from: 'split', port: 'small', to: 'merge' },
        { from: 'array-2', port: 'out', to: 'merge' },
        { from: 'merge', port: 'out', to: 'take' },
        { from: 'take', port: 'out', to: 'file' },
        { from: 'map', port: 'letters', to: 'dead-letters' },
        { from: 'dead-letters', port: 'out', to: 'filter' },
        { from: 'filter', port: 'out', to: 'file-2' },
      ],
    });
  });

  test('is the same for the same pipeline built twice', () => {
    expect(orders().describe()).toEqual(orders().describe());
    expect(orders().explain()).toBe(orders().explain());
  });

  test('has the settings that were given, as they were given, and none else', () => {
    expect(orders().describe()).not.toHaveProperty('settings');
    const branch = from([1]).to(discard());
    const options = { edgeCapacity: 4, memory: '64 MiB', spill: { folder: './spilled' } };
    const made = pipeline('told', branch, { ...options, onError: skip() });
    expect(made.describe().settings).toEqual(options);
    expect(swapNodes(made, { writers: { discard: discard() } }).describe().settings).toEqual(options);
    const { reader } = from([2])[PORT].node as ReaderNode;
    const replayed = replayPipeline(made, { entries: { discard: reader } });
    expect(replayed.describe().settings).toEqual(options);
    expect(pipeline('held', branch, { spill: false }).describe().settings).toEqual({ spill: false });
  });

  test('numbers unnamed nodes around the names that are taken', () => {
    const flow = from([1])
      .pipe(map((n) => n))
      .as('map-2')
      .pipe(
        map((n) => n),
        map((n) => n),
      );
    expect(
      pipeline('names', flow.to(discard()))
        .describe()
        .nodes.map(({ name }) => name),
    ).toEqual(['array', 'map-2', 'map', 'map-3', 'discard']);
  });
});

test('toMermaid() draws every node by its kind, and dead letters dashed', () => {
  expect(orders().toMermaid()).toBe(
    `flowchart LR
  n0(["array (1 record)"])
  n1["map priced"]
  n2["enriched<br>mapAsync"]
  n3{{"split large | small"}}
  n4[/"the large<br>file large.json"/]
  n5(["array-2<br>array (1 record)"])
  n6(("merge"))
  n7["take 3"]
  n8[/"file &quot;small&quot;.json"/]
  n9>"dead-letters<br>dead letters"]
  n10["filter"]
  n11[/"file-2<br>file rejects.json"/]
  n0 --> n1
  n1 --> n2
  n2 --> n3
  n3 -- "large" --> n4
  n3 -- "small" --> n6
  n5 --> n6
  n6 --> n7
  n7 --> n8
  n1 -. dead letters .-> n9
  n9 --> n10
  n10 --> n11
`,
  );
});

test('toDot() does the same in the language of Graphviz', () => {
  const lines = orders().toDot().split('\n');
  expect(lines[0]).toBe('digraph "orders" {');
  expect(lines).toContain('  n8 [label="file \\"small\\".json", shape=folder];');
  expect(lines).toContain('  n3 -> n4 [label="large"];');
  expect(lines).toContain('  n1 -> n9 [style=dashed, label="dead letters"];');
  expect(lines.at(-2)).toBe('}');
});

test('explain() tells the stages, what was fused and why, and what waits on the edges', () => {
  expect(orders().explain()).toBe(
    `pipeline orders: 12 nodes in 9 stages

stage 1: array
  reads array (1 record)
  on error in array: skip
  to stage 2: at most 2 batches wait

stage 2: map
  asynchronous: at most 1 record in flight, in order, no timeout
  map runs one record at a time, not fused: its retries wait
  on error in map: retry, then dead-letter
  to stage 3: at most 2 batches wait
  dead letters to stage 8: at most 2 batches wait for each of map

stage 3: enriched -> split
  asynchronous: at most 4 records in flight, in order, timeout 2.0 s
  fused: split (synchronous, only consumer: same turn, no edge)
  on error in enriched, split: skip
  to stage 4 (large): at most 2 batches wait
  to stage 6 (small): at most 2 batches wait

stage 4: the large
  writes file large.json
  on error in the large: skip

stage 5: array-2
  reads array (1 record)
  on error in array-2: skip
  to stage 6: at most 2 batches wait

stage 6: merge -> take
  joins its inputs: merge
  fused: take (synchronous, only consumer: same turn, no edge)
  on error in take: skip
  to stage 7: at most 2 batches wait

stage 7: file
  writes file "small".json
  on error in file: skip

stage 8: dead-letters -> filter
  joins its inputs: merge
  fused: filter (synchronous, only consumer: same turn, no edge)
  to stage 9: at most 2 batches wait

stage 9: file-2
  writes file rejects.json
`,
  );
});
