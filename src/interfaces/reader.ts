import type { Observable } from 'rxjs';
import type { Clock } from './clock.ts';
import type { DecodeFailure, Replacement } from './failure.ts';
import type { OnError } from './policy.ts';
import type { Item } from './signal.ts';

/** How the engine tells a reader to hold back. */
export interface Demand {
  /** True while the graph downstream is full. Look at it after each `next`. */
  readonly paused: boolean;
  /** Resolves when reading may go on, at once if it may now; also when the run is over. */
  ready(): Promise<void>;
}

/** What a reader can promise about itself. */
export interface ReaderTraits {
  /** Whether it ends by itself. */
  readonly bounded: boolean;
  /** Whether it can start again from a position: it calls `positioned` when it is opened. */
  readonly replay: 'position' | 'none';
  /** Whether its input can be divided among several readers. */
  readonly splittable: boolean;
  /** Whether it knows how old what it reads is: it then takes a `Date` as `from`. @default false */
  readonly timed?: boolean;
  /**
   * Whether it gives the same records with the same numbers when it is read again from a position: not where it drops
   * some of them as others are behind. @default true
   */
  readonly repeats?: boolean;
}

/** What the engine hands to a reader when a run opens it. */
export interface ReadContext {
  readonly demand: Demand;
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /**
   * Reports a bad record, in its place in the order. Returns what to put there, or `undefined` to
   * leave it out; throws when the policy says that the run fails: let that error reach the Observable.
   */
  failed(failure: DecodeFailure): Replacement | undefined;
  /** The run's end waits for `closed`: hand in what settles when handles and sockets are gone. */
  closing(closed: Promise<unknown>): void;
  /**
   * Hands in what emits, at once and even while paused, the records that were taken from the outside
   * and are still held: called when the run is stopped, before it unsubscribes.
   */
  stopping(emitHeld: () => void): void;
  /**
   * Where to begin: a position that an earlier run was given by `positioned`, as plain data. The reader gives what
   * follows it, and refuses one that does not belong to what it reads. Absent for the beginning.
   *
   * A reader that is `timed` may be given a `Date` instead, by whoever starts the run: it leaves out what is older. It
   * is its position until it tells another one; those that follow say what of that time still has to be known.
   */
  readonly from?: unknown;
  /**
   * Makes checkpoints possible. `position` says where reading stands, as plain data: all that was emitted, and given
   * to `failed`, is before it, and all else behind it. It is asked for between two emissions; `undefined` says that it
   * cannot be told just now, as something was taken apart that is not emitted yet: call the function that `positioned`
   * returns when it can be. `acknowledge`, if given, is called when a checkpoint with a position is complete.
   */
  positioned(position: () => unknown, acknowledge?: (position: unknown) => void | Promise<void>): () => void;
  /**
   * Throws for a path that must not be opened, where the pipeline is a file that is kept in a folder: to be asked for each
   * that is found or made up while it reads, as by a pattern. Absent where anything may be opened.
   */
  checkPath?(path: string): void;
  /** Adds to the bytes that there are to read; where it goes on from a position, to those that are left behind that. */
  expected(bytes: number): void;
  /** Adds to the bytes that were taken from the outside, as they lie there (compressed); those before `from` were told before. */
  consumed(bytes: number): void;
  /** Counts records that an overflow strategy dropped before they entered the graph. */
  overflowed(records: number): void;
}

/** Where records come from. A frozen description: state is born in `open`. */
export interface Reader<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  /** The name with what it reads, e.g. `csv orders-*.csv.gz`. */
  readonly label: string;
  readonly traits: ReaderTraits;
  /** What happens on a bad record; the pipeline's default where absent. */
  readonly onError?: OnError;
  /** What is wrong with it, when it cannot be opened as described; the pipeline's check reports it. */
  readonly problem?: string;
  /**
   * The same reader, which makes each record of these fields only, in this order, as the operator
   * `select` would: a field that a record lacks is `undefined`. What it does not build it need not
   * parse. A record that is `null` or `undefined` stays as it is, and so does what
   * `context.failed` answers. `undefined` when it cannot do so.
   */
  select?(fields: readonly string[]): Reader<T> | undefined;
  /** Cold: subscribing opens, unsubscribing closes. Never emits while `demand.paused` holds. */
  open(context: ReadContext): Observable<Item<T>>;
}
