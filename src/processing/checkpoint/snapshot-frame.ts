import { showValue } from '../../core/show-value.ts';
import type { WrittenShape } from './snapshot-shapes.ts';

const NO_KEYS: readonly string[] = [];
export const NO_BYTES = new Uint8Array();

/** What a frame takes its values from. */
export type Source = 'list' | 'object' | 'pairs' | 'map' | 'set' | 'bytes' | 'latin' | 'wide';

/** A value that is being written: how far it is. One a depth, used again and again. */
export class Frame {
  source: Source = 'list';
  value: unknown;
  keys: readonly string[] = NO_KEYS;
  iterator: Iterator<unknown> | undefined;
  bytes: Uint8Array = NO_BYTES;
  index = 0;
  length = 0;
  /** The key of a map whose value is next, or was the last. */
  key: unknown;
  held: unknown;
  /** What the last object at this depth was like: the next is often the same. */
  shape: WrittenShape | undefined;
}

/** The step from the value of a frame to the one within it that is written. */
export function stepOf({ source, keys, index, key }: Frame): string {
  const at = index - 1;
  switch (source) {
    case 'list':
      return `[${at}]`;
    case 'object':
      return propertyStep(keys[at]!);
    case 'pairs':
      return propertyStep(keys[at >> 1]!);
    case 'map':
      return (at & 1) === 1 ? `.get(${showValue(key)})` : ' (a key)';
    default:
      return ' (a value)';
  }
}

function propertyStep(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${showValue(key)}]`;
}

/** What an object is, in words. */
export function classOf(value: object): string {
  const made: unknown = Reflect.get(value, 'constructor');
  const name = typeof made === 'function' ? made.name : '';
  return name === '' ? 'an object of a class without a name' : `an object of the class ${name}`;
}

/** How long a value is by now: bytes are looked at piece by piece, and objects keep the keys that they had. */
export function lengthNow({ source, value, length }: Frame): number {
  if (source === 'list') return (value as unknown[]).length;
  if (source === 'map') return (value as Map<unknown, unknown>).size * 2;
  return source === 'set' ? (value as Set<unknown>).size : length;
}
