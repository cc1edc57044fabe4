import { BATCH_SIZE } from '../../core/batch.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import type { Deferred } from './deferred.ts';
import { refuseLate } from './operator-results.ts';
import type { StageNode } from './stage-node.ts';
import type { Tail } from './tail.ts';

/** What a record passes on its way into an operator of a chain. */
export interface EntryParts {
  readonly node: StageNode;
  readonly logic: SyncLogic<unknown, unknown>;
  /** Takes what the operator makes of the record. */
  readonly next: Emit<unknown>;
  /** What is pulled later; absent where one record never becomes many. */
  readonly deferred: Deferred | undefined;
  readonly tail: Tail;
  /** Asks the loop over the batch to stop and look. */
  readonly interrupt: () => void;
  readonly failed: (record: unknown, error: unknown) => void;
  /** A sampled record entered the node. Absent when nobody traces. */
  readonly trace: ((node: StageNode, record: unknown) => void) | undefined;
}

/** The way into an operator: counts, pushes, and sets aside what has to wait. */
export function entry(parts: EntryParts): Emit<unknown> {
  const { trace, node } = parts;
  const enter = plainEntry(parts);
  if (trace === undefined) return enter;
  return (record) => {
    trace(node, record);
    enter(record);
  };
}

function plainEntry({ node, logic, next, deferred, tail, interrupt, failed }: EntryParts): Emit<unknown> {
  const { counters } = node;
  if (deferred === undefined) {
    return (record) => {
      counters.in++;
      try {
        const returned = logic.push(record, next);
        if (returned !== undefined) refuseLate('push', returned);
      } catch (error) {
        failed(record, error);
      }
    };
  }
  return (record) => {
    counters.in++;
    if (!deferred.empty || tail.gathered >= BATCH_SIZE) {
      deferred.input(record);
      interrupt();
      return;
    }
    try {
      const more = logic.push(record, next);
      if (more !== undefined) {
        deferred.output(record, more as Iterable<unknown>);
        interrupt();
      }
    } catch (error) {
      failed(record, error);
    }
  };
}
