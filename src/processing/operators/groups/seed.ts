import { refusePromise } from '../../../core/thenable.ts';

/**
 * What makes the value to begin with, each time anew: what a function returns, or else a copy of the seed, so that
 * neither two keys nor two runs share an object which is changed in place.
 */
export function seedMaker<S>(operator: string, seed: S | (() => S)): () => S {
  return () => {
    if (typeof seed !== 'function') return copy(seed) as S;
    const made = (seed as () => S)();
    if (made instanceof Promise) refusePromise(made, `Give ${operator}() a seed that is there at once.`);
    return made;
  };
}

/** Copies what is plain; instances of classes are left as they are. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, copy(one)]));
  if (value instanceof Set) return new Set(value);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)]));
}
