import type { NodeCounters } from './counters.ts';

/** What a node was at a barrier. */
export interface NodeSnapshot {
  readonly counters: Readonly<NodeCounters>;
  /** What it remembered, as `encode` of the checkpoint made it; absent where it remembers nothing. */
  readonly state?: unknown;
}

/** Records that were sent along an edge, by its name. */
export type EdgeCounts = Readonly<Record<string, number>>;

/** What a stage was when a barrier went on behind it, or when it was over. */
export interface StageSnapshot {
  readonly nodes: ReadonlyMap<string, NodeSnapshot>;
  readonly sent: EdgeCounts;
}

/** What the parts of a run tell of a barrier that passes them; absent in a run that makes no checkpoints. */
export interface Checkpointing {
  /** What a node remembered in the run that this one goes on with. */
  restored(node: string): unknown;
  /** Where a reader stood when it sent the barrier. */
  positioned(node: string, id: number, position: unknown): void;
  /** The reader is opened: a barrier that is under way has to pass it, too. */
  opened(node: string): void;
  /** The barrier goes on behind a stage, which remembers this. */
  passed(stage: number, id: number, snapshot: StageSnapshot): void;
}
