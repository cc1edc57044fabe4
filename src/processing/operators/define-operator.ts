import { z } from 'zod';
import { callSite } from '../../core/call-site.ts';
import { type Duration, duration } from '../../core/duration.ts';
import { withRole } from '../../core/option-role.ts';
import { parseOptions } from '../../core/options.ts';
import type {
  AsyncLogic,
  AsyncOperator,
  AsyncOptions,
  Cardinality,
  DuplexContext,
  DuplexLogic,
  DuplexOperator,
  Operator,
  OperatorContext,
  SyncLogic,
  SyncOperator,
} from '../../interfaces/operator.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { adaptiveConcurrency } from '../policies/adaptive-concurrency.ts';
import type { Bulkhead } from '../policies/bulkhead.ts';
import type { CircuitBreaker } from '../policies/circuit-breaker.ts';
import { onErrorList } from '../policies/on-error.ts';
import {
  bulkheadOption,
  type Concurrency,
  circuitBreakerOption,
  concurrencyBounds,
  concurrencyOption,
} from './call-options.ts';

interface SpecBase {
  /** The operator's name, e.g. `map`; nodes are named after it. */
  readonly name: string;
  /** How many records leave for each that enters; the balance is checked against it. @default 'many' */
  readonly cardinality?: Cardinality;
  /** What shows in descriptions besides the name. */
  readonly detail?: string | undefined;
  /** The fields of each record that are kept, in this order, by an operator that does nothing else. */
  readonly selects?: readonly string[] | undefined;
  /** What happens when the operator fails on a record. @default the pipeline's */
  readonly onError?: OnError | undefined;
  /**
   * What it remembers from one record to the next: `none`, or all that its `snapshot` tells and its `restore` takes over.
   * Runs make checkpoints only of operators that say it. @default nobody can tell
   */
  readonly remembers?: 'none' | 'snapshot' | undefined;
  /** The version of what its `snapshot` gives: to be raised when that gets another shape; `restore` is told which it gets. @default 1 */
  readonly stateVersion?: number | undefined;
  /**
   * Whether each record that it emits is made of the one in work (`kept`), or it emits at the end, with event time or
   * by a timer, too (`lost`). @default `lost` for cardinality `many`, else `kept`
   */
  readonly origins?: 'kept' | 'lost' | undefined;
  /**
   * Whether it emits the same when the same comes again, from what it remembered: not where the clock, chance, or the
   * pace of others decides. @default true
   */
  readonly repeats?: boolean | undefined;
  /** Whether it gives each record an id that follows from its origin. @default false */
  readonly identifies?: boolean | undefined;
  /** Whether it puts records of several flows together, so that it gives nothing right without one of them. @default false */
  readonly joins?: boolean | undefined;
}

export interface SyncSpec<A, B> extends SpecBase {
  readonly kind?: 'sync';
  readonly create: (context: OperatorContext<B>) => SyncLogic<A, B>;
}

export interface AsyncSpec<A, B> extends SpecBase {
  readonly kind: 'async';
  /** What the engine's asynchronous stage does for the operator. */
  readonly async?: {
    /** Records in flight at the most. @default 16 */
    readonly concurrency?: Concurrency | undefined;
    /** Whether results keep the order of the input. @default true */
    readonly ordered?: boolean | undefined;
    /** For one call. @default no limit */
    readonly timeout?: Duration | undefined;
    readonly bulkhead?: Bulkhead | undefined;
    readonly circuitBreaker?: CircuitBreaker | undefined;
  };
  readonly create: (context: OperatorContext<B>) => AsyncLogic<A, B>;
}

export interface DuplexSpec<A, B> extends SpecBase {
  readonly kind: 'duplex';
  readonly create: (context: DuplexContext<B>) => DuplexLogic<A>;
}

const onError = withRole(
  z
    .unknown()
    .refine((value): value is OnError => {
      onErrorList(value as OnError);
      return true;
    })
    .optional()
    .describe('What happens when the operator fails on a record: a policy, or a list tried in order'),
  { role: 'policies' },
);

/** The options that synchronous operators share. */
export const operatorOptions = z.strictObject({ onError });

export interface OperatorOptions {
  /** What happens when the operator fails on a record: a policy, or a list tried in order. @default the pipeline's */
  readonly onError?: OnError;
}

/** The options of the engine's asynchronous stage. */
const asyncOptions = z.strictObject({
  concurrency: concurrencyOption,
  ordered: z.boolean().default(true).describe('Whether results keep the order of the input'),
  timeout: z.union([z.number(), z.string()]).optional().describe('Longest time for one call, e.g. "2s"'),
  bulkhead: bulkheadOption,
  circuitBreaker: circuitBreakerOption,
});

/** The options that asynchronous operators share. */
export const asyncOperatorOptions = asyncOptions.extend({ onError });

