import type { BatchOrigin, Origin } from './batch.ts';
import type { CallLimit } from './call-limit.ts';
import type { Cancel, Clock } from './clock.ts';
import type { Memory, Spill } from './memory.ts';
import type { OnError } from './policy.ts';
import type { RunEvent } from './run.ts';
import type { Signal } from './signal.ts';

/** Passes a record on. */
export type Emit<B> = (record: B) => void;

// biome-ignore lint/suspicious/noConfusingVoidType: returning nothing is the rule, and functions that do are void
type Nothing = void;

/** Nothing, or records that the engine pulls piece by piece as downstream has room, before it goes on. */
export type Output<B> = Iterable<B> | undefined | Nothing;

/**
 * How many records leave for each that enters, which is what the balance is checked against:
 * `one` exactly one, `filter` one or none, `many` any number (also aggregates).
 */
export type Cardinality = 'one' | 'filter' | 'many';

/** What the engine hands to an operator when a run creates it. */
export interface OperatorContext<B = unknown> {
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Name of the node in the graph. */
  readonly node: string;
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** What state has to be counted against: the memory that the run's operators share. */
  readonly memory: Memory;
  /** Where state goes that has no room in memory. Only operators that may wait can use it. */
  readonly spill: Spill;
  /** Whether nothing downstream wants more: a loop that emits much should look at it. */
  readonly cancelled: boolean;
  /** Whether the reader before makes of each record just what the operator's `selects` says. @default false */
  readonly selected?: boolean;
  /**
   * Says that event time has reached `time`: the operators behind are told in its place among the records
   * that were emitted. For use while `push`, `watermark` or `end` runs. A time that is not later than the
   * last one does nothing.
   */
  advance(time: number): void;
  /** Says that nothing comes at present: where flows meet, others need not wait for the time of this one. */
  idle(): void;
  /**
   * Where the record came from that is in work: while `push` runs, and while what it returned is pulled. It is worked
   * out when it is asked for. `undefined` when no record is in work, as at the end, for records that another operator
   * has made, and for operators that are not synchronous. Not to be asked for in `transform`, `accepts` or `absorbs`.
   * `brief` leaves out line and byte, which cost the most.
   */
  origin(brief?: 'brief'): Origin | undefined;
  /** Puts an event among those of the run; `make` is called only if anybody takes them. */
  report(make: () => RunEvent): void;
  /** Says that nothing more will be emitted: ends the branch downstream, cancels it upstream. */
  complete(): void;
  /**
   * Calls back after `ms`, never in the middle of a batch and not while downstream is full; what it
   * emits goes on at once, what it returns is pulled. A throwing callback fails the run.
   */
  after(ms: number, callback: (emit: Emit<B>) => Output<B>): Cancel;
}

/** The state of a synchronous operator in one run. Fused with its neighbours; never awaits. */
export interface SyncLogic<A, B> {
  /**
   * Takes one record. What it returns, if anything, is more output that the engine pulls piece by
   * piece as downstream has room, before the next record: so one record may become endlessly many.
   */
  push(record: A, emit: Emit<B>): Output<B>;
  /** `push` as a plain function, where it makes exactly one record of one: the engine may call it instead. */
  readonly transform?: (record: A) => B;
  /** `push` as a plain function, where it passes a record on as it is, or not: the engine may call it instead. */
  readonly accepts?: (record: A) => unknown;
  /** `push` as a plain function, where it never emits anything: the engine may call it instead. */
  readonly absorbs?: (record: A) => void;
  /** Event time has reached `time`: no earlier record follows. Much output is returned, to be pulled, as by `push`. */
  watermark?(time: number, emit: Emit<B>): Output<B>;
  /** Whether event time is what this operator says by `advance`, and not what comes from upstream. */
  readonly assignsTime?: boolean;
  /** The input is over: emit what is held, or return it, to be pulled, where it is much. */
  end?(emit: Emit<B>): Output<B>;
  /** The run is over, whichever way; called exactly once. */
  close?(): void;
  /**
   * What the operator remembers, as plain data that can be cloned: a logic that `restore`s it goes on
   * just as this one would. An operator that remembers nothing has neither.
   */
  snapshot?(): unknown;
  /**
   * Takes over what `snapshot` gave; called before the first record, if at all. `version` is the operator's
   * `stateVersion` of that time, 1 where it is not told: a logic of a later one makes of it what it would have
   * remembered, or throws.
   */
  restore?(state: unknown, version?: number): void;
}

/** What an asynchronous callback gets besides the record. */
export interface CallContext {
  /** Aborts on timeout and when the run is over. */
  readonly signal: AbortSignal;
  /** 1 on the first try, 2 on the first retry. */
  readonly attempt: number;
}

/** The state of an asynchronous operator in one run; concurrency, order and time are the engine's. */
export interface AsyncLogic<A, B> {
  /**
   * Starts the work on one record. With cardinality `many`, what it returns or resolves to is an
   * iterable or async iterable of records; else it is the record.
   */
  call(record: A, context: CallContext): unknown | Promise<unknown>;
  /** The run is over, whichever way; called exactly once. The run's end waits for it. */
  close?(): void | Promise<void>;
  /** What it remembers while no call is going on, as plain data; see {@link SyncLogic}. */
  snapshot?(): unknown;
  /** Takes over what `snapshot` gave; called before the first record, if at all. */
  restore?(state: unknown, version?: number): void;
  readonly '~emits'?: B;
}

