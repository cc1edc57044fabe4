import type { Barrier } from '../../interfaces/signal.ts';
import type { StageSnapshot } from '../runtime/checkpointing.ts';

/** What there is to a stage for checkpoints. */
export interface CheckpointedStage {
  readonly id: number;
  /** The names of its nodes, the first one first. */
  readonly nodes: readonly string[];
  /** Whether it has nothing more to do. */
  readonly over: boolean;
  /** Whether anything can have come to it: a reader upstream is open, or was over before this run. */
  readonly begun: boolean;
  /** Whether all has been read that comes to it: no barrier will, and what is left to do has no limit. */
  readonly ending: boolean;
  /** Lets a barrier go where dead letters of the stage would, while nothing has come to it that could fail. */
  passLetters(barrier: Barrier): void;
  /** What it was when it was over. */
  last(): StageSnapshot;
  /** What it was in the run that this one goes on with; `undefined` for one that had not begun. */
  before(): StageSnapshot | undefined;
  /** Where barriers come into the graph: a reader, or what gives much at the end of its input. */
  readonly reader?: {
    /** Whether it is open. */
    readonly open: boolean;
    inject(barrier: Barrier): void;
    /** Reads no more behind the barrier that goes in next. */
    halt(): void;
    acknowledge(position: unknown): Promise<void>;
  };
  readonly sink?: {
    /** What it is before anything has come to it. */
    prepare(id: number): Promise<StageSnapshot>;
    commit(id: number): Promise<void>;
    release(id: number): Promise<void>;
  };
}
