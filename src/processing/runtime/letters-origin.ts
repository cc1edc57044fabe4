import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';

/** Provenance of a batch of dead letters: what each says itself. */
export function lettersOrigin(letters: readonly DeadLetter[]): BatchOrigin {
  return {
    source: 'dead letters',
    at: (index) => letters[index]!.origin,
    raw: (index) => letters[index]!.raw,
  };
}
