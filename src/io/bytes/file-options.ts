import { TextDecoder } from 'node:util';
import { z } from 'zod';
import { withRole } from '../../core/option-role.ts';
import type { Size } from '../../core/size.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { ARCHIVES, type Archive, COMPRESSIONS, type Compression } from './compression.ts';
import {
  type HttpReadOptions,
  HttpReadSchema,
  type HttpWriteOptions,
  HttpWriteSchema,
} from './http/http-options.ts';
import { sizeSchema } from './size-schema.ts';
import { type SplitOptions, splitFields } from './split-options.ts';

/** Files to read: a path, a glob (`* ? [ ] { } **`), a `file:`, `http:` or `https:` URL, `-` for stdin, or a list of these. */
export type Paths = string | URL | readonly (string | URL)[];

/** What every reader of files takes. */
export interface FileReadOptions {
  /** What happens on a bad record; the pipeline's default where absent. */
  readonly onError?: OnError | undefined;
  /** How the files are compressed; `auto` goes by their first bytes and the ends of their names. @default 'auto' */
  readonly compression?: 'auto' | Compression | undefined;
  /** Whether the files are archives whose entries are read as files; `auto` goes by the ends of their names. @default 'auto' */
  readonly archive?: 'auto' | Archive | undefined;
  /** Globs of the entries to read of an archive, such as `'2025/*.csv'`; all files in it by default. */
  readonly entries?: string | readonly string[] | undefined;
  /** Whether globs find, and archives give, files whose name or folder begins with a dot. @default false */
  readonly hidden?: boolean | undefined;
  /** A `TextDecoder` label; by default UTF-8, or what a byte order mark says. */
  readonly encoding?: string | undefined;
  /** Whether bytes that are not text in the encoding fail the run or become U+FFFD. @default 'fail' */
  readonly invalid?: 'fail' | 'replace' | undefined;
  /** How files at `http:` and `https:` URLs are read. */
  readonly http?: HttpReadOptions | undefined;
  /** Whether a glob, or the choice of entries, may match nothing. @default false */
  readonly allowEmpty?: boolean | undefined;
  /** Bytes one record may take. @default '16 MiB' */
  readonly maxRecordBytes?: Size | undefined;
  /** How many times its compressed size a file may grow to; looked at above 64 MiB. @default 1000 */
  readonly maxInflation?: number | undefined;
  /** Bytes a read asks for. @default '128 KiB' */
  readonly chunkBytes?: Size | undefined;
  /** How a run that begins at a checkpoint goes on with the file that was in work. */
  readonly resume?: FileResumeOptions | undefined;
}

/** How a file is gone on with. */
export interface FileResumeOptions {
  /**
   * What happens when the file is not what it was: `fail` ends the run with `ERR_CHANGED`, `allow` goes on at the same
   * place of what is there now. A file that has grown counts as what it was. @default 'fail'
   */
  readonly changed?: 'fail' | 'allow' | undefined;
}

/** What every writer of files takes. */
export interface FileWriteOptions extends SplitOptions {
  /** What happens when a batch cannot be written; the pipeline's default where absent. */
  readonly onError?: OnError | undefined;
  /** How the file is compressed; `auto` goes by the end of its name: `.gz`, `.zst`, `.br`, `.zz`. @default 'auto' */
  readonly compression?: 'auto' | Compression | undefined;
  /** How hard to compress: gzip and deflate 0 to 9, brotli 0 to 11, zstd 1 to 22; a middle by default. */
  readonly level?: number | undefined;
  /** Adds to the end of an existing file, in place: readers see the output grow. @default false */
  readonly append?: boolean | undefined;
  /** Whether an existing file may be replaced. @default true */
  readonly overwrite?: boolean | undefined;
  /** Makes the folder when it is missing. @default false */
  readonly mkdir?: boolean | undefined;
  /** Bytes gathered before a write. @default '256 KiB' */
  readonly bufferBytes?: Size | undefined;
  /** How records are sent to `http:` and `https:` URLs: each batch is a request. */
  readonly http?: HttpWriteOptions | undefined;
}

const POLICIES: readonly unknown[] = ['fail', 'skip', 'retry', 'dead-letter', 'fallback'];

