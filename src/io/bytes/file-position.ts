import { z } from 'zod';
import { FileIdentitySchema } from './file-identity.ts';
import { HttpIdentitySchema } from './http/http-version.ts';

const whole = z.number().int().min(0);

/** Which state of a file or URL was read. */
export const SourceIdentitySchema = z.discriminatedUnion('kind', [FileIdentitySchema, HttpIdentitySchema]);

export type SourceIdentity = z.output<typeof SourceIdentitySchema>;

/** Where a decoder stands, and whether its offset is in text that was converted: then that is made again. */
const TextPositionSchema = z.strictObject({
  byte: whole,
  line: whole,
  record: whole,
  state: z.unknown().optional(),
  converted: z.boolean(),
});

export type TextPosition = z.output<typeof TextPositionSchema>;

/** Where reading stands in a file that is in work. */
export const FilePositionSchema = z.strictObject({
  identity: SourceIdentitySchema,
  /** Bytes that were taken of it, as they lie there. */
  taken: whole,
  /** Whether nothing wraps its bytes: then those before need not be read again. */
  plain: z.boolean(),
  /**
   * Where the last member of gzip, or frame of zstd, begins that is known to begin at or before the place, and where what
   * is in it begins in the text: what is before need not be decompressed again. Absent for the beginning.
   */
  member: z.strictObject({ byte: whole, text: whole }).optional(),
  /** How many inputs in it are done: entries of an archive. */
  input: whole,
  /** What the one in work is called; absent before one is begun. */
  name: z.string().optional(),
  /** Where in its text; absent at the beginning of the input. */
  text: TextPositionSchema.optional(),
  /** Rows of it that are done, where it has rows instead of text. */
  rows: whole.optional(),
});

export type FilePosition = z.output<typeof FilePositionSchema>;

/** Where reading stands in a file: `undefined` while that cannot be told. */
export type Standing = FilePosition | 'beginning' | 'end' | undefined;

/** Where a reader of files stands. */
export const FilesPositionSchema = z.strictObject({
  /** All files, in the order in which they are read. */
  files: z.array(z.string()).readonly(),
  /** How many of them are done. */
  done: whole,
  /** Where in the next; absent at its beginning. */
  file: FilePositionSchema.optional(),
  /** Files that were written to last before this are left out, in milliseconds since 1970; absent where none are. */
  since: z.number().optional(),
});

export type FilesPosition = z.output<typeof FilesPositionSchema>;
