import type { Registry } from '../../core/registry.ts';
import type { Reader } from '../../interfaces/reader.ts';
import { usage } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { type FileFormat, formatOf } from './file-format.ts';

/** The files that a command reads. */
export interface FileInput {
  readonly paths: readonly string[];
  readonly format: FileFormat;
  readonly delimiter: string | undefined;
  /** Whether fields of CSV stay text. */
  readonly untyped: boolean;
  /** What plugins bring; absent where there are none. */
  readonly registry?: Registry | undefined;
}

/**
 * The files that were named, of one format.
 *
 * @throws MillraceError `ERR_USAGE` for none, for several formats, and for one that nobody can tell.
 */
export function fileInput(
  command: Pick<Command, 'name'>,
  given: Arguments,
  paths: readonly string[],
  registry?: Registry,
): FileInput {
  if (paths.length === 0) {
    throw usage(command, 'no file is given', `Name one: millrace ${command.name} orders.csv; - is stdin.`);
  }
  const formats = new Set(
    paths.map((path) => formatOf(command, path, 'from', given.value('from'), registry?.formats)),
  );
  if (formats.size > 1) {
    throw usage(
      command,
      `the files are of several formats: ${[...formats].join(', ')}`,
      'Take them one by one.',
    );
  }
  const [format] = formats;
  return {
    paths,
    format: format!,
    delimiter: given.value('delimiter')?.replace('\\t', '\t'),
    untyped: given.has('no-types'),
    registry,
  };
}

/** What of an input is wanted. */
export interface InputChoice {
  /** Records get these fields alone, where the format can do so. */
  readonly columns?: readonly string[] | undefined;
  /** Bytes that are read at once. */
  readonly chunkBytes?: number;
}

/** The reader of an input, loaded when it is needed. */
export async function openInput(
  { paths, format, delimiter, untyped, registry }: FileInput,
  { columns, chunkBytes }: InputChoice = {},
): Promise<Reader<unknown>> {
  const size = chunkBytes === undefined ? {} : { chunkBytes };
  const chosen = { ...size, ...(columns !== undefined && columns.length > 0 && { columns }) };
  switch (format) {
    case 'csv':
    case 'tsv': {
      const { csvReader } = await import('../../io/formats/csv/csv-reader.ts');
      const types = untyped ? {} : { types: 'infer-json' as const };
      return csvReader(paths, { ...dialectOf(format, delimiter), ...types, ...chosen });
    }
    case 'ndjson': {
      const { ndjsonReader } = await import('../../io/formats/ndjson/ndjson-reader.ts');
      return ndjsonReader(paths, chosen);
    }
    case 'json': {
      const { jsonReader } = await import('../../io/formats/json/json-reader.ts');
      return jsonReader(paths, size);
    }
    case 'text': {
      const { textReader } = await import('../../io/formats/text/text-reader.ts');
      return textReader(paths, size);
    }
    case 'parquet': {
      const { parquetReader } = await import('../../io/formats/parquet/parquet-reader.ts');
      return parquetReader(paths, columns === undefined || columns.length === 0 ? {} : { columns });
    }
    case 'arrow': {
      const { arrowReader } = await import('../../io/formats/arrow/arrow-reader.ts');
      return arrowReader(paths, chosen);
    }
    default:
      return registry!.get('reader', format).create({ paths, ...size } as never) as Reader<unknown>;
  }
}

/** Formats whose readers give records the fields that are asked for, and no others. */
const SELECTING: ReadonlySet<FileFormat> = new Set(['csv', 'tsv', 'ndjson', 'parquet', 'arrow']);

/** Whether records have the fields alone that were asked for. */
export function givesColumns({ format }: FileInput): boolean {
  return SELECTING.has(format);
}

/** How CSV is written: as it is said, else as it looks. */
export function dialectOf(
  format: FileFormat,
  delimiter: string | undefined,
): { readonly delimiter: string } | { readonly dialect: 'auto' } {
  if (delimiter !== undefined) return { delimiter };
  return format === 'tsv' ? { delimiter: '\t' } : { dialect: 'auto' };
}
