import { z } from 'zod';
import type { Size } from '../../../core/size.ts';
import { type FileReadOptions, fileReadFields } from '../../bytes/file-options.ts';
import { sizeSchema } from '../../bytes/size-schema.ts';
import { columnNames } from '../column-names.ts';
import { type BigIntegers, bigIntegerFields } from '../columnar/big-integers.ts';

/** Options of `parquet.read`. */
export interface ParquetReadOptions
  extends Pick<FileReadOptions, 'onError' | 'hidden' | 'allowEmpty' | 'resume'>,
    BigIntegers {
  /** The only columns that are read, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /**
   * Whether byte arrays that the file does not call text are read as text all the same, as old writers
   * of text forgot to say so; without it they are `Uint8Array`. @default false
   */
  readonly binaryAsText?: boolean | undefined;
  /** Bytes that the wanted columns of one row group may take, decompressed: it is held as a whole. @default '1 GiB' */
  readonly maxGroupBytes?: Size | undefined;
}

const { onError, hidden, allowEmpty, resume } = fileReadFields;

export const ParquetReadSchema = z.strictObject({
  onError,
  hidden,
  allowEmpty,
  resume,
  columns: columnNames('The only columns that are read, in this order; all when absent'),
  ...bigIntegerFields,
  binaryAsText: z
    .boolean()
    .default(false)
    .describe('Whether byte arrays that the file does not call text are read as text all the same'),
  maxGroupBytes: sizeSchema(1)
    .prefault('1 GiB')
    .describe('Bytes that the wanted columns of one row group may take, decompressed'),
});

/** Checked {@link ParquetReadOptions}. */
export type ParquetReadSettings = z.output<typeof ParquetReadSchema>;
