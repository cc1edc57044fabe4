import { Fault } from './fault.ts';

/** What lists and maps that an expression makes may weigh, with all that is in them. */
export const MAX_WEIGHT = 1_000_000;

/** What each list or map weighs. Those in it count as often as they are there: written out, they are. */
const weights = new WeakMap<object, number>();

/**
 * The list, if it is not too heavy: `[x, x]` of `[y, y]` of … doubles with every level, and costs nothing until it is
 * written.
 *
 * @throws Fault for what weighs more than an expression may make.
 */
export function madeList<T extends object>(list: T): T {
  if (weightOf(list) <= MAX_WEIGHT) return list;
  throw new Fault(`it makes a list or map of more than ${MAX_WEIGHT} values`);
}

function weightOf(value: unknown): number {
  if (typeof value === 'string') return 1 + (value.length >> 6);
  if (typeof value !== 'object' || value === null || value instanceof Date) return 1;
  if (value instanceof Uint8Array) return 1 + (value.length >> 6);
  const known = weights.get(value);
  if (known !== undefined) return known;
  let weight = 1;
  const inner = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
  for (const one of inner) weight += weightOf(one);
  weights.set(value, weight);
  return weight;
}
