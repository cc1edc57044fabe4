import type { Emit, OperatorContext } from '../../interfaces/operator.ts';
import type { StageNode } from './stage-node.ts';

/** What the chain needs from the stage it runs in. */
export interface ChainHost {
  context(
    node: StageNode,
    complete: () => void,
    cancelled: () => boolean,
    emit: Emit<unknown>,
  ): OperatorContext;
  /** A sampled record entered `node`. Absent when nobody traces. */
  readonly trace?: (node: StageNode, record: unknown) => void;
}