/** What a duplex operator sends its output with. */
export interface DuplexContext<B> extends OperatorContext<B> {
  /** Passes records on, with where they came from if that is known; resolves when downstream has room again. */
  emit(records: readonly B[], origin?: BatchOrigin): Promise<void>;
  /** Passes on a signal that the logic took, behind all that was emitted before; resolves like `emit`. */
  forward(signal: Signal): Promise<void>;
  /**
   * Lets the barrier of a checkpoint go on that is due, as `snapshot` tells what there is now: to be called while `end`
   * is giving much, between two emissions. Without it, no checkpoint has the operator before `end` is through.
   */
  passBarrier(): void | Promise<void>;
  /** Counts records that were dropped because downstream is behind; of the operators that do, none is of `one`. */
  overflowed(records: number): void;
  /** Fails the run. */
  fail(error: unknown): void;
}

/** The state of an operator with a life of its own: a foreign stream, an opaque RxJS operator. */
export interface DuplexLogic<A> {
  /** Takes records, of which the engine also says where they came from; resolves when more may come. */
  write(records: readonly A[], origin?: BatchOrigin): void | Promise<void>;
  /**
   * Takes a signal, to `forward` it in its place among what is emitted; resolves when more may come. Without it,
   * a signal goes on at once when the records before it have been taken.
   */
  signal?(signal: Signal): void | Promise<void>;
  /** Records that it holds: what is lost when downstream gives up. Absent where nobody can tell. */
  readonly held?: number;
  /** What it waits for, in words, for whoever looks why nothing moves. @default 'the stream it runs' */
  readonly waitingFor?: string;
  /** The input is over; resolves when all output has been emitted. */
  end(): Promise<void>;
  /** Gives up; called exactly once if `end` has not resolved. */
  abort(cause: unknown): void;
  /**
   * What it remembers, as plain data: asked for when a barrier goes on behind it, so that what came before is in
   * it, or was emitted, and what came after is not.
   */
  snapshot?(): unknown | Promise<unknown>;
  /** Takes over what `snapshot` gave; called before the first record, if at all. */
  restore?(state: unknown, version?: number): void;
}

export interface AsyncOptions {
  /** Records in flight at the most. @default 16 */
  readonly concurrency: number;
  /** Whether results keep the order of the input. @default true */
  readonly ordered: boolean;
  /** Milliseconds for one call; none when absent. */
  readonly timeout?: number;
  /** What each call has to pass before it begins, in this order. */
  readonly limits?: readonly CallLimit[];
}

interface OperatorBase {
  /** The operator's name, e.g. `map`; the node is named after it. */
  readonly name: string;
  readonly cardinality: Cardinality;
  /** What shows in descriptions, e.g. the columns of `select`. */
  readonly detail?: string;
  /**
   * Set by an operator that does nothing but keep these fields of each record, in this order, with
   * `undefined` for those that it lacks: a reader before it may then do the same, and save the rest.
   */
  readonly selects?: readonly string[];
  readonly onError?: OnError;
  /**
   * What it remembers from one record to the next: `none`, what its `snapshot` tells, or something that nobody can
   * tell, so that a run with it makes no checkpoints. @default 'unknown'
   */
  readonly remembers?: 'none' | 'snapshot' | 'unknown';
  /**
   * The version of what its `snapshot` gives, from 1: to be raised when that gets another shape. Runs go on from states
   * of earlier ones, which `restore` is told, and from no later ones. @default 1
   */
  readonly stateVersion?: number;
  /**
   * Whether each record that it emits is made of the one in work, so that its origin is known (`kept`); or it emits
   * at the end, with event time or by a timer, too (`lost`). @default `lost` for cardinality `many`, else `kept`
   */
  readonly origins?: 'kept' | 'lost';
  /**
   * Whether it emits the same when the same comes again, from what it remembered: not where the clock, chance, or the
   * pace of others decides. @default true
   */
  readonly repeats?: boolean;
  /** Whether it gives each record an id that follows from its origin. @default false */
  readonly identifies?: boolean;
  /** Whether it puts records of several flows together, so that it gives nothing right without one of them. @default false */
  readonly joins?: boolean;
  /** Where the user wrote it, e.g. `orders.ts:12`. */
  readonly site?: string;
}

export interface SyncOperator<A, B> extends OperatorBase {
  readonly kind: 'sync';
  create(context: OperatorContext<B>): SyncLogic<A, B>;
}

export interface AsyncOperator<A, B> extends OperatorBase {
  readonly kind: 'async';
  readonly async: AsyncOptions;
  create(context: OperatorContext<B>): AsyncLogic<A, B>;
}

export interface DuplexOperator<A, B> extends OperatorBase {
  readonly kind: 'duplex';
  create(context: DuplexContext<B>): DuplexLogic<A>;
}

/** A transform from records to records: a frozen description, made by `defineOperator`. */
export type Operator<A, B> = SyncOperator<A, B> | AsyncOperator<A, B> | DuplexOperator<A, B>;
