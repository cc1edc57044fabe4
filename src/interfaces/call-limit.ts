import type { Clock } from './clock.ts';

/** What came of a call. */
export interface CallOutcome {
  /** `abandoned`: the run was over before it settled, or it was not made after all. */
  readonly kind: 'succeeded' | 'failed' | 'abandoned';
  /** What it failed with, be it a timeout. */
  readonly error?: unknown;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Says that a call is over; called exactly once. */
export type Leave = (outcome: CallOutcome) => void;

/** Somebody who waits to be let in; is given what to tell when the call is over. */
export type Admitted = (leave: Leave) => void;

/** What a limit learns of the operator whose calls it bounds. */
export interface CallLimitContext {
  readonly node: string;
  readonly clock: Clock;
  /** Aborts when the run is over, whichever way; the same one for all operators of a run. */
  readonly signal: AbortSignal;
  /** Fails the run. */
  fail(error: unknown): void;
}

/** Lets the calls of one operator in one run begin, or makes them wait. */
export interface CallGate {
  /**
   * Lets a call begin, and returns what to tell when it is over. Returns nothing when it has to wait: then
   * `admitted` is called when its turn has come. What it throws is what the call fails with.
   */
  enter(admitted: Admitted): Leave | undefined;
  /** Forgets one that waits. */
  withdraw(admitted: Admitted): void;
}

/** Bounds the calls of asynchronous operators: a frozen description, which operators may share. */
export interface CallLimit {
  readonly kind: 'adaptive' | 'bulkhead' | 'circuit-breaker';
  /** In a few words, for the explained plan. */
  readonly label: string;
  create(context: CallLimitContext): CallGate;
}
