import { parseOptions } from '../../../core/options.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { peerWriter } from '../columnar/peer-writer.ts';
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
  return peerWriter<T, typeof import('hyparquet-writer')>(
    { name: 'parquet', path, options: { ...settings, compression: 'none' } },
    { name: 'hyparquet-writer', load: () => import('hyparquet-writer') },
    (library) => new ParquetEncoder(library, settings),
  );
}
