import { MillraceError } from '../../../core/errors.ts';
import type { RecordBuilder } from '../../../core/record-builder.ts';
import { showValue } from '../../../core/show-value.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import type { Accumulators, States } from './accumulators.ts';
import type { Pane, WindowSpan } from './window.ts';

/** When results are emitted before their window is over. */
export interface Early {
  /** Each time that event time, or the clock, has moved on so far. */
  readonly every: number | undefined;
  /** After so many records of a key. */
  readonly count: number | undefined;
}

/** What all kinds of windows share. */
export interface WindowSetup<T> {
  readonly key: (record: T) => unknown;
  readonly aggregates: readonly Aggregate<unknown, unknown>[];
  readonly accumulators: Accumulators;
  readonly lateness: number;
  readonly early: Early | undefined;
  /** Whether a window may have several results, so that each says which it is. */
  readonly several: boolean;
  /** Makes a record of what results begin with, and those of the aggregates. */
  readonly build: RecordBuilder;
  /** Most keys in windows at the same time. */
  readonly maxKeys: number;
  /** Makes of a result what comes out. */
  readonly result: (result: Record<string, unknown>) => unknown;
  /** Passes on what comes out while a record is added. */
  readonly emit: (output: unknown) => void;
  /** Takes a late record as output; without it, the record fails. */
  readonly late: ((record: T) => void) | undefined;
}

/** What has come together for one key in one window. */
export interface Entry {
  readonly key: unknown;
  states: States;
  /** Results emitted so far. */
  updates: number;
  /** Records since the last result. */
  fresh: number;
}

/** The open windows of a run. */
export interface WindowEngine<T> {
  /** Event time, or the clock, as far as it has been told. */
  readonly time: number;
  /** When something is to be emitted or forgotten next, at the earliest. */
  readonly next: number;
  add(record: T, time: number): void;
  /** Time has reached `time`: gives what comes out, to be taken before the next record. */
  advance(time: number): Iterable<unknown> | undefined;
  /** The input is over: gives all that is open. */
  end(): Iterable<unknown>;
  snapshot(): unknown;
  restore(state: unknown): void;
}

/** What has come together, as a result: `updates` is how many there have been before. */
export function resultOf<T>(
  { build, several, result, aggregates }: WindowSetup<T>,
  { start, end }: WindowSpan,
  key: unknown,
  states: readonly unknown[],
  updates: number,
  pane: Pane,
): unknown {
  const parts: unknown[] = several ? [key, { start, end }, updates, pane] : [key, { start, end }];
  for (let place = 0; place < aggregates.length; place++) {
    parts.push(aggregates[place]!.result(states[place]));
  }
  return result(build(parts));
}

/** What an entry has come to. */
export function entryResult<T>(setup: WindowSetup<T>, window: WindowSpan, entry: Entry, pane: Pane): unknown {
  const { key, states, updates } = entry;
  entry.updates++;
  entry.fresh = 0;
  return resultOf(setup, window, key, states, updates, pane);
}

/** What becomes of a record whose windows are past. */
export function lateRecord<T>({ late }: WindowSetup<T>, record: T, time: number, watermark: number): void {
  if (late !== undefined) {
    late(record);
    return;
  }
  const reached = new Date(watermark).toISOString();
  const found = `it is late: its time is ${new Date(time).toISOString()}, event time has reached ${reached}`;
  throw new MillraceError('ERR_LATE', `${found}: ${showValue(record)}`, {
    hint: 'Raise outOfOrder of eventTime(), allow lateness, say late: "route", or settle it with onError.',
    details: { time, reached: watermark },
  });
}

/**
 * @throws MillraceError `ERR_LIMIT` when there is no room for `more` keys.
 */
export function checkRoom<T>({ maxKeys }: WindowSetup<T>, held: number, more: number): void {
  if (held + more <= maxKeys) return;
  throw new MillraceError('ERR_LIMIT', `windows hold ${maxKeys} keys already`, {
    hint: 'Raise maxKeys if memory allows it, or let windows close sooner: shorter ones, less lateness, event time that moves on.',
    details: { maxKeys },
  });
}

/** An accumulator of one record. */
export function newEntry<T>({ accumulators }: WindowSetup<T>, key: unknown, record: T): Entry {
  const states = accumulators.create();
  accumulators.add(states, record);
  return { key, states, updates: 0, fresh: 1 };
}

/** Whether time passes a multiple of `every` on its way; from nowhere, it passes none. */
export function passesMultiple(before: number, time: number, every: number | undefined): boolean {
  if (every === undefined) return false;
  return every === 0 || (Number.isFinite(before) && Math.floor(time / every) > Math.floor(before / every));
}

/** When time passes a multiple of `every` next: 0 is each time that it moves on. */
export function nextMultiple(time: number, every: number | undefined): number {
  if (every === undefined) return Number.POSITIVE_INFINITY;
  return every === 0 || !Number.isFinite(time) ? time : (Math.floor(time / every) + 1) * every;
}
