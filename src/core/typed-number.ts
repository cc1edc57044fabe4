import { UNCONVERTIBLE } from './unconvertible.ts';

const ZERO = 48;
const MINUS = 45;
const POINT = 46;
/** As many digits as every integer of them is exact. */
const EXACT_DIGITS = 15;
const WHOLE = /^-?(?:0|[1-9]\d*)$/;
const DECIMAL = /^-?(?:0|[1-9]\d*|(?=\.))(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MOST_DIGITS = 1000;
/** Powers of ten by which a division of integers is rounded correctly. */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits);

/** A safe integer, written as JSON writes it. */
export function toInt(text: string): number | typeof UNCONVERTIBLE {
  const { length } = text;
  const negative = text.charCodeAt(0) === MINUS;
  const begin = negative ? 1 : 0;
  const digits = length - begin;
  if (digits === 0 || digits > EXACT_DIGITS) return toLongInt(text);
  let value = text.charCodeAt(begin) - ZERO;
  if (value < 0 || value > 9 || (value === 0 && digits > 1)) return UNCONVERTIBLE;
  for (let at = begin + 1; at < length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return UNCONVERTIBLE;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function toLongInt(text: string): number | typeof UNCONVERTIBLE {
  const value = text.length < 18 && WHOLE.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : UNCONVERTIBLE;
}

/** A finite number, written as JSON writes it; the zero before the point may be left out. */
export function toFloat(text: string): number | typeof UNCONVERTIBLE {
  const { length } = text;
  const negative = text.charCodeAt(0) === MINUS;
  const begin = negative ? 1 : 0;
  if (length - begin > EXACT_DIGITS + 1) return toLongFloat(text);
  let value = 0;
  let point = length;
  for (let at = begin; at < length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === POINT - ZERO && point === length) point = at;
    else return toLongFloat(text);
  }
  const decimals = point === length ? 0 : length - point - 1;
  const whole = point - begin;
  // Both are exact integers, so that the quotient is the number nearest to the text.
  const usual = whole > 0 && (decimals > 0 || point === length) && whole + decimals <= EXACT_DIGITS;
  if (!usual || (whole > 1 && text.charCodeAt(begin) === ZERO)) return toLongFloat(text);
  const quotient = decimals === 0 ? value : value / POWERS[decimals]!;
  return negative ? -quotient : quotient;
}

function toLongFloat(text: string): number | typeof UNCONVERTIBLE {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : UNCONVERTIBLE;
}

/** An integer of up to a thousand characters, written as JSON writes it. */
export function toBigint(text: string): bigint | typeof UNCONVERTIBLE {
  return text.length <= MOST_DIGITS && WHOLE.test(text) ? BigInt(text) : UNCONVERTIBLE;
}

/** Whether a number says all that the text says: none of its digits are rounded away. */
export function isLosslessFloat(text: string): boolean {
  const value = toFloat(text);
  if (value === UNCONVERTIBLE) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  const digits = text.replace(/[eE].*$/, '').replace(/^[-0.]+|\./g, '');
  return digits.length <= EXACT_DIGITS || String(value) === text;
}
