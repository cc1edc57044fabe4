import type { Observable } from 'rxjs';
import type { Origin } from './batch.ts';
import type { CheckpointOptions, CheckpointSummary } from './checkpoint-options.ts';
import type { Clock } from './clock.ts';
import type { Plugin } from './plugin.ts';

export type { CheckpointOptions, CheckpointSummary } from './checkpoint-options.ts';

/** What went through one node. Records, unless the name says bytes or ms. */
export interface NodeCounts {
  readonly in: number;
  readonly out: number;
  /** Left out on purpose: `filter`, `take`, a policy-free drop. */
  readonly filtered: number;
  /** Failed for good and dropped by `skip`. */
  readonly skipped: number;
  readonly deadLettered: number;
  /** Failed for good and replaced by `fallback`. */
  readonly replaced: number;
  /** Swallowed by operators that make other records of them: `batch`, `scan`, `flatMap`. */
  readonly aggregated: number;
  /** Made by such operators, or by a policy where nothing entered. */
  readonly created: number;
  /** On their way when the branch downstream was cancelled (`take`) or the run stopped. */
  readonly discarded: number;
  /** Held by a `sort` or `mergeSorted` when the run was stopped: the checkpoint has them. Absent where there are none. */
  readonly held?: number;
  /**
   * Dropped by an overflow strategy: of a reader, before they entered the graph, which is not part of the balance;
   * of `buffer`, where they are among the `filtered`.
   */
  readonly overflowed: number;
  /** Calls that were repeated. */
  readonly retried: number;
  /** Calls of user code or I/O that failed, retries included. */
  readonly failed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A node's counts and times. Nodes fused into one stage share its times. */
export interface NodeMetrics extends NodeCounts {
  readonly name: string;
  readonly kind: string;
  readonly label: string;
  /** Number of the stage that runs the node, as in `explain()`. */
  readonly stage: number;
  /** Time spent working. */
  readonly busyMs: number;
  /** Time spent waiting for input. */
  readonly waitingMs: number;
  /** Time spent held back by what is downstream. */
  readonly heldBackMs: number;
}

/** All nodes' counts and times at one moment. */
export interface Metrics {
  readonly elapsedMs: number;
  readonly nodes: readonly NodeMetrics[];
}

/** What all readers have read together. */
export interface ReadSoFar {
  readonly records: number;
  readonly bytes: number;
  /** Bytes that there are in all, for the share that is done; absent while a reader does not know. */
  readonly bytesExpected?: number;
}

/** How far a run is, for people. What it goes on with from a checkpoint counts as read and written; rate and rest are of this run. */
export interface Progress {
  readonly elapsedMs: number;
  readonly recordsRead: number;
  readonly recordsWritten: number;
  /** Records that failed for good so far: skipped, replaced and dead-lettered. */
  readonly recordsFailed: number;
  /** Of those that this run has read. */
  readonly recordsPerSecond: number;
  readonly bytesRead: number;
  /** Absent while a reader does not know its size. */
  readonly bytesExpected?: number;
  /** Absent without `bytesExpected`, and before this run has read anything. */
  readonly etaMs?: number;
  /** What earlier runs had read; absent in one that began at the beginning. */
  readonly resumedAt?: Omit<ReadSoFar, 'bytesExpected'>;
}

/**
 * The account of a run. It closes when
 * `read + created = written + filtered + skipped + deadLettered + aggregated + discarded + held`
 * for the whole, in and out match at every node, and nothing was lost on an edge.
 */
export interface Balance {
  readonly read: number;
  readonly created: number;
  readonly written: number;
  readonly filtered: number;
  readonly skipped: number;
  readonly deadLettered: number;
  readonly aggregated: number;
  readonly discarded: number;
  /** Held for the run that goes on with this one, which was stopped. Absent where there are none. */
  readonly held?: number;
  readonly closed: boolean;
  /** What does not match, in words; empty when the balance is closed. */
  readonly gaps: readonly string[];
}

/** What `run()` resolves with: the balance, and the figures of every node. */
export interface Summary {
  readonly pipeline: string;
  /** `stopped` when `stop()` ended the run before its readers did. */
  readonly state: 'done' | 'stopped';
  /** ISO 8601. */
  readonly started: string;
  readonly durationMs: number;
  readonly balance: Balance;
  readonly nodes: readonly NodeMetrics[];
  /** What stateful operators held; absent where there are none. */
  readonly held?: StateSummary;
  /** Absent where the run makes none. */
  readonly checkpoints?: CheckpointSummary;
}

/** Where a reader stands in a checkpoint. */
export interface ReaderStanding {
  /** The name of its node. */
  readonly node: string;
  readonly at: 'beginning' | 'position' | 'end';
  /** What it said of its position, as plain data. */
  readonly position?: unknown;
}

/** What happens in a run, as it happens; told apart by `type`. */
export type RunEvent =
  | { readonly type: 'started'; readonly pipeline: string; readonly stages: number }
  | {
      readonly type: 'retried';
      readonly node: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly error: Error;
    }
  | {
      readonly type: 'failed-record';
      readonly node: string;
      readonly settled: 'skipped' | 'dead-lettered' | 'replaced';
      readonly error: Error;
      readonly origin: Origin;
    }
  | {
      readonly type: 'stalled';
      readonly node: string;
      readonly waitingFor: string;
      readonly forMs: number;
    }
  | { readonly type: 'traced'; readonly node: string; readonly origin: Origin; readonly record: unknown }
  | {
      readonly type: 'logged';
      readonly node: string;
      readonly level: 'debug' | 'info' | 'warn';
      readonly message: string;
      /** Its number among the records of the node, from 1. */
      readonly number: number;
      readonly record: unknown;
    }
  | { readonly type: 'barrier'; readonly node: string; readonly id: number }
  | {
      readonly type: 'resumed';
      readonly checkpoint: number;
      /** When that was taken, ISO 8601. */
      readonly taken: string;
      /** Newer ones that are damaged, and were passed over. */
      readonly damaged: readonly number[];
      /** Whether the counts of the balance go on; they begin anew where the graph has changed. */
      readonly counted: boolean;
      /** What had been read by then. */
      readonly read: ReadSoFar;
      readonly readers: readonly ReaderStanding[];
    }
  | {
      /** An earlier run had come to the end of all: there is nothing to do. */
      readonly type: 'over-before';
      readonly checkpoint: number;
      /** When that was, ISO 8601. */
      readonly taken: string;
    }
  | {
      readonly type: 'checkpoint';
      readonly id: number;
      readonly bytes: number;
      /** From the barrier's entry to the end of the write. */
      readonly durationMs: number;
    }
  | { readonly type: 'checkpoint-failed'; readonly id: number; readonly error: Error; readonly inRow: number }
  | {
      /** A hook of a plugin failed, which harms nothing: the first time, and at the end of the run if there were more. */
      readonly type: 'hook-failed';
      readonly plugin: string;
      readonly hook: string;
      readonly error: Error;
      readonly times: number;
    }
  | { readonly type: 'stopping' }
  | {
      readonly type: 'ended';
      readonly state: 'done' | 'stopped' | 'failed' | 'aborted';
      readonly summary?: Summary;
      readonly error?: Error;
    };

/** The logger interface of pino, the slice that is used. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where state goes that has no room in memory. */
export interface SpillOptions {
  /** In which a private folder is made while it is needed. @default the system's for temporary files */
  readonly folder?: string;
}

/** What stateful operators held. */
export interface StateSummary {
  /** Bytes that they may hold together. */
  readonly memory: number;
  /** The most that they held together. */
  readonly peak: number;
  /** Bytes that went to the disk, compressed. */
  readonly spilled: number;
}

/** How a pipeline is run. */
export interface RunOptions {
  /** Aborting it aborts the run. */
  readonly signal?: AbortSignal;
  /** Gets every event. */
  readonly logger?: Logger;
  /** Emits `traced` events that name each node a sampled record passes. @default false */
  readonly debug?: boolean;
  /** How long nothing may move before a `stalled` event names who waits for whom; `false` turns it off. @default '30s' */
  readonly stallAfter?: string | number | false;
  /** Time, for tests. @default the system's */
  readonly clock?: Clock;
  /** Seed of the jitter in backoffs, for tests. @default random */
  readonly seed?: number;
  /** Memory that stateful operators share: bytes, or text such as `'64 MiB'`. @default the pipeline's */
  readonly memory?: number | string;
  /** Where state goes that has no room in memory, or `false`: nowhere. @default the pipeline's */
  readonly spill?: SpillOptions | false;
  /** Makes checkpoints, and goes on from the newest that is there. @default makes none */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Leaves out what is older, for readers that know the time of what they read: a time for all readers, or one for
   * each that is named. A run that goes on from a checkpoint goes on where that is instead. @default the beginning
   */
  readonly from?: Date | Readonly<Record<string, Date>>;
  /** Plugins whose hooks are called around and during the run. @default none */
  readonly plugins?: readonly Plugin[];
}

/** How a run is stopped. */
export interface StopOptions {
  /**
   * How long that may take. A run that has not come to its end by then is aborted: `done` rejects with
   * `ERR_STOP_TIMEOUT`, which says what it waited for. @default as long as it takes
   */
  readonly timeout?: string | number;
}

/** A running pipeline. */
export interface RunHandle {
  /** Resolves with the balance; rejects with the first cause of failure once all is closed. */
  readonly done: Promise<Summary>;
  /**
   * Stops the readers, lets everything on its way arrive, closes; with checkpoints, it makes a last one instead. Resolves
   * or rejects like `done`. Called again, it can set a shorter limit.
   */
  stop(options?: StopOptions): Promise<Summary>;
  /** Ends the run at once; sinks give up their output. `done` rejects with `ERR_ABORTED`. Resolves when all is closed. */
  abort(reason?: unknown): Promise<void>;
  /** About four times a second while subscribed; the last value is the end's. */
  readonly progress$: Observable<Progress>;
  readonly events$: Observable<RunEvent>;
  /** Once a second while subscribed; the last value is the end's. */
  readonly metrics$: Observable<Metrics>;
}
