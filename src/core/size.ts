import { MillraceError } from './errors.ts';
import { showValue } from './show-value.ts';

/** Bytes as a number, or text such as `'64 KiB'`, `'1.5 MiB'`, `'10 MB'`. */
export type Size = number | string;

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * Bytes in a {@link Size}.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else, for negative, fractional or infinite numbers, and
 * for sizes of 2^53 bytes or more. Text may come to a fraction, which is rounded.
 * @example
 * ```ts
 * size('64 KiB'); // 65536
 * ```
 */
export function size(value: Size, what = 'size'): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)\s*$/i.exec(value) : null;
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()];
  const bytes = unit === undefined ? Number.NaN : Math.round(Number(match![1]) * unit);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new MillraceError('ERR_OPTIONS', `Cannot read the ${what}: ${showValue(value)} is not a size`, {
    hint: 'Write bytes as a whole number, or text such as "64 KiB", "10 MB", "1 GiB".',
  });
}

/** A size for people, in powers of 1000: `512 B`, `64.0 kB`, `1.2 GB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}
