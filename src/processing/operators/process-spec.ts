import { z } from 'zod';
import type { Duration } from '../../core/duration.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { operatorOptions } from './define-operator.ts';
import type { StateHandles, StateKind, StateKinds } from './state/state-kind.ts';

declare const RECORDS: unique symbol;

/** Says of which type records are; nothing at run time. */
export interface Records<T> {
  readonly [RECORDS]?: T;
}

/**
 * Says of which type records are, where TypeScript cannot find out by itself.
 *
 * @example
 * ```ts
 * import { from, records } from 'millrace';
 *
 * const doubled = from([1, 2]).keyBy((n) => n).process({
 *   emits: records<number>(),
 *   onRecord: (n, { emit }) => emit(n * 2),
 * });
 * ```
 */
export function records<T>(): Records<T> {
  return Object.freeze({});
}

/** The side outputs: their names, where input records go there, or their names with the types of their records. */
export type Outputs = readonly string[] | Readonly<Record<string, Records<unknown>>>;

export type OutputName<O> = O extends readonly (infer N)[] ? N & string : keyof O & string;

export type OutputRecord<T, O, N> = O extends readonly unknown[]
  ? T
  : N extends keyof O
    ? O[N] extends Records<infer R>
      ? R
      : never
    : never;

/** The times that a callback can go by, in milliseconds since the epoch. */
export interface ProcessTime {
  /** By the run's clock. */
  readonly now: number;
  /** What event time has reached: `-Infinity` before it is known. In `onTimer`, at least the time of the timer. */
  readonly event: number;
  /** Whether the input is over. */
  readonly over: boolean;
}

/** Sets the timers of a key. One with a name is there once: set again, it moves. */
export interface ProcessTimers {
  /** Fires when event time has reached `at`, with the next watermark at the earliest, and when the input is over. */
  eventTime(at: number | Date, name?: string): void;
  /** Fires after that time by the run's clock, if the input is not over by then. */
  processingTime(after: Duration, name?: string): void;
  /** Cancels the timer of that name, if it is set. */
  cancel(name: string): void;
}

/** A timer that fires. */
export interface FiredTimer {
  readonly name: string | undefined;
  /** What it was set for, in milliseconds since the epoch. */
  readonly at: number;
  readonly by: 'clock' | 'event-time';
}

/** What callbacks of `process` are given: for use while the callback runs. */
export interface ProcessContext<T, K, S, E, O> {
  readonly key: K;
  readonly state: StateHandles<S>;
  readonly time: ProcessTime;
  readonly timers: ProcessTimers;
  /** Passes a record on, when the callback has returned. */
  readonly emit: (record: E) => void;
  /** Sends a record to a side output, when the callback has returned. */
  readonly output: <N extends OutputName<O>>(name: N, record: OutputRecord<T, O, N>) => void;
  /** Clears all state and timers of the key, when the callback has returned: as if it had never come. */
  readonly forget: () => void;
}

// biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are void
type Returned<R> = Iterable<R> | void;

/** What `process` does for each key. */
export interface ProcessSpec<T, K, S, E, O, R1, R2, R3> {
  /** What is kept for each key, by name: `state.value`, `state.list`, `state.map`. @default nothing */
  readonly state?: S;
  /** The type of the records that `emit` takes: `records<Alert>()`. What callbacks return needs no such word. */
  readonly emits?: Records<E>;
  /** Names of side outputs; with `records<Late>()` for each where other records go there than came in. */
  readonly outputs?: O;
  readonly onRecord: (record: T, context: ProcessContext<T, K, S, E, O>) => Returned<R1>;
  /** A timer of the key fires. */
  readonly onTimer?: (timer: FiredTimer, context: ProcessContext<T, K, S, E, O>) => Returned<R2>;
  /** The input is over; called for each key that is known, in the order in which they came. */
  readonly onEnd?: (context: Omit<ProcessContext<T, K, S, E, O>, 'timers'>) => Returned<R3>;
  /** Keys that are known at the same time. @default 1 000 000 */
  readonly maxKeys?: number;
  /** Timers that one key may have. @default 1000 */
  readonly maxTimers?: number;
  /** What happens when `onRecord` fails on a record. @default the pipeline's */
  readonly onError?: OnError;
}

const callback = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'must be a function',
});

const kind = z.custom<StateKind>(
  (value) =>
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'create') === 'function',
  { error: 'must be made by state.value(), state.list() or state.map()' },
);

/** `main` is the output of `emit`, `letters` that of failures. */
const outputName = z
  .string()
  .min(1)
  .refine((name) => name !== 'main' && name !== 'letters', 'must not be "main" or "letters"');

export const processOptions = operatorOptions.extend({
  state: z.record(z.string(), kind).default({}).describe('What is kept for each key'),
  emits: z.custom<Records<unknown>>().optional().describe('The type of what emit takes'),
  outputs: z
    .union([z.array(outputName), z.record(outputName, z.unknown())])
    .transform((given) => (Array.isArray(given) ? given : Object.keys(given)))
    .refine((names) => new Set(names).size === names.length, 'must not name an output twice')
    .default([])
    .describe('Names of side outputs'),
  onRecord: callback,
  onTimer: callback.optional(),
  onEnd: callback.optional(),
  maxKeys: z.number().int().min(1).default(1_000_000).describe('Keys that are known at the same time'),
  maxTimers: z.number().int().min(1).default(1000).describe('Timers that one key may have'),
});

/** A spec that was checked, its types forgotten. */
export type CheckedProcess = Omit<
  ProcessSpec<unknown, unknown, StateKinds, unknown, readonly string[], unknown, unknown, unknown>,
  'emits'
> & {
  readonly state: StateKinds;
  readonly outputs: readonly string[];
  readonly maxKeys: number;
  readonly maxTimers: number;
};
