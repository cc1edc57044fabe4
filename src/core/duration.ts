import { MillraceError } from './errors.ts';
import { showValue } from './show-value.ts';

/** Milliseconds as a number, or text such as `'250ms'`, `'2s'`, `'1.5m'`, `'1h'`, `'7d'`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds in a {@link Duration}.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else, and for negative or infinite values.
 * @example
 * ```ts
 * duration('2s'); // 2000
 * ```
 */
export function duration(value: Duration, what = 'duration'): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)\s*$/.exec(value) : null;
  const ms = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]!]!;
  if (Number.isFinite(ms)) return ms;
  throw new MillraceError('ERR_OPTIONS', `Cannot read the ${what}: ${showValue(value)} is not a duration`, {
    hint: 'Write milliseconds as a number, or text such as "250ms", "2s", "5m", "1h", "7d".',
  });
}

/** A duration for people: `340 ms`, `2.1 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
