import type { ReaderTraits } from '../../interfaces/reader.ts';

/**
 * Traits of a reader of values in memory; only those of known length are sure to end. `replay` says whether it can go
 * on in the middle.
 */
export function inputTraits(bounded: boolean, replay: ReaderTraits['replay'] = 'none'): ReaderTraits {
  return Object.freeze({ bounded, replay, splittable: false });
}
