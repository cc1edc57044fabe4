import { inspect } from 'node:util';

const MOST = 100;
const FORMAT = {
  depth: 0,
  breakLength: Number.POSITIVE_INFINITY,
  maxArrayLength: 5,
  maxStringLength: MOST,
  customInspect: false,
} as const;

/** Any value in a few words, for messages: text in double quotes, `NaN`, `10n`, `{ a: [Object] }`. Never throws. */
export function showValue(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > MOST ? `${value.slice(0, MOST)}…` : value);
  return inspect(value, FORMAT);
}
