import { parseOptions } from '../../../core/options.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { peerWriter } from '../columnar/peer-writer.ts';
import { ArrowEncoder } from './arrow-encoder.ts';
import { type ArrowWriteOptions, ArrowWriteSchema } from './arrow-write-options.ts';

/**
 * Writes an Arrow IPC stream: records are objects, each key a column, each batch of the pipeline a batch of records.
 * What columns there are and what they hold is said by `columns`, or by the records of the first batch, as for
 * `parquet.write`; values of `json` are written as text.
 *
 * Needs the package `apache-arrow`, an optional peer. A record with a value that its column cannot hold fails with
 * `ERR_ENCODE`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`, `ERR_OUTPUT_CLOSED`.
 * @example
 * ```ts
 * import { arrow, csv, pipeline } from 'millrace';
 *
 * const orders = csv.read('orders.csv', { types: { id: 'bigint', price: 'float', at: 'date' } });
 *
 * export default pipeline('orders', orders.to(arrow.write('orders.arrows')));
 * ```
 */
export function arrowWriter<T>(path: string | URL, options: ArrowWriteOptions = {}): Writer<T> {
  const settings = parseOptions(ArrowWriteSchema, options, 'arrow.write');
  return peerWriter<T, typeof import('apache-arrow')>(
    { name: 'arrow', path, options: settings },
    { name: 'apache-arrow', load: () => import('apache-arrow') },
    (library) => new ArrowEncoder(library, settings),
  );
}
