import type { Emit, OperatorContext } from '../../interfaces/operator.ts';
import type { RestoredState } from './checkpointing.ts';
import type { StageNode } from './stage-node.ts';

/** Event time that an operator says has been reached, or that nothing comes at present. */
export type Mark = number | 'idle';

/** What the chain needs from the stage it runs in. */
export interface ChainHost {
  context(
    node: StageNode,
    complete: () => void,
    cancelled: () => boolean,
    emit: Emit<unknown>,
    mark: (mark: Mark) => void,
  ): OperatorContext;
  /** What the node remembered in the run that this one goes on with. */
  restored(node: StageNode): RestoredState | undefined;
  /** A sampled record entered `node`. Absent when nobody traces. */
  readonly trace?: (node: StageNode, record: unknown) => void;
}
