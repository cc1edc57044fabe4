import { didYouMean } from '../../core/did-you-mean.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Vertex } from '../../processing/graph/graph.ts';
import { Pipeline } from '../../processing/graph/pipeline.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import { entryOf, type LocatedEntry, plainData } from '../../spec/source/located.ts';
import { virtualClock } from '../virtual-clock.ts';
import { checkDuration } from './check-duration.ts';
import { expectations } from './expectations.ts';
import { givenParameters } from './given-parameters.ts';
import { type Input, inputOf, operatorOf } from './replacements.ts';
import type { FileTest, PreparedTest, WrittenTest } from './test-model.ts';
import type { TestedPipeline, TestedPipelines } from './tested-pipeline.ts';

/** A test with the pipeline that it is of, all of its names looked up there; `undefined` where something is wrong. */
export async function boundTest(
  test: WrittenTest,
  tested: TestedPipelines,
  base: BuildContext,
): Promise<FileTest | undefined> {
  const { problems } = base;
  const before = problems.count;
  const expect = expectations(test.name, test.node.entries.get('expect'), base);
  const variables = [...test.entries('env')].map(
    ([name, { value }]) => [name, String(plainData(value))] as const,
  );
  const pipeline = await tested.with(Object.fromEntries(variables));
  const context = { ...base, registry: pipeline.registry };
  const values = givenParameters(test, pipeline, context);
  const vertices = values === undefined ? undefined : await verticesOf(pipeline, values.data);
  const inputs = new Map<string, Input | undefined>();
  for (const [name, entry] of test.entries('inputs')) {
    vertexOf('reader', name, entry, vertices, context);
    inputs.set(name, await inputOf(entry, context));
  }
  const operators = new Map<string, Operator<never, unknown> | undefined>();
  for (const [name, entry] of test.entries('operators')) {
    const vertex = vertexOf('operator', name, entry, vertices, context);
    operators.set(name, await operatorOf(entry, vertex, context));
  }
  checkSinks(test, vertices, context);
  const now = timeOf(test.entry('now'), context);
  const until = textOf(test.entry('until'));
  if (until !== undefined) checkDuration('until', test.entry('until')!.value, context);
  if (problems.count > before) return undefined;
  const seed = test.entry('seed');
  const skip = skipOf(test);
  return {
    name: test.name,
    at: test.key,
    ...(skip !== undefined && { skip }),
    expect,
    prepare: async (): Promise<PreparedTest> => ({
      pipeline: await pipeline.build(values!.data),
      options: {
        inputs: Object.fromEntries([...inputs].map(([name, make]) => [name, make!() as unknown[]])),
        operators: Object.fromEntries([...operators].map(([name, operator]) => [name, operator!])),
        clock: virtualClock(now),
        ...(seed !== undefined && { seed: Number(plainData(seed.value)) }),
        ...(until !== undefined && { until: until as never }),
      },
    }),
  };
}

/** The nodes; `undefined` for a pipeline that cannot be made of these parameters, which may be what the test expects. */
async function verticesOf(pipeline: TestedPipeline, values: unknown): Promise<readonly Vertex[] | undefined> {
  try {
    return Pipeline.plan(await pipeline.build(values)).graph.vertices;
  } catch {
    return undefined;
  }
}

function vertexOf(
  kind: 'reader' | 'operator' | 'sink',
  name: string,
  { key }: LocatedEntry,
  vertices: readonly Vertex[] | undefined,
  { problems }: BuildContext,
): Vertex | undefined {
  if (vertices === undefined) return undefined;
  const known = vertices.filter(({ node }) => node.kind === kind);
  const found = known.find((vertex) => vertex.name === name);
  if (found !== undefined) return found;
  const other = vertices.find((vertex) => vertex.name === name);
  return problems.add(
    key,
    other === undefined
      ? `the pipeline has no ${kind} "${name}"`
      : `the node "${name}" is no ${kind} but ${other.node.kind === 'operator' ? 'an' : 'a'} ${other.node.kind}`,
    didYouMean(
      name,
      known.map((vertex) => vertex.name),
    ),
  );
}

function checkSinks(test: WrittenTest, vertices: readonly Vertex[] | undefined, context: BuildContext): void {
  const expect = test.node.entries.get('expect')?.value;
  const places = ['outputs', 'deadLetters'].flatMap((part) => {
    const node = entryOf(expect, part)?.value;
    return node?.kind === 'map' ? [...node.entries].map(([name, entry]) => ({ part, name, entry })) : [];
  });
  for (const { part, name, entry } of places) {
    const vertex = vertexOf('sink', name, entry, vertices, context);
    if (vertex === undefined || vertex.letters === (part === 'deadLetters')) continue;
    context.problems.add(
      entry.key,
      vertex.letters ? `the sink "${name}" takes dead letters` : `the sink "${name}" takes no dead letters`,
      `Expect what it is given under ${vertex.letters ? 'deadLetters' : 'outputs'}.`,
    );
  }
}

function timeOf(entry: LocatedEntry | undefined, { problems }: BuildContext): number {
  const text = textOf(entry);
  if (text === undefined) return 0;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  problems.add(entry!.value.span, `now: "${text}" is no time`, 'Write e.g. 2026-01-01T00:00:00Z.');
  return 0;
}

function textOf(entry: LocatedEntry | undefined): string | undefined {
  return entry?.value.kind === 'scalar' && typeof entry.value.value === 'string'
    ? entry.value.value
    : undefined;
}

function skipOf(test: WrittenTest): string | undefined {
  const value = entryOf(test.node, 'skip')?.value;
  if (value?.kind !== 'scalar' || value.value === false) return undefined;
  return typeof value.value === 'string' ? value.value : '';
}
