import { z } from 'zod';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { type ColumnWriteOptions, columnWriteFields } from '../columnar/column-kinds.ts';

/** Options of `parquet.write`: those of all files but `append`, `compression` and `level`, and what concerns columns. */
export interface ParquetWriteOptions
  extends Omit<FileWriteOptions, 'append' | 'compression' | 'level'>,
    ColumnWriteOptions {
  /** How the pages of columns are compressed. @default 'snappy' */
  readonly codec?: 'none' | 'snappy' | 'gzip' | 'brotli' | 'zstd' | undefined;
  /** Rows of a row group: so many are held until they are written. @default 100000 */
  readonly groupRows?: number | undefined;
}

const { append: _, compression: __, level: ___, ...fields } = fileWriteFields;

export const ParquetWriteSchema = z.strictObject({
  ...fields,
  ...columnWriteFields,
  codec: z
    .enum(['none', 'snappy', 'gzip', 'brotli', 'zstd'])
    .default('snappy')
    .describe('How the pages of columns are compressed'),
  groupRows: z.int().min(1).default(100_000).describe('Rows of a row group: so many are held'),
});

/** Checked {@link ParquetWriteOptions}. */
export type ParquetWriteSettings = z.output<typeof ParquetWriteSchema>;
