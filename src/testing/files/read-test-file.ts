import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { toError } from '../../core/errors.ts';
import type { Registry } from '../../core/registry.ts';
import { ioError } from '../../io/bytes/io-error.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import { Confinement } from '../../spec/confinement.ts';
import { Secrets } from '../../spec/secrets.ts';
import { fileError } from '../../spec/source/file-error.ts';
import { kindOf, type LocatedEntry, type LocatedMap, NO_ENTRIES } from '../../spec/source/located.ts';
import { parseYaml } from '../../spec/source/parse-yaml.ts';
import { Problems } from '../../spec/source/problem.ts';
import type { SourceText } from '../../spec/source/source-text.ts';
import { boundTest } from './bound-test.ts';
import { checkForm } from './check-form.ts';
import { pipelineBeside } from './find-test-files.ts';
import type { TestFile, WrittenTest } from './test-model.ts';
import { testFileSchema, testSchema } from './test-schema.ts';
import { TestedPipelines } from './tested-pipeline.ts';

const NAME_HINT = 'Write e.g. tests: { "paid orders are kept": { inputs: …, expect: … } }.';

/**
 * Reads tests from a file of YAML or JSON, with the pipelines that they test, and checks it all: every problem at
 * once, each with its place.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` with every problem, of the tests or of the pipeline; `ERR_MODULE` for a
 * module that does not load; `ERR_NOT_FOUND`, `ERR_IO` where there is no file to be read.
 */
export async function readTestFile(shown: string, registry: Registry): Promise<TestFile> {
  const source: SourceText = { path: resolve(shown), shown, text: textOf(shown) };
  const problems = new Problems();
  const secrets = new Secrets();
  const failed = () => fileError(shown, problems.sorted, secrets);
  const root = parseYaml(source, problems);
  if (root === undefined) throw failed();
  if (root.kind !== 'map') {
    problems.add(root.span, `tests are a map, and this is ${kindOf(root)}`, 'Begin with "version: 1".');
    throw failed();
  }
  const context: BuildContext = {
    registry,
    problems,
    notes: new Problems(),
    confinement: new Confinement(undefined),
    secrets,
    environment: process.env,
    params: new Map(),
    letters: () => undefined,
    flow: async (node) =>
      problems.add(node.span, 'what stands in for an operator has no flow of its own', 'Write use: instead.'),
    policies: async (node) =>
      problems.add(node.span, 'what stands in for an operator gets its policies, and has none of its own'),
  };
  const written = writtenTests(root, context);
  const pipeline = pipelineOf(root, source, context);
  if (pipeline === undefined) throw failed();
  const tested = new TestedPipelines(pipeline, registry);
  const tests = [];
  for (const test of written) tests.push(await boundTest(test, tested, context));
  if (problems.count > 0) throw failed();
  return {
    source,
    pipeline,
    hide: (text) => tested.hide(secrets.hide(text)),
    secretsWithin: (text) => [...secrets.within(text), ...tested.secretsWithin(text)],
    tests: tests.filter((test) => test !== undefined),
  };
}

function writtenTests(root: LocatedMap, context: BuildContext): readonly WrittenTest[] {
  const { problems } = context;
  const own = new Map([...root.entries].filter(([key]) => !key.startsWith('x-')));
  const start = { ...root.span, end: root.span.start };
  checkForm(testFileSchema, { ...root, entries: own }, { what: 'a file of tests', at: start }, context);
  const tests = own.get('tests');
  if (tests?.value.kind === 'map' && tests.value.entries.size === 0) {
    problems.add(tests.key, 'there are no tests', NAME_HINT);
  }
  if (tests?.value.kind !== 'map') return [];
  return [...tests.value.entries].flatMap(([name, entry]) => writtenTest(name, entry, own, context) ?? []);
}

function writtenTest(
  name: string,
  { key, value }: LocatedEntry,
  shared: ReadonlyMap<string, LocatedEntry>,
  context: BuildContext,
): WrittenTest | undefined {
  const what = `the test "${name}"`;
  if (value.kind !== 'map') {
    return context.problems.add(
      value.span,
      `${what} is a map, and this is ${kindOf(value)}`,
      'Write its inputs, and below expect: what is to come of them.',
    );
  }
  checkForm(testSchema, value, { what, at: key }, context);
  return {
    name,
    key,
    node: value,
    entry: (part) => value.entries.get(part) ?? shared.get(part),
    entries: (part) => new Map([...below(shared.get(part)), ...below(value.entries.get(part))]),
  };
}

function below(entry: LocatedEntry | undefined): ReadonlyMap<string, LocatedEntry> {
  return entry?.value.kind === 'map' ? entry.value.entries : NO_ENTRIES;
}

/** The file of the pipeline: the one that is named, or the one beside the tests that is called like them. */
function pipelineOf(root: LocatedMap, source: SourceText, { problems }: BuildContext): string | undefined {
  const entry = root.entries.get('pipeline');
  if (entry === undefined) {
    const { found, looked } = pipelineBeside(source.shown);
    if (found !== undefined) return found;
    return problems.add(
      { ...root.span, end: root.span.start },
      `there is no pipeline beside the tests: no ${looked.join(', ')}`,
      'Name its file: pipeline: ./orders.yaml',
    );
  }
  const { value } = entry;
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return undefined;
  const path = resolve(dirname(source.path), value.value);
  const near = relative('', path);
  const shown = near.startsWith('..') ? path : near;
  try {
    readFileSync(path);
    return shown;
  } catch (thrown) {
    const code = Reflect.get(toError(thrown), 'code');
    const why =
      code === 'ENOENT' ? 'there is no file' : code === 'EISDIR' ? 'this is a folder:' : 'cannot read';
    return problems.add(
      value.span,
      `${why} ${value.value}`,
      'Paths are relative to the file they are written in.',
    );
  }
}

function textOf(shown: string): string {
  try {
    return readFileSync(shown, 'utf8');
  } catch (thrown) {
    throw ioError('load', shown, thrown);
  }
}
