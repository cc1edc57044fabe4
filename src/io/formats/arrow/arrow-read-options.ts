import { z } from 'zod';
import type { Size } from '../../../core/size.ts';
import { type FileReadOptions, fileReadFields } from '../../bytes/file-options.ts';
import { sizeSchema } from '../../bytes/size-schema.ts';
import { columnNames } from '../column-names.ts';
import { type BigIntegers, bigIntegerFields } from '../columnar/big-integers.ts';

/** Options of `arrow.read`: those of all files that are not about text, and what concerns columns. */
export interface ArrowReadOptions
  extends Omit<FileReadOptions, 'encoding' | 'invalid' | 'maxRecordBytes'>,
    BigIntegers {
  /** The only columns that records get, in this order; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** Bytes that one batch of records may take in the stream: it is held as a whole. @default '512 MiB' */
  readonly maxBatchBytes?: Size | undefined;
}

const { encoding: _, invalid: __, maxRecordBytes: ___, ...fields } = fileReadFields;

export const ArrowReadSchema = z.strictObject({
  ...fields,
  ...bigIntegerFields,
  columns: columnNames('The only columns that records get, in this order; all when absent'),
  maxBatchBytes: sizeSchema(1)
    .prefault('512 MiB')
    .describe('Bytes that one batch of records may take in the stream'),
});

/** Checked {@link ArrowReadOptions}. */
export type ArrowReadSettings = z.output<typeof ArrowReadSchema>;
