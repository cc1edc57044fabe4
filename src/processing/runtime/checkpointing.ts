import type { StateCopy } from '../../core/state-copy.ts';
import type { NodeFiles } from '../../interfaces/checkpoint.ts';
import type { NodeCounters } from './counters.ts';

/** The bytes of a state, as they stand in a checkpoint: there already, or made as they are taken, once. */
export type StateBytes = Iterable<Uint8Array>;

/** What a node was at a barrier. */
export interface NodeSnapshot {
  readonly counters: Readonly<NodeCounters>;
  /** What its policies have absorbed, by their order; absent where nothing is counted. */
  readonly budgets?: unknown;
  /** What it remembered; absent where it remembers nothing. */
  readonly state?: StateBytes;
  /** The version of that; absent for the first. */
  readonly version?: number;
  /** Names of the files beside the checkpoint that its state tells of. */
  readonly files: readonly string[];
}

/** Records that went along an edge: that were sent, and that were taken. */
export interface EdgeSnapshot {
  readonly sent: number;
  readonly received: number;
}

/** What a stage was when a barrier went on behind it, or when it was over. */
export interface StageSnapshot {
  readonly nodes: ReadonlyMap<string, NodeSnapshot>;
  /** By the names of the edges: what was sent along those that lead out, and taken from those that lead in. */
  readonly sent: ReadonlyMap<string, number>;
  readonly received: ReadonlyMap<string, number>;
}

/** What a node was in the run that this one goes on with. */
export interface RestoredNode {
  readonly counters: Readonly<NodeCounters>;
  readonly budgets: unknown;
  /** Absent where it remembered nothing. */
  readonly state: RestoredState | undefined;
}

/** What a node remembered, and in which version. */
export interface RestoredState {
  readonly value: unknown;
  readonly version: number;
}

/** What hears of barriers: where they go in, and where flows meet. */
export interface BarrierWatcher {
  /** One is about to be sent. */
  begins?(): void;
  /** One that was sent is of no more use: there will be no such checkpoint. */
  givenUp(id: number): void;
}

/** What the parts of a run tell of the barriers that pass them; absent in a run that makes no checkpoints. */
export interface Checkpointing {
  /** `undefined` for a node that had not begun. */
  restored(node: string): RestoredNode | undefined;
  /** What went along an edge before; `undefined` for one that nothing had. */
  restoredEdge(name: string): EdgeSnapshot | undefined;
  /** Whether the stage of these nodes was over in the run that this one goes on with. */
  wasOver(nodes: readonly string[]): boolean;
  /**
   * Makes bytes of what a node remembers, in this turn, as it may change in the next; of a {@link StateCopy} later.
   *
   * @throws MillraceError `ERR_SNAPSHOT`
   */
  encode(node: string, state: unknown): StateBytes;
  /** What a node keeps beside the checkpoints. */
  files(node: string): NodeFiles;
  /** The files that it has now, for the checkpoint that is under way. */
  filesOf(node: string): readonly string[];
  /** The node has nothing more to do: later checkpoints need none of its files. */
  letGo(node: string): void;
  /** A node is over, and lets go of what it remembers: that is kept, for whoever looks into the run when it is over. */
  keepFinal(node: string, remembered: () => unknown): void;
  /** Where a reader stood when it sent the barrier. */
  positioned(node: string, id: number, position: unknown): void;
  /** The reader is opened: a barrier that is under way has to pass it, too. */
  opened(node: string): void;
  /** The barrier goes on behind a stage, which was this; called once for each stage. */
  passed(stage: number, id: number, snapshot: StageSnapshot): void;
  /** The barrier could not be passed as it should: there will be no such checkpoint. */
  failed(id: number, error: unknown): void;
  /** A stage has nothing more to do. */
  over(): void;
  /** The number of the checkpoint whose barrier is on its way. */
  readonly underway: number | undefined;
  /** Whether the run stands still behind this barrier. */
  isLast(id: number): boolean;
  /** Tells `watcher` what becomes of barriers. */
  watch(watcher: BarrierWatcher): void;
  /** The number that the next checkpoint has. */
  readonly next: number;
  /** The number of the newest one that is complete. */
  readonly last: number | undefined;
  /** What the one that is under way waits for, in words. */
  readonly waitingFor: string | undefined;
  /** Whether a later run can go on from here, so that sinks leave what they have prepared. */
  readonly resumable: boolean;
}
