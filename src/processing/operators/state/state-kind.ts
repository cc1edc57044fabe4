import { z } from 'zod';
import { type Duration, duration } from '../../../core/duration.ts';
import { MillraceError } from '../../../core/errors.ts';

/** How long what was written stays. */
export interface TtlOptions {
  /** From when it was written; it is gone after that. @default for ever */
  readonly ttl?: Duration;
  /** Whether the `ttl` goes by the run's clock, or by the event time that has been reached. @default 'clock' */
  readonly by?: 'clock' | 'event-time';
}

export const ttlOptions = z.strictObject({
  ttl: z.union([z.number(), z.string()]).optional().describe('How long what was written stays, e.g. "1h"'),
  by: z.enum(['clock', 'event-time']).default('clock').describe('What the ttl goes by'),
});

/** How long contents live, and by which time. */
export interface Ttl {
  readonly ms: number;
  readonly by: 'clock' | 'event-time';
}

/**
 * @throws MillraceError `ERR_OPTIONS` unless it is a duration above zero, and for `by` without a `ttl`.
 */
export function ttlOf(
  { ttl, by }: z.output<typeof ttlOptions>,
  given: TtlOptions,
  where: string,
): Ttl | undefined {
  if (ttl === undefined) {
    if (given.by === undefined) return undefined;
    throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${where}: by is set, and ttl is not`);
  }
  const ms = duration(ttl, `ttl of ${where}`);
  if (ms > 0) return { ms, by };
  throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${where}: its ttl is 0`, {
    hint: 'Give a duration such as "1h", or no ttl to keep it for ever.',
  });
}

/** The time at which contents are looked at. */
export interface Moment {
  /** By what the ttl goes. */
  readonly now: number;
  /** What was written before there was any time counts from here. */
  readonly begun: number;
}

/** When what was written at that time is gone. */
export function goneAt(written: number, begun: number, ttl: number): number {
  return Math.max(written, begun) + ttl;
}

/**
 * Works on the contents of one key after another, for one piece of state. What is done between `enter` and
 * `commit` shows to whoever does it, and comes into the contents with `commit` only. Contents are plain data
 * that can be cloned; there are none (`undefined`) before the first write, and when nothing is left.
 */
export interface StateStore<H = unknown> {
  /** What callbacks use. */
  readonly handle: H;
  /** Works on these contents from now on; those that are older than the ttl are gone. */
  enter(contents: unknown, moment: Moment): void;
  /** The contents, with what was done since `enter`. */
  commit(): unknown;
  /** Lets go of the contents; what was done since `enter` is not in them. */
  abandon(): void;
  /** When what is oldest in the contents was written. */
  oldest(contents: unknown): number;
  /** A copy that later writes leave as it is. */
  copy(contents: unknown): unknown;
}

/** A piece of state that is kept for each key: a frozen description, made by `state.value`, `.list`, `.map`. */
export interface StateKind<H = unknown> {
  readonly kind: 'value' | 'list' | 'map';
  readonly ttl?: Ttl;
  /** What works on it in one run. */
  create(): StateStore<H>;
}

/** Pieces of state under their names. */
export type StateKinds = Readonly<Record<string, StateKind>>;

/** What callbacks use of them, under the same names. */
export type StateHandles<S> = { readonly [N in keyof S]: S[N] extends StateKind<infer H> ? H : never };

/** What to do about a promise that is to be kept. */
export const AWAIT_BEFORE = 'Work out what it waits for by mapAsync, in front.';

/** The error for state that is used when no callback runs: nobody could say of which key. */
export function notEntered(): MillraceError {
  return new MillraceError('ERR_CALLBACK', 'the state of a key was used out of turn', {
    hint: 'Use what a callback is given only while the callback runs.',
  });
}
