import type { ReaderTraits } from '../../interfaces/reader.ts';

/** Traits of a reader of values in memory; only those of known length are sure to end. */
export function inputTraits(bounded: boolean): ReaderTraits {
  return Object.freeze({ bounded, replay: 'none' as const, splittable: false });
}
