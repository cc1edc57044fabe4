import { DurationValue } from './duration-value.ts';
import { Fault } from './fault.ts';
import { aKind, kindOf } from './values.ts';
import { madeList } from './weight.ts';

/** Characters that a text may have which an expression makes. */
const MAX_TEXT = 16 * 1024 * 1024;

/** Integers reach as far as those of CEL: 64 bits. */
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** `+`: of numbers, texts, lists, and of times and durations. */
export function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') {
    checkTextLength(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) return madeList([...a, ...b]);
  if (a instanceof Date && b instanceof DurationValue) return timeAt(a.getTime() + b.ms);
  if (a instanceof DurationValue && b instanceof Date) return add(b, a);
  if (a instanceof DurationValue && b instanceof DurationValue) return new DurationValue(a.ms + b.ms);
  return calculated('added to', a, b, sum, bigSum);
}

/** `-`: of numbers, and of times and durations. */
export function subtract(a: unknown, b: unknown): unknown {
  if (a instanceof Date && b instanceof Date) return new DurationValue(a.getTime() - b.getTime());
  if (a instanceof Date && b instanceof DurationValue) return timeAt(a.getTime() - b.ms);
  if (a instanceof DurationValue && b instanceof DurationValue) return new DurationValue(a.ms - b.ms);
  return calculated(
    'reduced by',
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

export function multiply(a: unknown, b: unknown): unknown {
  return calculated(
    'multiplied by',
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

/** `/`, which does not cut off: 7 / 2 is 3.5, of big integers too. */
export function divide(a: unknown, b: unknown): unknown {
  if (b === 0 || b === 0n)
    throw new Fault('it is divided by zero', { hint: 'Ask first: x == 0 ? … : … / x.' });
  const exact = (x: bigint, y: bigint) => (x % y === 0n ? x / y : Number(x) / Number(y));
  return calculated('divided by', a, b, (x, y) => x / y, exact);
}

/** `%`: what is left, with the sign of what is divided. */
export function remainder(a: unknown, b: unknown): unknown {
  if (b === 0 || b === 0n)
    throw new Fault('it is divided by zero', { hint: 'Ask first: x == 0 ? … : … % x.' });
  return calculated(
    'divided by',
    a,
    b,
    (x, y) => x % y,
    (x, y) => x % y,
  );
}

export function negate(a: unknown): unknown {
  if (typeof a === 'number') return -a;
  if (typeof a === 'bigint') return limitedInteger(-a);
  if (a instanceof DurationValue) return new DurationValue(-a.ms);
  throw new Fault(`${aKind(a)} has no negative`, nullHint(a));
}

/** A big integer and a whole double are calculated as big integers, any other double makes doubles of both. */
function calculated(
  verb: string,
  a: unknown,
  b: unknown,
  doubles: (a: number, b: number) => number,
  integers: (a: bigint, b: bigint) => bigint | number,
): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') return doubles(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return limitedInteger(integers(a, b));
  if (typeof a === 'bigint' && typeof b === 'number') {
    return Number.isSafeInteger(b) ? limitedInteger(integers(a, BigInt(b))) : doubles(Number(a), b);
  }
  if (typeof a === 'number' && typeof b === 'bigint') {
    return Number.isSafeInteger(a) ? limitedInteger(integers(BigInt(a), b)) : doubles(a, Number(b));
  }
  throw new Fault(`${aKind(a)} cannot be ${verb} ${aKind(b)}`, mixedHint(a, b));
}

function mixedHint(a: unknown, b: unknown): { hint?: string } {
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.includes('null')) return nullHint(null);
  if (kinds.includes('text')) return { hint: 'Convert first: double(…) or string(…).' };
  return {};
}

function nullHint(value: unknown): { hint?: string } {
  return kindOf(value) === 'null' ? { hint: 'Say what null counts as: coalesce(…, 0).' } : {};
}

function sum(a: number, b: number): number {
  return a + b;
}

function bigSum(a: bigint, b: bigint): bigint {
  return a + b;
}

function limitedInteger(value: bigint | number): bigint | number {
  if (typeof value === 'number' || (value >= LEAST && value <= MOST)) return value;
  throw new Fault('the integer has more than 64 bits');
}

/** @throws Fault for a text that is longer than expressions may make. */
export function checkTextLength(length: number): void {
  if (length > MAX_TEXT) throw new Fault(`it makes a text of more than ${MAX_TEXT} characters`);
}

/** @throws Fault for a time that no calendar has. */
export function timeAt(ms: number): Date {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) throw new Fault('there is no such time');
  return time;
}
