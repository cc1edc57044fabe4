import { MillraceError } from '../../../core/errors.ts';
import type { OperatorNode } from '../../graph/node.ts';
import { createLogic } from '../operator-results.ts';
import type { HeadParts } from './head.ts';
import type { CreateLogic } from './head-logic.ts';
import { liftedLogic } from './lifted.ts';

/**
 * Makes the logic of an asynchronous head: that of the operator, or, where its policies wait, one around a synchronous one.
 * It goes on with what it remembered in the run that this one goes on with.
 *
 * @throws MillraceError `ERR_OPTIONS` for one that says what time it is, and so cannot wait.
 */
export function logicOf({ node, run }: HeadParts): CreateLogic {
  const { operator } = node.vertex.node as OperatorNode;
  const restored = run.checkpoints?.restored(node.name)?.state;
  return (context) => {
    if (operator.kind === 'async') {
      const logic = createLogic(node, 'call', () => operator.create(context), restored);
      return { logic, many: node.accounting === 'many' };
    }
    if (operator.kind === 'sync') {
      const logic = createLogic(node, 'push', () => operator.create(context), restored);
      if (logic.assignsTime !== true) return { logic: liftedLogic(logic), many: true };
      throw new MillraceError('ERR_OPTIONS', `Cannot retry in "${node.name}": it says what time it is`, {
        node: node.name,
        hint: 'Time goes on in the order of the records: give it a policy that does not wait.',
      });
    }
    throw new TypeError(`${node.name} is not asynchronous`);
  };
}