function isPolicy(value: unknown): boolean {
  return typeof value === 'object' && value !== null && POLICIES.includes(Reflect.get(value, 'kind'));
}

function isOnError(value: unknown): value is OnError {
  return Array.isArray(value) ? value.every(isPolicy) : isPolicy(value);
}

/** The `onError` option of readers and writers. */
export const onErrorSchema = withRole(
  z
    .unknown()
    .refine(isOnError, 'expected a policy such as fail(), skip(), deadLetter(…), or a list of policies')
    .describe('What happens on a failure: one policy or a list tried in order'),
  { role: 'policies' },
);

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label) !== undefined;
  } catch {
    return false;
  }
}

/** The fields of {@link FileReadOptions}, for the schemas of the formats to spread. */
export const fileReadFields = {
  onError: onErrorSchema.optional(),
  compression: z
    .enum(['auto', ...COMPRESSIONS])
    .default('auto')
    .describe('How the files are compressed; auto goes by their first bytes and the ends of their names'),
  archive: z
    .enum(['auto', ...ARCHIVES])
    .default('auto')
    .describe(
      'Whether the files are archives; auto goes by the ends of their names: .zip, .tar, .tgz, .tar.gz',
    ),
  entries: z
    .union([z.string().min(1), z.array(z.string().min(1)).readonly()])
    .optional()
    .describe('Globs of the entries to read of an archive; all files in it by default'),
  hidden: z
    .boolean()
    .default(false)
    .describe('Whether globs find, and archives give, files whose name or folder begins with a dot'),
  encoding: z
    .string()
    .refine(isEncoding, 'expected an encoding such as "utf-8", "utf-16le", "windows-1252"')
    .optional()
    .describe('Encoding of the text; by default UTF-8, or what a byte order mark says'),
  invalid: z
    .enum(['fail', 'replace'])
    .default('fail')
    .describe('Whether bytes that are not text in the encoding fail the run or become U+FFFD'),
  allowEmpty: z
    .boolean()
    .default(false)
    .describe('Whether a glob, or the choice of entries, may match nothing'),
  maxRecordBytes: sizeSchema(1).prefault('16 MiB').describe('Bytes one record may take'),
  maxInflation: z
    .number()
    .positive()
    .default(1000)
    .describe('How many times its compressed size a file may grow to; looked at above 64 MiB'),
  chunkBytes: sizeSchema(1).prefault('128 KiB').describe('Bytes a read asks for'),
  http: HttpReadSchema.prefault({}).describe('How files at http: and https: URLs are read'),
  resume: z
    .strictObject({
      changed: z
        .enum(['fail', 'allow'])
        .default('fail')
        .describe('What happens when the file in work is not what it was at the checkpoint'),
    })
    .prefault({})
    .describe('How a run that begins at a checkpoint goes on with the file that was in work'),
} as const;

/** The fields of {@link FileWriteOptions}, for the schemas of the formats to spread. */
export const fileWriteFields = {
  onError: onErrorSchema.optional(),
  compression: z
    .enum(['auto', ...COMPRESSIONS])
    .default('auto')
    .describe('How the file is compressed; auto goes by the end of its name'),
  level: z
    .int()
    .optional()
    .describe('How hard to compress: gzip and deflate 0 to 9, brotli 0 to 11, zstd 1 to 22'),
  append: z.boolean().default(false).describe('Adds to the end of an existing file, in place'),
  overwrite: z.boolean().default(true).describe('Whether an existing file may be replaced'),
  mkdir: z.boolean().default(false).describe('Makes the folder when it is missing'),
  bufferBytes: sizeSchema(1).prefault('256 KiB').describe('Bytes gathered before a write'),
  ...splitFields,
  http: HttpWriteSchema.prefault({}).describe('How records are sent to http: and https: URLs'),
} as const;

export const FileReadSchema = z.object(fileReadFields);
export const FileWriteSchema = z.object(fileWriteFields);

/** Checked {@link FileReadOptions}: defaults filled in, sizes in bytes. */
export type FileReadSettings = z.output<typeof FileReadSchema>;
/** Checked {@link FileWriteOptions}: defaults filled in, sizes in bytes. */
export type FileWriteSettings = z.output<typeof FileWriteSchema>;
