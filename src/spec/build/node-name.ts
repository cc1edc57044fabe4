import type { Flow } from '../../processing/graph/flow.ts';
import type { BuildContext } from '../build-context.ts';
import { kindOf, type LocatedEntry } from '../source/located.ts';
import { attempt } from './attempt.ts';

/** The flow under the name that `as` gives it. */
export function named(
  flow: Flow<unknown>,
  as: LocatedEntry | undefined,
  context: BuildContext,
): Flow<unknown> | undefined {
  if (as === undefined) return flow;
  const { value } = as;
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    const name = value.value;
    return attempt(context, value.span, () => flow.as(name));
  }
  return context.problems.add(value.span, `as: expected a name, found ${kindOf(value)}`);
}
