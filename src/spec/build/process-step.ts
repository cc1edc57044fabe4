import { functionOption, withRole } from '../../core/option-role.ts';
import type { BuildContext } from '../build-context.ts';
import { kindOf } from '../source/located.ts';
import { attempt } from './attempt.ts';
import { moduleExport } from './module-export.ts';
import { noted } from './note.ts';
import { optionValues } from './option-values.ts';
import type { Step, WrittenStep } from './steps.ts';

const keySchema = withRole(functionOption(['record'], 'What makes the key of a record'), {
  role: 'function',
  takes: ['record'],
});

/** `process: { use: ./sessions.ts#spec }` behind `keyBy`: the general tool, of which a module has the callbacks. */
export async function processStep(step: WrittenStep, context: BuildContext): Promise<Step | undefined> {
  const { at, options, key } = step;
  const { problems } = context;
  const use = options.kind === 'map' ? options.entries.get('use')?.value : undefined;
  if (use?.kind !== 'scalar') {
    return problems.add(
      at,
      `process: expected an export of a module, found ${kindOf(options)}`,
      'Write process: { use: "./sessions.ts#spec" }.',
    );
  }
  if (key === undefined) {
    return problems.add(
      at,
      'process works on keys, and there is no keyBy in front of it',
      'Write e.g. - keyBy: record.user in front of it.',
    );
  }
  const spec = await moduleExport(use, context);
  const { value, unknown } = await optionValues(keySchema, key.value, context);
  if (spec === undefined || unknown) return undefined;
  if (typeof value !== 'function') {
    return problems.add(key.value.span, 'in front of process, keyBy takes an expression or a function');
  }
  const written = { component: 'process', options: { use: use.value } };
  return (flow) => {
    const made = attempt(context, at, () =>
      flow.keyBy(value as (record: unknown) => unknown).process(spec as never),
    );
    if (made === undefined) return undefined;
    return 'pipe' in made ? noted(made as never, at, written) : (made as never);
  };
}
