import { z } from 'zod';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { type ColumnWriteOptions, columnWriteFields } from '../columnar/column-kinds.ts';

/** Options of `arrow.write`: those of all files but `append`, and what concerns columns. */
export interface ArrowWriteOptions extends Omit<FileWriteOptions, 'append'>, ColumnWriteOptions {}

const { append: _, ...fields } = fileWriteFields;

export const ArrowWriteSchema = z.strictObject({ ...fields, ...columnWriteFields });

/** Checked {@link ArrowWriteOptions}. */
export type ArrowWriteSettings = z.output<typeof ArrowWriteSchema>;
