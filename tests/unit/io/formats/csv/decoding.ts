import type { Origin } from '../../../../../src/interfaces/batch.ts';
import type { DecodeFailure, Replacement } from '../../../../../src/interfaces/failure.ts';
import { CsvDecoder } from '../../../../../src/io/formats/csv/csv-decoder.ts';
import { type CsvReadOptions, CsvReadSchema } from '../../../../../src/io/formats/csv/csv-read-options.ts';

export interface Decoded {
  readonly records: unknown[];
  readonly origins: Origin[];
  readonly raws: (string | undefined)[];
  readonly failures: (Pick<DecodeFailure, 'origin' | 'raw' | 'partial'> & {
    code: unknown;
    message: string;
  })[];
}

export interface Decoding {
  /** Sizes of the pieces, used in turn; all at once when absent. */
  readonly pieces?: readonly number[] | undefined;
  readonly offset?: number;
  readonly failed?: (failure: DecodeFailure) => Replacement | undefined;
}

/** What the decoder makes of a file that comes in pieces; bad rows are dropped and noted. */
export function decode(file: string | Uint8Array, options: CsvReadOptions = {}, how: Decoding = {}): Decoded {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const decoded: Decoded = { records: [], origins: [], raws: [], failures: [] };
  const decoder = new CsvDecoder(CsvReadSchema.parse(options), {
    source: 'csv t.csv',
    file: 't.csv',
    ...(how.offset === undefined ? {} : { offset: how.offset }),
    failed: (failure) => {
      const { error, origin, raw, partial } = failure;
      decoded.failures.push({
        code: Reflect.get(error, 'code'),
        message: error.message,
        origin,
        ...(raw === undefined ? {} : { raw }),
        partial: Array.isArray(partial) ? [...partial] : partial,
      });
      return how.failed?.(failure);
    },
  });
  const take = (batch: ReturnType<typeof decoder.decode>) => {
    for (const [index, record] of (batch?.records ?? []).entries()) {
      decoded.records.push(record);
      decoded.origins.push(batch!.origin.at(index));
      decoded.raws.push(batch!.origin.raw?.(index));
    }
  };
  const pieces = how.pieces ?? [bytes.length + 1];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, pieces[turn % pieces.length]!);
    take(decoder.decode(bytes.subarray(at, at + size)));
    at += size;
  }
  take(decoder.flush());
  return decoded;
}
