import type { BuildContext } from '../build-context.ts';
import type { LocatedScalar } from '../source/located.ts';

/** The function of a record that an expression says; `undefined` where it cannot be compiled, which is a problem. */
export function expressionFunction(node: LocatedScalar, { problems }: BuildContext): unknown {
  return problems.add(
    node.span,
    'expressions are not understood yet',
    'Name a function of a module: { use: "./module.ts#name" }.',
  );
}
