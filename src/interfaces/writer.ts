import type { Batch } from './batch.ts';
import type { NodeFiles } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import type { OnError } from './policy.ts';

/** What a writer can promise about itself. */
export interface WriterTraits {
  /**
   * How written records become part of a checkpoint: in a transaction with it, so that between `prepare` and `commit`
   * or `release` nothing is written; what was written since is cut off
   * (`truncate`), or does nothing when it is written again (`idempotent`), or stays, and is written twice (`none`). Or not at
   * all: the output is complete at the end, and cannot be gone on with (`whole`).
   */
  readonly commit: 'transaction' | 'truncate' | 'idempotent' | 'none' | 'whole';
}

/** What the engine hands to a writer when a run opens it. */
export interface WriteContext {
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /**
   * Whether the run makes checkpoints: the sink then has to `prepare` for them, and what was prepared has to outlive
   * a run that fails. @default false
   */
  readonly checkpointed?: boolean;
  /**
   * Whether whatever fails ends the run, as no policy does anything else with it: then a write may also fail because of an
   * earlier one, with an error that names its record (`origin`). Without it, each batch has to be answered for by its own
   * write. @default false
   */
  readonly strict?: boolean;
  /**
   * What `prepare` gave in an earlier run: the output is to be made what it was then, and written on. It may have been
   * closed since, when nothing more was to be written. Absent for a new output.
   */
  readonly from?: unknown;
  /** What the sink keeps beside the checkpoints: there when the run makes some. */
  readonly files?: NodeFiles;
  /** The same object for all that one run opens, its store included: so they may share a connection. */
  readonly run?: object;
  /**
   * Throws for a path that must not be opened, where the pipeline is a file that is kept in a folder: to be asked for each
   * that is found or made up while it writes, as by a pattern. Absent where anything may be opened.
   */
  checkPath?(path: string): void;
  /** Adds to the bytes written to the outside. */
  wrote(bytes: number): void;
}

/** Where records go. A frozen description: state is born in `open`. */
export interface Writer<T> {
  /** The registered name, e.g. `ndjson`. */
  readonly name: string;
  /** The name with where it writes, e.g. `ndjson large.ndjson`. */
  readonly label: string;
  readonly traits: WriterTraits;
  /** What the writer alone may write to, e.g. `file:/data/large.ndjson`; two sinks may not share it. */
  readonly target?: string;
  readonly onError?: OnError;
  /** The files that it writes, where it writes any. */
  readonly files?: OutputFiles<T>;
  open(context: WriteContext): Promise<Sink<T>>;
}

/** What is known of the files of a writer, and how else they could be written. */
export interface OutputFiles<T> {
  /** Absolute; with placeholders in braces where there are several. */
  readonly path: string;
  /** One of the files that are there before the run: it would be replaced, or added to. */
  existing(): Promise<string | undefined>;
  /**
   * The same writer, for another path, or with another way of dealing with files that are there.
   *
   * @throws MillraceError `ERR_OPTIONS` for `append` where the format has an end that nothing can follow.
   */
  rewritten(change: OutputChange): Writer<T>;
}

/** How files are to be written instead; what is absent stays as it is. */
export interface OutputChange {
  readonly path?: string;
  readonly append?: boolean;
  readonly overwrite?: boolean;
}

/** An open writer. Calls never overlap; exactly one of `close`, `abort` and `suspend` ends it. */
export interface Sink<T> {
  /**
   * Takes the whole batch or, when it throws or rejects, none of it, so that the same batch or its
   * records one by one can be tried again.
   */
  write(batch: Batch<T>): void | Promise<void>;
  /**
   * Makes what was written so far last through a power cut, and says what that is, as plain data: a writer that is
   * opened with it as `from` goes on behind it. May be called again without a `commit` in between. Absent where no
   * output can be gone on with.
   */
  prepare?(checkpoint: number): Promise<unknown>;
  /** The checkpoint is complete: it and what it holds will be gone on from, and nothing that is older. */
  commit?(checkpoint: number): Promise<void>;
  /** The checkpoint comes to nothing: what was prepared for it, if anything, belongs to the next one. */
  release?(checkpoint: number): void | Promise<void>;
  /** Lets go of what is open, and leaves what was prepared for a run to go on with: then called instead of `abort`. */
  suspend?(): Promise<void>;
  /** Completes the output: after it, all is there under its final name. */
  close(): Promise<void>;
  /** Gives up: nothing half-written stays under the final name. Never rejects because of `cause`. */
  abort(cause: unknown): Promise<void>;
}
