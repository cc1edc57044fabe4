import type { Time, TimeUnit } from '../record-time.ts';
import type { ProcessingTime } from './processing-time.ts';

/** From when to when, `end` exclusive, in milliseconds since the epoch; for count windows, in records. */
export interface WindowSpan {
  readonly start: number;
  readonly end: number;
}

/** Why a result was emitted: before its window was over, when it was, or because of a late record. */
export type Pane = 'early' | 'on-time' | 'late';

/** What the records of one key in one window came to. */
export type WindowResult<K, R> = {
  readonly key: K;
  readonly window: WindowSpan;
  /** Results of this window that it replaces; there where `early` or `lateness` allows several. */
  readonly update?: number;
  /** Why it was emitted; there where `early` or `lateness` allows several. */
  readonly pane?: Pane;
} & R;

/** When a record belongs to. */
export interface WindowTimeOptions<T> {
  /** Tells the time of a record, as for `eventTime`; or `processingTime()`, the clock when it comes. */
  readonly time: ((record: T) => Time) | ProcessingTime;
  /** What numbers count since the epoch. @default 'ms', and what looks like something else is refused */
  readonly unit?: TimeUnit;
}

/** The windows that hold a time, by their end, and from when to when (exclusive) it is just these. */
export interface Placed {
  readonly spans: readonly WindowSpan[];
  readonly from: number;
  readonly until: number;
}

/** Windows that are the same for all keys. */
export interface AlignedWindow<T> {
  readonly kind: 'aligned';
  readonly label: string;
  readonly time: WindowTimeOptions<T> | undefined;
  place(time: number): Placed;
}

/** Windows that the records of a key make. */
export interface SessionWindow<T> {
  readonly kind: 'session';
  readonly label: string;
  readonly time: WindowTimeOptions<T>;
  readonly gap: number;
}

/** Windows of so many records of a key. */
export interface CountedWindow {
  readonly kind: 'count';
  readonly label: string;
  readonly time: undefined;
  readonly size: number;
}

/** How records are put together: made by `tumbling`, `hopping`, `session`, `countWindow`, `globalWindow`. */
export type Window<T> = AlignedWindow<T> | SessionWindow<T> | CountedWindow;
