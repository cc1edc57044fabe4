import { formatDuration } from '../../core/duration.ts';
import { isRetryable, MillraceError, toError } from '../../core/errors.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { CallLimitContext, CallOutcome, Leave } from '../../interfaces/call-limit.ts';

/** `closed`: calls are made; `open`: none is; `half-open`: one is, which decides. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** A circuit breaker has come into another state. */
export interface CircuitChange {
  readonly name: string;
  readonly state: CircuitState;
  /** The node whose call brought it about. */
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Times in milliseconds. */
export interface CircuitSettings {
  readonly name: string;
  readonly failures: number;
  readonly within: number;
  readonly reset: number;
  readonly when?: ((error: unknown) => boolean) | undefined;
  readonly onChange?: ((change: CircuitChange) => void) | undefined;
}

/** Whether calls to one service are made at present. */
export class Circuit {
  readonly #settings: CircuitSettings;
  #state: CircuitState = 'closed';
  /** When the last failures were, while it is closed; never more than open it. */
  #failedAt: number[] = [];
  #opened = 0;
  /** While it is half open: the call that decides. */
  #trial: Leave | undefined;
  /** Counts changes: a call tells nothing about a state that it did not begin in. */
  #changes = 0;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
  }

  /**
   * Lets a call begin.
   *
   * @throws MillraceError `ERR_CIRCUIT_OPEN`, which may be tried again.
   */
  enter(context: CallLimitContext): Leave {
    const now = context.clock.now();
    const { reset } = this.#settings;
    if (this.#state === 'open') {
      const left = this.#opened + reset - now;
      if (left > 0) throw this.#refusal(`is tried again in ${formatDuration(left)}`, left);
      this.#change('half-open', context);
    }
    if (this.#trial !== undefined) throw this.#refusal('is being tried by another call', 0);
    const begun = this.#changes;
    const leave: Leave = (outcome) => {
      if (this.#trial === leave) this.#trial = undefined;
      if (begun === this.#changes) this.#learn(outcome, context);
    };
    if (this.#state === 'half-open') this.#trial = leave;
    return leave;
  }

  #learn({ kind, error }: CallOutcome, context: CallLimitContext): void {
    if (kind === 'abandoned') return;
    const failed = kind === 'failed' && this.#counts(error, context);
    if (!failed) {
      if (this.#state === 'half-open') this.#change('closed', context);
      return;
    }
    const now = context.clock.now();
    const { failures, within } = this.#settings;
    this.#failedAt = this.#failedAt.filter((time) => now - time < within);
    this.#failedAt.push(now);
    if (this.#state === 'closed' && this.#failedAt.length < failures) return;
    this.#opened = now;
    this.#change('open', context);
  }

  #counts(error: unknown, { node, fail }: CallLimitContext): boolean {
    const { when, name } = this.#settings;
    if (when === undefined) return isRetryable(error);
    try {
      const counts: unknown = when(error);
      refusePromise(counts, 'Give circuitBreaker() a synchronous function as `when`.');
      return Boolean(counts);
    } catch (cause) {
      fail(broken(`decide in "${node}" whether "${name}" failed`, cause, node));
      return true;
    }
  }

  #change(state: CircuitState, { node, clock, fail }: CallLimitContext): void {
    const { name, onChange } = this.#settings;
    this.#state = state;
    this.#changes++;
    this.#failedAt = [];
    try {
      const returned: unknown = onChange?.({ name, state, node, time: clock.now() });
      refusePromise(returned, 'Give circuitBreaker() a synchronous function as `onChange`.');
    } catch (cause) {
      fail(broken(`report in "${node}" that the circuit "${name}" is ${state}`, cause, node));
    }
  }

  #refusal(then: string, retryAfterMs: number): MillraceError {
    const { name } = this.#settings;
    return new MillraceError('ERR_CIRCUIT_OPEN', `the circuit "${name}" is open, and ${then}`, {
      retryable: true,
      hint: 'Look at why its calls fail; with retry() in its onError, records wait for it to close.',
      details: { name, retryAfterMs },
    });
  }
}

function broken(doing: string, cause: unknown, node: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `Cannot ${doing}: ${toError(cause).message}`, { cause, node });
}
