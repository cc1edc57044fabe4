import type { Origin } from './batch.ts';
import type { Component } from './component.ts';
import type { ExpressionFunction } from './expression-function.ts';
import type { Summary } from './run.ts';

/** Which run a hook is called for. */
export interface HookRun {
  /** The name of the pipeline. */
  readonly pipeline: string;
  /** Aborts when the run is over, whichever way: what a hook still does then nobody waits for. */
  readonly signal: AbortSignal;
}

/** How a run ended. */
export type RunOutcome =
  | { readonly summary: Summary; readonly error?: undefined }
  | { readonly error: Error; readonly summary?: undefined };

/** A record that failed for good, and what a policy made of it. */
export interface RecordError {
  /** The name of the node. */
  readonly node: string;
  readonly settled: 'skipped' | 'dead-lettered' | 'replaced';
  readonly error: Error;
  readonly origin: Origin;
}

/** A checkpoint that is complete. */
export interface CheckpointTaken {
  readonly id: number;
  readonly bytes: number;
  /** From the barrier's entry to the end of the write. */
  readonly durationMs: number;
}

type Hooked = void | Promise<void>;

/**
 * What a plugin is told of runs. A hook that fails, or does not come to its end in time, never costs a record and never
 * holds a run up for ever: it is reported as the event `hook-failed`. `beforeRun` alone decides something: when
 * it fails, the run is refused.
 */
export interface PluginHooks {
  /**
   * Is called before anything is opened, and waited for: 30 s at the most. When it throws or rejects, or does not settle in
   * that time, the run fails with `ERR_PLUGIN`, nothing read or written.
   */
  readonly beforeRun?: (run: HookRun) => Hooked;
  /**
   * Is called when the run is over and all is closed, also after a failure, and of runs that another plugin's `beforeRun`
   * has refused, or that were aborted before the own one was called. `done` settles when it has settled, or after 10 s. It cannot change how the run ended.
   */
  readonly afterRun?: (run: HookRun, outcome: RunOutcome) => Hooked;
  /**
   * Is called for each record that failed for good and was skipped, dead-lettered or replaced. The one that ends a run is the
   * error that `afterRun` is given. Nothing waits for what it does; while 100 of its calls have not settled, further
   * ones are left out, and counted in the event.
   */
  readonly onRecordError?: (failure: RecordError, run: HookRun) => Hooked;
  /** Is called when a checkpoint is complete, in the same way as `onRecordError`. */
  readonly onCheckpoint?: (checkpoint: CheckpointTaken, run: HookRun) => Hooked;
}

/** A format of a plugin, of which a reader and a writer of files are made. */
export interface PluginFormat {
  /** lower_snake_case, the name of its reader and its writer. */
  readonly name: string;
  /** What names of its files end in, with the dot, e.g. `.ltsv`: by these, file commands know it. */
  readonly extensions: readonly string[];
  readonly reads: boolean;
  readonly writes: boolean;
}

/** A bundle of components, functions, formats and hooks: a plain object, which `definePlugin` makes. */
export interface Plugin {
  readonly name: string;
  /** The versions of millrace that it is for, as npm writes ranges, e.g. `^1`. @default all */
  readonly millrace?: string;
  readonly components: readonly Component[];
  /** Functions of expressions. They are pure: the same arguments give the same, always. */
  readonly functions?: readonly ExpressionFunction[];
  /** Formats that some of the components are made of. */
  readonly formats?: readonly PluginFormat[];
  readonly hooks?: PluginHooks;
}
