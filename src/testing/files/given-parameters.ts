import type { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.ts';
import { reportIssues } from '../../spec/build/report-issues.ts';
import { shapeOf } from '../../spec/build/schema-walk.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import { type LocatedMap, plainData } from '../../spec/source/located.ts';
import type { WrittenTest } from './test-model.ts';
import type { TestedPipeline } from './tested-pipeline.ts';

/** The parameters of a test, checked; `undefined` where something is wrong, all of which are problems. */
export function givenParameters(
  test: WrittenTest,
  { shown, params }: TestedPipeline,
  context: BuildContext,
): { readonly data: unknown } | undefined {
  const { problems } = context;
  const entries = test.entries('set');
  if (params === undefined) {
    const [first] = entries.values();
    if (first === undefined) return { data: {} };
    return problems.add(first.key, `${shown} takes no parameters`, 'Take them away.');
  }
  const known = Object.keys(shapeOf(params));
  const before = problems.count;
  for (const [name, { key }] of entries) {
    if (known.length === 0 || known.includes(name)) continue;
    problems.add(key, `${shown} has no parameter "${name}"`, didYouMean(name, known));
  }
  const node: LocatedMap = { kind: 'map', entries, span: test.key, size: 1 };
  const data = plainData(node);
  const result = params.safeParse(data);
  if (result.success && problems.count === before) return { data: result.data };
  const missing = (path: readonly PropertyKey[]) => path.length === 1 && !entries.has(String(path[0]));
  const issues = result.error?.issues ?? [];
  for (const { path } of issues.filter((issue) => missing(issue.path))) {
    const name = String(path[0]);
    problems.add(
      test.key,
      `the parameter "${name}" of ${shown} has no value`,
      `Give it one: set: { ${name}: … }.`,
    );
  }
  const others = issues.filter(({ code, path }) => code !== 'unrecognized_keys' && !missing(path));
  const values = { value: data, data, unknown: false };
  reportIssues(params as z.ZodType, others, { what: shown, at: test.key, node, values }, context);
  return undefined;
}