export interface AsyncOperatorOptions extends OperatorOptions {
  /**
   * Records in flight at the most. `'auto'` finds out how many: more while that goes well, fewer when calls
   * fail or become slow, between 1 and 64, or the bounds that you give. @default 16
   */
  readonly concurrency?: Concurrency;
  /** Whether results keep the order of the input. @default true */
  readonly ordered?: boolean;
  /** Longest time for one call, then its signal aborts and it fails with `ERR_TIMEOUT`. @default no limit */
  readonly timeout?: Duration;
  /** Bounds open calls together with other operators that have the same. @default none */
  readonly bulkhead?: Bulkhead;
  /** Makes no calls for a while when many have failed. @default none */
  readonly circuitBreaker?: CircuitBreaker;
}

const spec = z.object({
  name: z.string().min(1),
  kind: z.enum(['sync', 'async', 'duplex']).default('sync'),
  cardinality: z.enum(['one', 'filter', 'many']).default('many'),
  detail: z.string().optional(),
  selects: z.array(z.string()).optional(),
  onError,
  remembers: z.enum(['none', 'snapshot']).optional(),
  stateVersion: z.int().min(1).optional(),
  origins: z.enum(['kept', 'lost']).optional(),
  repeats: z.boolean().optional(),
  identifies: z.boolean().optional(),
  joins: z.boolean().optional(),
  async: asyncOptions.prefault({}),
  create: z.custom<() => never>((value) => typeof value === 'function', 'must be a function'),
});

/**
 * Makes an operator: the one primitive that the built-in operators are made with, too. The result is
 * a frozen description; `create` is called once a run and returns the operator's state.
 *
 * - `sync` (default): `push(record, emit)` for each record, fused with its neighbours, never awaits;
 *   `end(emit)` emits what is held, `close()` frees what is held, whichever way the run ends. Much output is
 *   returned as an iterable instead, which the engine pulls as there is room downstream.
 * - `async`: `call(record, { signal, attempt })`; the engine keeps order, bounds concurrency, times out.
 * - `duplex`: a stream with a life of its own.
 *
 * What the callbacks throw is a failure of the record, settled by `onError`.
 *
 * @throws MillraceError `ERR_OPTIONS` that names what is wrong with the spec.
 * @example
 * ```ts
 * import { defineOperator, from } from 'millrace';
 *
 * const withoutRepeats = defineOperator<string, string>({
 *   name: 'without-repeats',
 *   cardinality: 'filter',
 *   create() {
 *     let last: string | undefined;
 *     return {
 *       push(record, emit) {
 *         if (record !== last) emit(record);
 *         last = record;
 *       },
 *     };
 *   },
 * });
 *
 * const names = from(['a', 'a', 'b']).pipe(withoutRepeats);
 * ```
 */
export function defineOperator<A, B>(spec: SyncSpec<A, B>): SyncOperator<A, B>;
export function defineOperator<A, B>(spec: AsyncSpec<A, B>): AsyncOperator<A, B>;
export function defineOperator<A, B>(spec: DuplexSpec<A, B>): DuplexOperator<A, B>;
export function defineOperator<A, B>(
  given: SyncSpec<A, B> | AsyncSpec<A, B> | DuplexSpec<A, B>,
): Operator<A, B> {
  const checked = parseOptions(spec, given, `the operator ${JSON.stringify(given?.name)}`);
  const site = callSite();
  return Object.freeze({
    name: checked.name,
    kind: checked.kind,
    cardinality: checked.cardinality,
    ...(checked.detail !== undefined && { detail: checked.detail }),
    ...(checked.selects !== undefined && { selects: Object.freeze(checked.selects) }),
    ...(checked.remembers !== undefined && { remembers: checked.remembers }),
    ...(checked.stateVersion !== undefined && { stateVersion: checked.stateVersion }),
    ...(checked.origins !== undefined && { origins: checked.origins }),
    ...(checked.repeats !== undefined && { repeats: checked.repeats }),
    ...(checked.identifies !== undefined && { identifies: checked.identifies }),
    ...(checked.joins !== undefined && { joins: checked.joins }),
    ...(checked.onError !== undefined && { onError: onErrorList(checked.onError) }),
    ...(site !== undefined && { site }),
    ...(checked.kind === 'async' && { async: limits(checked.async) }),
    create: given.create.bind(given),
  }) as Operator<A, B>;
}

function limits({ concurrency, ordered, timeout, ...shared }: z.output<typeof asyncOptions>): AsyncOptions {
  const bounds = concurrencyBounds(concurrency);
  // A shared place is taken last, so that nobody who has one waits for anything else; who is refused needs none.
  const list = [
    ...(bounds.min < bounds.max ? [adaptiveConcurrency(bounds)] : []),
    ...(shared.bulkhead === undefined ? [] : [shared.bulkhead]),
    ...(shared.circuitBreaker === undefined ? [] : [shared.circuitBreaker]),
  ];
  return Object.freeze({
    concurrency: bounds.max,
    ordered,
    ...(timeout !== undefined && { timeout: duration(timeout, 'timeout') }),
    ...(list.length > 0 && { limits: Object.freeze(list) }),
  });
}
