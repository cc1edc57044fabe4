import type { CheckpointStore } from './checkpoint.ts';

/** How a run makes checkpoints, and goes on from them. */
export interface CheckpointOptions {
  /** Where they are kept: a folder, or a store. It is locked while the run lasts. */
  readonly store: string | CheckpointStore;
  /** How long after one the next begins. There is also one at the end, and at `stop()`. @default '10s' */
  readonly every?: string | number;
  /** How long one may take; then it is given up, and the next has what it would have had. @default '10m' */
  readonly timeout?: string | number;
  /** So many in a row that come to nothing fail the run. @default 3 */
  readonly failures?: number;
  /** Refuses to run where less is promised. @default takes what there is, see `pipeline.guarantees()` */
  readonly require?: 'exactly once' | 'at least once';
  /** Begins anew, and removes the checkpoints that are there. @default false: goes on from the newest */
  readonly fresh?: boolean;
  /** Nodes that are gone or have changed, whose state in the checkpoint may be lost. @default none */
  readonly allowDroppedState?: readonly string[];
  /** Takes the store although its owner, on another machine, may be alive: only when you know that it is not. @default false */
  readonly takeOver?: boolean;
}

/** What a run has to do with checkpoints. */
export interface CheckpointSummary {
  /** The checkpoint that it went on from; absent when it began at the beginning. */
  readonly resumedFrom?: number;
  /** Runs that have worked on it so far, this one included. */
  readonly runs: number;
  /** Checkpoints that this run has completed. */
  readonly completed: number;
  /** The newest one; absent when there is none. */
  readonly last?: number;
}
