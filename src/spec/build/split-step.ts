import { z } from 'zod';
import { functionOption, withRole } from '../../core/option-role.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { type Flow, otherwise } from '../../processing/graph/flow.ts';
import type { BuildContext, WrittenExpression } from '../build-context.ts';
import type { Shape } from '../expressions/shape.ts';
import { replaces } from '../shapes/step-shape.ts';
import { plainObject } from '../source/located.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';
import { checkExpressions } from './expression-function.ts';
import { named } from './node-name.ts';
import { noted, writtenOf } from './note.ts';
import type { Step, WrittenStep } from './steps.ts';

const route = withRole(
  z
    .union([z.literal('otherwise'), functionOption(['record'], 'Which records take this route')])
    .describe('Which records take this route; "otherwise" for those that no other took'),
  { role: 'function', takes: ['record'] },
);

/** The options of a split, whose routes may stand there by themselves. */
export const splitSchema = z.strictObject({
  routes: z
    .record(z.string().regex(/^[^.]+$/, 'the name of an output has no "."'), route)
    .describe('The outputs by their names; each record goes to the first that takes it'),
  onError: withRole(z.unknown().optional(), { role: 'policies' }).describe(
    'What happens to a record that no route takes, or of which an expression fails',
  ),
});

/** Ends a pipe in several flows. */
export async function splitStep(step: WrittenStep, outer: BuildContext): Promise<Step | undefined> {
  const { at } = step;
  const expressions: WrittenExpression[] = [];
  const context: BuildContext = { ...outer, expressions };
  const options = await checkedOptions(
    splitSchema,
    step.options,
    { what: 'split', at, main: 'routes' },
    context,
  );
  if (options === undefined) return undefined;
  const { routes, onError } = options.value as { routes: Record<string, unknown>; onError?: OnError };
  if (options.unknown) return (flow) => plainObject(Object.keys(routes).map((name) => [name, flow])) as never;
  const predicates = plainObject(
    Object.entries(routes).map(([name, given]) => [name, given === 'otherwise' ? otherwise : given]),
  );
  const written = writtenOf('split', options.data, context);
  const divided = (flow: Flow<unknown>) => {
    const split = attempt(context, at, () =>
      flow.split(predicates as never, onError === undefined ? {} : { onError }),
    ) as Record<string, typeof flow> | undefined;
    if (split === undefined) return undefined;
    const flows = Object.entries(split).map(
      ([name, one]) => [name, named(noted(one, at, written), step.as, context)] as const,
    );
    return flows.some(([, one]) => one === undefined) ? undefined : (plainObject(flows) as never);
  };
  return Object.assign(divided, {
    shape: (before: Shape) => {
      checkExpressions(expressions, before, context);
      return replaces({ onError }) ? undefined : before;
    },
  });
}
