import type { OperatorContext } from '../../interfaces/operator.ts';
import type { RunContext } from './run-context.ts';
import type { StageNode } from './stage-node.ts';

/** What depends on where in a stage the operator stands. */
export interface Standing extends Pick<OperatorContext, 'complete' | 'advance' | 'idle' | 'after'> {
  readonly cancelled: () => boolean;
}

/** What the engine hands to an operator. */
export function operatorContext(node: StageNode, run: RunContext, standing: Standing): OperatorContext {
  const { signal, clock, memory } = run;
  const { complete, advance, idle, after, cancelled } = standing;
  return {
    node: node.name,
    selected: node.selected,
    signal,
    clock,
    get memory() {
      return memory.account(node.name);
    },
    spill: run.spillOf(node.name),
    report(make) {
      if (run.observed) run.emit(make());
    },
    get cancelled() {
      return cancelled();
    },
    complete,
    advance,
    idle,
    after,
  };
}
