import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { DuplexContext, DuplexLogic, Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

export interface ValveOptions {
  /** Whether it is closed to begin with. @default false */
  readonly closed?: boolean;
}

/** Pauses and resumes flows from outside: all that its operator is in, in all runs. */
export interface Valve {
  readonly closed: boolean;
  /** Lets nothing more pass. What is behind it goes on; what is in front waits. */
  close(): void;
  open(): void;
  /** The operator that passes records on while the valve is open. */
  operator<A>(): Operator<A, A>;
}

const schema = z.strictObject({
  closed: z.boolean().default(false).describe('Whether it is closed to begin with'),
});

/**
 * Makes a valve: a handle that pauses and resumes from outside, and an operator for the places where it does.
 * The valve belongs to you and not to a run: one that is closed when a run begins lets nothing pass there.
 * `stop()` waits for what is in front of a closed valve; `abort()` does not.
 *
 * - Emits: the records as they come, while the valve is open; it looks at it before each batch.
 * - Backpressures: while the valve is closed, or when downstream does. Holds one batch.
 * - Completes: when the input is over and the valve was open for the last record.
 * - Cancels: when downstream does, also while it is closed.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `closed` is true or false.
 * @example
 * ```ts
 * import { from, valve } from 'millrace';
 *
 * const gate = valve();
 * const orders = from(['a', 'b']).pipe(gate.operator());
 * gate.close();
 * gate.open();
 * ```
 */
export function valve(options: ValveOptions = {}): Valve {
  let { closed } = parseOptions(schema, options, 'valve');
  /** Who waits in front of it, in whichever run. */
  const waiting = new Set<() => void>();
  const state: ValveState = {
    get closed() {
      return closed;
    },
    waiting,
  };
  return Object.freeze({
    get closed() {
      return closed;
    },
    close: () => {
      closed = true;
    },
    open: () => {
      closed = false;
      for (const goOn of waiting) goOn();
      waiting.clear();
    },
    operator: <A>() =>
      defineOperator<A, A>({
        name: 'valve',
        remembers: 'none',
        kind: 'duplex',
        cardinality: 'one',
        create: (context) => valveLogic<A>(context, state),
      }),
  });
}

interface ValveState {
  readonly closed: boolean;
  readonly waiting: Set<() => void>;
}

function valveLogic<A>(context: DuplexContext<A>, state: ValveState): DuplexLogic<A> {
  let over = false;
  let goOn: (() => void) | undefined;
  const opened = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
      state.waiting.add(resolve);
    });
  return {
    waitingFor: 'its valve to open',
    async write(records, origin) {
      while (state.closed && !over) await opened();
      if (!over) await context.emit(records, origin);
    },
    async end() {},
    abort() {
      over = true;
      if (goOn === undefined) return;
      state.waiting.delete(goOn);
      goOn();
    },
  };
}
