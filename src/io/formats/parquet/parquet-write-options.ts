import { z } from 'zod';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { COLUMN_KINDS, type ColumnKind } from '../column-kinds.ts';

/** Options of `parquet.write`: those of all files but `append`, `compression` and `level`, and what concerns columns. */
export interface ParquetWriteOptions extends Omit<FileWriteOptions, 'append' | 'compression' | 'level'> {
  /** The columns, in their order, and what they hold; by default as the first batch of records says. */
  readonly columns?: Readonly<Record<string, ColumnKind>> | undefined;
  /** What happens to a record with a key that is no column. @default 'fail' */
  readonly extra?: 'fail' | 'ignore' | undefined;
  /** How the pages of columns are compressed. @default 'snappy' */
  readonly codec?: 'none' | 'snappy' | 'gzip' | 'brotli' | 'zstd' | undefined;
  /** Rows of a row group: so many are held until they are written. @default 100000 */
  readonly groupRows?: number | undefined;
}

const { append: _, compression: __, level: ___, ...fields } = fileWriteFields;

export const ParquetWriteSchema = z.strictObject({
  ...fields,
  columns: z
    .record(z.string(), z.enum(COLUMN_KINDS))
    .refine((columns) => Object.keys(columns).length > 0, 'there must be a column')
    .optional()
    .describe('The columns, in their order, and what they hold; by default as the first records say'),
  extra: z.enum(['fail', 'ignore']).default('fail').describe('What happens to a key that is no column'),
  codec: z
    .enum(['none', 'snappy', 'gzip', 'brotli', 'zstd'])
    .default('snappy')
    .describe('How the pages of columns are compressed'),
  groupRows: z.int().min(1).default(100_000).describe('Rows of a row group: so many are held'),
});

/** Checked {@link ParquetWriteOptions}. */
export type ParquetWriteSettings = z.output<typeof ParquetWriteSchema>;
