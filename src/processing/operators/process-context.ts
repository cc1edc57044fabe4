import { duration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { CheckedProcess, ProcessContext } from './process-spec.ts';
import type { StateHandles, StateKinds, Ttl } from './state/state-kind.ts';

/** The context that callbacks get, its types forgotten. */
export type AnyContext = ProcessContext<unknown, unknown, StateKinds, unknown, readonly string[]>;

/** Whether records may come; or timers fire, for the last time; or `onEnd` runs. */
export type Phase = 'running' | 'over' | 'ending';

/** What a context is a view of. */
export interface ContextHost {
  readonly key: () => unknown;
  /** Whether a callback runs. */
  readonly running: () => boolean;
  readonly phase: () => Phase;
  readonly event: () => number;
  readonly put: (record: unknown, output: string) => void;
  readonly setTimer: (by: Ttl['by'], at: number, name: string | undefined) => void;
  readonly cancelTimer: (name: string) => void;
  readonly forget: () => void;
}

/** The one context of a run: what it does concerns the key that a callback is running for. */
export function processContext(
  spec: CheckedProcess,
  clock: Clock,
  state: StateHandles<StateKinds>,
  host: ContextHost,
): AnyContext {
  const setTimer = (by: Ttl['by'], at: number, name: string | undefined): void => {
    checkTurn(host);
    if (host.phase() === 'ending' || spec.onTimer === undefined) throw neverFires(host.phase());
    host.setTimer(by, at, name);
  };
  return Object.freeze<AnyContext>({
    state,
    get key() {
      checkTurn(host);
      return host.key();
    },
    time: Object.freeze({
      get now() {
        return clock.now();
      },
      get event() {
        return host.event();
      },
      get over() {
        return host.phase() !== 'running';
      },
    }),
    timers: Object.freeze({
      eventTime: (at: number | Date, name?: string) => setTimer('event-time', timeOf(at), name),
      processingTime: (after: number | string, name?: string) =>
        setTimer('clock', clock.now() + duration(after, 'time of a timer'), name),
      cancel(name: string) {
        checkTurn(host);
        host.cancelTimer(name);
      },
    }),
    emit(record) {
      checkTurn(host);
      host.put(record, 'main');
    },
    output(name, record) {
      checkTurn(host);
      if (!spec.outputs.includes(name)) throw noOutput(name, spec.outputs);
      host.put(record, name);
    },
    forget() {
      checkTurn(host);
      host.forget();
    },
  });
}

function checkTurn(host: ContextHost): void {
  if (host.running()) return;
  throw new MillraceError('ERR_CALLBACK', 'what a callback was given was used out of turn', {
    hint: 'Use it only while the callback runs.',
  });
}

function neverFires(phase: Phase): MillraceError {
  const late = phase === 'ending';
  const why = late ? 'the input is over' : 'there is no onTimer';
  return new MillraceError('ERR_CALLBACK', `its callback set a timer that would never fire: ${why}`, {
    hint: late ? 'Emit in onEnd what is left.' : 'Give process() an onTimer.',
  });
}

function noOutput(name: unknown, names: readonly string[]): MillraceError {
  return new MillraceError('ERR_CALLBACK', `its callback names no output: ${showValue(name)}`, {
    hint: `Name it in outputs; there are: ${names.join(', ') || 'none'}.`,
  });
}

function timeOf(at: number | Date): number {
  const time = at instanceof Date ? at.getTime() : at;
  if (typeof time === 'number' && !Number.isNaN(time)) return time;
  throw new MillraceError('ERR_OPTIONS', `Cannot set a timer: ${showValue(at)} is no time`, {
    hint: 'Give milliseconds since the epoch, or a Date.',
  });
}
