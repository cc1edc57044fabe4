import type { BuildContext, WrittenExpression } from '../build-context.ts';
import type { Shape } from '../expressions/shape.ts';
import { entryOf, type Located } from '../source/located.ts';
import { checkExpressions } from './expression-function.ts';

/** Options of joins that may say one thing of the left records, and another of the right ones. */
const BY_SIDES: readonly string[] = ['on', 'time'];

/**
 * Checks the expressions of what puts flows together by what is known of the records of each: one that is for all of them must be
 * right for each.
 */
export function checkSourceExpressions(
  source: Located,
  expressions: readonly WrittenExpression[],
  inputs: readonly Shape[],
  context: BuildContext,
): void {
  const { problems } = context;
  for (const expression of expressions) {
    const side = sideOf(source, expression);
    const before = problems.count;
    for (const shape of side === undefined ? inputs : [inputs[side]]) {
      // What is wrong for one flow is not said once more of the next.
      if (problems.count === before) checkExpressions([expression], shape, context);
    }
  }
}

function sideOf(source: Located, { node: { span } }: WrittenExpression): number | undefined {
  for (const name of BY_SIDES) {
    const value = entryOf(source, name)?.value;
    if (value?.kind !== 'list') continue;
    const at = value.items.findIndex((item) => item.span.start <= span.start && span.end <= item.span.end);
    if (at !== -1) return at;
  }
  return undefined;
}
