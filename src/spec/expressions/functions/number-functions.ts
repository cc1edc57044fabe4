import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { Fault } from '../fault.ts';
import { aKind } from '../values.ts';

type Numeric = number | bigint;

/** Functions of numbers, and those that make numbers of other values. */
export const NUMBER_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'int',
    parameters: ['any'],
    summary: 'A whole number: of a number, cut off; of text; of a time, in seconds since 1970',
    call: toInteger,
  },
  {
    name: 'double',
    parameters: ['any'],
    summary: 'A number: of text such as 2.5 or 1e3, or of a big integer',
    call: toDouble,
  },
  {
    name: 'abs',
    parameters: ['number'],
    summary: 'The number without its sign',
    call: (x: Numeric) => (x < 0 ? -x : x),
  },
  {
    name: 'floor',
    parameters: ['number'],
    summary: 'The next whole number below',
    call: (x: Numeric) => (typeof x === 'bigint' ? x : Math.floor(x)),
  },
  {
    name: 'ceil',
    parameters: ['number'],
    summary: 'The next whole number above',
    call: (x: Numeric) => (typeof x === 'bigint' ? x : Math.ceil(x)),
  },
  {
    name: 'round',
    parameters: ['number', 'integer?'],
    summary: 'The nearest whole number, or one with so many digits; half goes away from zero',
    call: (x: Numeric, digits = 0) => (typeof x === 'bigint' ? x : rounded(x, digits)),
  },
  {
    name: 'sqrt',
    parameters: ['number'],
    summary: 'The square root',
    call: (x: Numeric) => Math.sqrt(Number(x)),
  },
];

function toInteger(value: unknown): Numeric {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value) + 0;
  if (typeof value === 'string' && /^\s*[+-]?\d{1,19}\s*$/.test(value))
    return narrowed(BigInt(value.trim().replace(/^\+/, '')));
  if (value instanceof Date) return Math.floor(value.getTime() / 1_000);
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw new Fault(`${aKind(value)} is no whole number`, { hint: 'Ask first whether there is one.' });
}

/** Integers are doubles where they lose nothing by it, as readers give them. */
export function narrowed(value: bigint): Numeric {
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : value;
}

function toDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number))
    throw new Fault(`${aKind(value)} is no number`, { hint: 'Ask first whether there is one.' });
  return number;
}

/** By the decimal notation, as people round: 1.005 to two digits is 1.01 although the double is a little less. */
function rounded(x: number, digits: number): number {
  if (digits < 0 || digits > 20) throw new Fault(`numbers are rounded to 0 to 20 digits, not to ${digits}`);
  const [mantissa, exponent = '0'] = Math.abs(x).toString().split('e');
  const whole = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  if (!Number.isFinite(whole)) return x;
  const [parts, power = '0'] = whole.toString().split('e');
  return Math.sign(x) * Number(`${parts}e${Number(power) - digits}`);
}
