import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { refusePromise } from '../../../core/thenable.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { type Source, valueReader } from './fields.ts';

/** An accumulator as numbers side by side, for as long as numbers are all that it holds. */
export interface NumberColumns<S> {
  /** How many numbers it takes. The first is never `NaN`. */
  readonly width: number;
  /** Puts the numbers of an accumulator from `at` on; `false` for one that is not, or not yet, made of numbers. */
  pack(state: S, numbers: Float64Array, at: number): boolean;
  unpack(numbers: Float64Array, at: number): S;
  /** Source text of the numbers that there are when `value` is the first number. */
  begin(value: string): readonly string[];
  /** Source text that takes one more number, `value`, into the numbers called `slot(0)` and so on. */
  add(value: string, slot: (n: number) => string): string;
  /** Whether infinite numbers are refused. @default false */
  readonly finite?: boolean;
}

/** What an aggregate of one value of each record consists of. */
export interface FieldSpec<R, S> {
  readonly name: string;
  create(): S;
  /** Throws where `take` could not do its work; changes nothing. */
  check?(state: S, value: unknown): void;
  /** The accumulator with one more value, neither `null` nor `undefined`, that was checked: it cannot fail. */
  take(state: S, value: unknown): S;
  merge(earlier: S, later: S): S;
  result(state: S): R;
  readonly columns?: NumberColumns<S>;
}

/**
 * A built-in aggregate: takes one value of each record, `null` and `undefined` not counted. That it can look
 * at a value before it takes it lets several aggregates take a record together, or none of them.
 */
export interface FieldAggregate<T, R, S = unknown> extends Aggregate<T, R, S>, FieldSpec<R, S> {
  /** Where the value is. */
  readonly source: Source;
  readonly name: string;
  create(): S;
  merge(earlier: S, later: S): S;
  result(state: S): R;
  read(record: T): unknown;
}

/**
 * @throws MillraceError `ERR_OPTIONS` when `source` is neither a name nor a function.
 */
export function fieldAggregate<T, R, S>(source: Source, spec: FieldSpec<R, S>): FieldAggregate<T, R, S> {
  if (typeof source !== 'string' && typeof source !== 'function') {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot use ${spec.name}(): its first argument is ${showValue(source)}`,
      {
        hint: `Give ${spec.name}() the name of a field, or a function of the record.`,
      },
    );
  }
  const read = valueReader(source);
  const { check, take } = spec;
  return Object.freeze({
    ...spec,
    source,
    read,
    add(state: S, record: T): S {
      const value = read(record);
      if (value === null || value === undefined) return state;
      refuseLateValue(value);
      check?.(state, value);
      return take(state, value);
    },
  });
}

export function isFieldAggregate(aggregate: object): aggregate is FieldAggregate<unknown, unknown> {
  return 'take' in aggregate && 'read' in aggregate;
}

/** Refuses a promise for a value. */
export function refuseLateValue(value: unknown): void {
  if (value instanceof Promise) {
    refusePromise(value, 'Work out what the aggregate waits for by mapAsync, in front.');
  }
}

/** What an aggregate is called in errors: `sum("amount")`, `sum()` where a function makes the value. */
export function callOf(name: string, source: Source): string {
  return `${name}(${typeof source === 'string' ? JSON.stringify(source) : ''})`;
}

/** The failure of a record whose value an aggregate, called `call`, cannot take. */
export function unfit(call: string, value: unknown, why: string, hint: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `${call} cannot take ${showValue(value)}: ${why}`, { hint });
}

const CONVERT =
  'Convert it in front, by the types of the reader or by map(), or make it null to pass it over.';

/** Refuses everything but numbers, big ones too, and among them `NaN`. */
export function checkNumber(call: string, value: unknown): void {
  if (typeof value === 'number' ? !Number.isNaN(value) : typeof value === 'bigint') return;
  throw unfit(call, value, 'it is no number', CONVERT);
}

/** Refuses infinite numbers, too. */
export function checkFinite(call: string, value: unknown): void {
  checkNumber(call, value);
  if (typeof value === 'bigint' || Number.isFinite(value)) return;
  throw unfit(call, value, 'it is no finite number', CONVERT);
}
