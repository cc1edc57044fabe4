import { briefOrigin } from '../../core/batch.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { OperatorContext } from '../../interfaces/operator.ts';
import type { RunContext } from './run-context.ts';
import type { StageNode } from './stage-node.ts';

/** A record in work, by its place in its batch; the batch of work that is on none has no records. */
export interface WorkPlace {
  readonly batch: Batch<unknown>;
  readonly index: number;
}

/** What depends on where in a stage the operator stands. */
export interface Standing extends Pick<OperatorContext, 'complete' | 'advance' | 'idle' | 'after'> {
  readonly cancelled: () => boolean;
  readonly place: () => WorkPlace | undefined;
}

/** What the engine hands to an operator. */
export function operatorContext(node: StageNode, run: RunContext, standing: Standing): OperatorContext {
  const { signal, clock, memory } = run;
  const { complete, advance, idle, after, cancelled, place } = standing;
  return {
    pipeline: run.pipeline,
    node: node.name,
    selected: node.selected,
    signal,
    clock,
    get memory() {
      return memory.account(node.name);
    },
    spill: run.spillOf(node.name),
    origin(brief) {
      const { batch, index = 0 } = place() ?? {};
      if (batch === undefined || batch.records.length === 0) return undefined;
      return brief === undefined ? batch.origin.at(index) : briefOrigin(batch.origin, index);
    },
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
