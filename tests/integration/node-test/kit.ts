/** What a user's test with node:test looks like; run by ../node-test.test.ts, with `node --test`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batch, from, map, ndjson, pipeline, readFrom, start, toArray } from '../../../src/index.ts';
import { iterableReader } from '../../../src/io/memory/iterable-reader.ts';
import {
  expectMarbles,
  marbles,
  operatorConformance,
  pipelineFileTests,
  probeSink,
  readerConformance,
  testPipeline,
  writerConformance,
} from '../../../src/testing/index.ts';

const { EXPECT_FAILURE } = process.env;

const double = () => map((n: number) => n * 2);

describe('an operator', () => {
  const suite = operatorConformance('double', double, { input: [1, 2], output: [2, 4], one: [2] });
  for (const { name, run } of suite) test(name, run);
});

describe('a reader', () => {
  const make = () => iterableReader([1, 2, 3]);
  for (const { name, run } of readerConformance('numbers', make, { output: [1, 2, 3] })) test(name, run);
});

describe('a writer', () => {
  const make = () => {
    const writer = toArray<number>();
    return { writer, written: () => writer.records };
  };
  const cases = { input: [1, 2, 3], output: [1, 2, 3], nothing: [], empty: [] };
  for (const { name, run } of writerConformance('array', make, cases)) test(name, run);
});

test('a flow, by marbles', async () => {
  const pairs = readFrom(marbles('a-b---c-|')).pipe(batch(2, { within: '5ms' }));
  await expectMarbles(pairs, '--x-----(y|)', { x: ['a', 'b'], y: ['c'] });
});

test('a pipeline', async () => {
  const doubled = pipeline(
    'doubled',
    from([7]).as('numbers').pipe(double()).to(ndjson.write('/nowhere/out.ndjson')),
  );
  await testPipeline(doubled, { inputs: { numbers: [1, 2] }, expect: { ndjson: [2, 4] } });
});

for (const { name, skip, run } of await pipelineFileTests('examples/files')) test(name, { skip }, run);

test('a sink with explicit demand', async () => {
  const sink = probeSink<number>();
  const live = start(pipeline('slow', from([1, 2, 3]).to(sink)));
  await sink.request(2);
  assert.deepEqual(sink.records, [1, 2]);
  await sink.rest();
  await live.done;
});

test('what is not as expected fails, and shows both', {
  skip: EXPECT_FAILURE === undefined,
}, async () => {
  await expectMarbles(readFrom(marbles('a-b|')), 'a-c|');
});
