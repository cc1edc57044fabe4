import { optionalPeer } from '../../../core/optional-peer.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { WriteContext, Writer } from '../../../interfaces/writer.ts';
import { type EncoderStart, fileWriter } from '../../bytes/file-writer.ts';
import { pathsLabel } from '../../bytes/paths.ts';
import { ParquetEncoder } from './parquet-encoder.ts';
import { type ParquetWriteOptions, ParquetWriteSchema } from './parquet-write-options.ts';

/**
 * Writes a Parquet file: records are objects, each key a column. What columns there are and what they hold is
 * said by `columns`, or by the records of the first batch: numbers are `double`, BigInt `int64`, `Date` `timestamp`
 * (milliseconds), `Uint8Array` `binary`, other objects and arrays `json`. All columns may be `null`.
 *
 * Needs the package `hyparquet-writer`, an optional peer. Holds the rows of one row group (`groupRows`, 100,000).
 * A record with a value that its column cannot hold fails with `ERR_ENCODE`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`, `ERR_OUTPUT_CLOSED`.
 * @example
 * ```ts
 * import { csv, parquet, pipeline } from 'millrace';
 *
 * const orders = csv.read('orders.csv', { types: { id: 'bigint', price: 'float', at: 'date' } });
 *
 * export default pipeline('orders', orders.to(parquet.write('orders.parquet', { codec: 'zstd' })));
 * ```
 */
export function parquetWriter<T>(path: string | URL, options: ParquetWriteOptions = {}): Writer<T> {
  const settings = parseOptions(ParquetWriteSchema, options, 'parquet.write');
  const writer = (encoder: (start: EncoderStart) => Encoder<T>) =>
    fileWriter<T>({ name: 'parquet', path, options: { ...settings, compression: 'none' }, encoder });
  return Object.freeze({
    ...writer(notLoaded),
    async open(context: WriteContext) {
      const load = () => import('hyparquet-writer');
      const library = await optionalPeer('hyparquet-writer', load, `write ${pathsLabel(path)}`);
      return writer(() => new ParquetEncoder(library, settings)).open(context);
    },
  });
}

/** Stands in for the encoder in what is only described. */
function notLoaded(): never {
  throw new Error('The library is loaded when the writer is opened');
}
