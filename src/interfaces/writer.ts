import type { Batch } from './batch.ts';
import type { Clock } from './clock.ts';
import type { OnError } from './policy.ts';

/** What a writer can promise about itself. */
export interface WriterTraits {
  /** How written records become part of a checkpoint. */
  readonly commit: 'transaction' | 'truncate' | 'idempotent' | 'none';
}

/** What the engine hands to a writer when a run opens it. */
export interface WriteContext {
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
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
  open(context: WriteContext): Promise<Sink<T>>;
}

/** An open writer. Calls never overlap; exactly one of `close` and `abort` ends it. */
export interface Sink<T> {
  /**
   * Takes the whole batch or, when it throws or rejects, none of it, so that the same batch or its
   * records one by one can be tried again.
   */
  write(batch: Batch<T>): void | Promise<void>;
  /** Completes the output: after it, all is there under its final name. */
  close(): Promise<void>;
  /** Gives up: nothing half-written stays under the final name. Never rejects because of `cause`. */
  abort(cause: unknown): Promise<void>;
}
