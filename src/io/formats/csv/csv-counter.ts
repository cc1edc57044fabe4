import { parseOptions } from '../../../core/options.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import type { Reader } from '../../../interfaces/reader.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import { CountingDecoder } from './counting-decoder.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { type CsvReadOptions, CsvReadSchema } from './csv-read-options.ts';
import { canIndex } from './structural-index.ts';

/** Options of {@link csvCounter}: how the file is written. */
export type CsvCountOptions = Pick<CsvReadOptions, 'dialect' | 'delimiter' | 'header'>;

/**
 * A reader of CSV of which only the number of records is wanted: its batches are as long as they should be, and hold
 * `undefined`. Rows fail as those of `csvReader` do.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options.
 */
export function csvCounter(paths: Paths, options: CsvCountOptions = {}): Reader<undefined> {
  const settings = parseOptions(CsvReadSchema, options, 'count');
  return fileReader<undefined>({
    name: 'csv',
    paths,
    options: settings,
    decoder: (context: DecodeContext) =>
      canIndex() ? new CountingDecoder(settings, context) : new CsvDecoder<undefined>(settings, context),
  });
}
