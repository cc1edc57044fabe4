import type { Origin } from '../../../src/interfaces/batch.ts';
import type { DecodeFailure, Replacement } from '../../../src/interfaces/failure.ts';
import type { DecodeContext, Decoder } from '../../../src/interfaces/format.ts';

export interface Decoded<T> {
  readonly records: readonly T[];
  readonly origins: readonly Origin[];
  readonly raws: readonly (string | undefined)[];
  readonly failures: readonly DecodeFailure[];
  /** What it threw at last. */
  readonly error: unknown;
}

/** Decodes `bytes` in pieces of `size`, and asks for every origin. */
export function decodeInPieces<T>(
  make: (context: DecodeContext) => Decoder<T>,
  bytes: Uint8Array,
  size: number,
  verdict: (failure: DecodeFailure) => Replacement | undefined = () => undefined,
): Decoded<T> {
  const records: T[] = [];
  const origins: Origin[] = [];
  const raws: (string | undefined)[] = [];
  const failures: DecodeFailure[] = [];
  const decoder = make({
    source: 'test',
    file: '/data/test',
    failed(failure) {
      failures.push(failure);
      return verdict(failure);
    },
  });
  const take = (batch: ReturnType<Decoder<T>['flush']>) => {
    for (const [index, record] of (batch?.records ?? []).entries()) {
      records.push(record);
      origins.push(batch!.origin.at(index));
      raws.push(batch!.origin.raw?.(index));
    }
  };
  try {
    for (let at = 0; at < bytes.length; at += size) take(decoder.decode(bytes.subarray(at, at + size)));
    take(decoder.flush());
  } catch (error) {
    return { records, origins, raws, failures, error };
  }
  return { records, origins, raws, failures, error: undefined };
}

/** Piece sizes that find what goes wrong at a cut: every byte, an odd size, and no cut at all. */
export const PIECES = [1, 7, 2 ** 20] as const;
