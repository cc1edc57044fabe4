import { z } from 'zod';
import { exportOption, functionOption } from '../../core/option-role.ts';
import type { Flow } from '../../processing/graph/flow.ts';
import { outputFlows } from '../../processing/graph/process-flow.ts';
import { processKeyed } from '../../processing/operators/process-keyed.ts';
import type { BuildContext } from '../build-context.ts';
import { spanAt } from '../source/located.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';
import { named } from './node-name.ts';
import { noted, shownPlace, writtenOf } from './note.ts';
import type { Step, WrittenStep } from './steps.ts';

/** The general tool, of which a module has the callbacks. */
export const processSchema = z.strictObject({
  spec: exportOption(
    (value) => typeof value === 'object' && value !== null,
    'what process() takes: { state, onRecord, … }',
    'What is kept for each key, and what is done with each record',
  ),
  key: functionOption(['record'], 'What makes the key of a record'),
  outputs: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('The side outputs of the spec; the flow then has these and main'),
});

/** `process: { use: ./sessions.ts#spec }` behind `keyBy`, or with a `key` of its own. */
export async function processStep(step: WrittenStep, context: BuildContext): Promise<Step | undefined> {
  const { at, as } = step;
  const { problems } = context;
  if (step.options.kind === 'map' && !step.options.entries.has('key')) {
    return problems.add(
      at,
      'process works on keys, and there is no keyBy in front of it',
      'Write e.g. - keyBy: record.user in front of it.',
    );
  }
  const whose = { what: 'process', at, main: 'spec' };
  const options = await checkedOptions(processSchema, step.options, whose, context);
  if (options === undefined) return undefined;
  const { spec, key, outputs = [] } = options.value as z.output<typeof processSchema>;
  if (options.unknown) return (flow) => flow;
  const operator = attempt(context, at, () => processKeyed(key as never, spec as never), options.node);
  if (operator === undefined) return undefined;
  const there = outputsOf(spec as { readonly outputs?: unknown });
  if (there.length !== outputs.length || there.some((name) => !outputs.includes(name))) {
    return problems.add(
      outputs.length === 0 ? at : spanAt(options.node, ['outputs'], true),
      `the side outputs of the spec are ${there.length === 0 ? 'none' : there.join(', ')}, and the file says ${outputs.length === 0 ? 'none' : outputs.join(', ')}`,
      there.length === 0 ? 'Take outputs away.' : `Write outputs: [${there.join(', ')}].`,
    );
  }
  const written = writtenOf('process', options.data, context);
  const placed = Object.freeze({ ...operator, site: shownPlace(at) });
  return (flow) => {
    const made = named(noted(flow.pipe(placed as never) as Flow<unknown>, at, written), as, context);
    if (made === undefined || there.length === 0) return made;
    return outputFlows(made as never, there);
  };
}

function outputsOf({ outputs = [] }: { readonly outputs?: unknown }): readonly string[] {
  return Array.isArray(outputs) ? (outputs as readonly string[]) : Object.keys(outputs as object);
}
