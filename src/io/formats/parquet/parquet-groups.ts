import { TextDecoder } from 'node:util';
import type { FileMetaData, ParquetScan } from 'hyparquet';
import { MillraceError } from '../../../core/errors.ts';
import { optionalPeer } from '../../../core/optional-peer.ts';
import type { RowGroup } from '../columnar/group-batches.ts';
import { wantedColumns } from '../columnar/wanted-columns.ts';
import { decompressors } from './parquet-compressors.ts';
import { parquetError } from './parquet-error.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { ParquetReadSettings } from './parquet-read-options.ts';
import { type Column, columnValues } from './parquet-values.ts';

/** A Parquet file, row group by row group. */
export class ParquetGroups {
  /** Names of the columns that are read. */
  readonly names: readonly string[];
  readonly #path: string;
  readonly #scan: ParquetScan;
  readonly #settings: ParquetReadSettings;

  private constructor(
    path: string,
    scan: ParquetScan,
    names: readonly string[],
    settings: ParquetReadSettings,
  ) {
    this.#path = path;
    this.#scan = scan;
    this.names = names;
    this.#settings = settings;
  }

  /**
   * @throws MillraceError `ERR_PEER`, `ERR_PARQUET`, `ERR_TRUNCATED`, `ERR_COLUMNS`, `ERR_IO`.
   */
  static async open(path: string, file: ParquetFile, settings: ParquetReadSettings): Promise<ParquetGroups> {
    const library = await optionalPeer('hyparquet', () => import('hyparquet'), `read ${path}`);
    try {
      const metadata = await library.parquetMetadataAsync(file);
      const there = library.parquetSchema(metadata).children.map(({ element }) => element.name);
      const names = wantedColumns(path, there, settings.columns);
      const compressors = await decompressors(path, metadata);
      const scan = await library.parquetScan({
        file,
        metadata,
        compressors,
        columns: [...names],
        utf8: settings.binaryAsText,
        parsers: { stringFromBytes },
      });
      return new ParquetGroups(path, scan, names, settings);
    } catch (cause) {
      throw parquetError(path, cause);
    }
  }

  /** The groups that have rows behind the `first` of the file. */
  async *behind(first: number): AsyncGenerator<RowGroup, void> {
    let start = 0;
    for (const [at, group] of this.#scan.metadata.row_groups.entries()) {
      const rows = Number(group.num_rows);
      if (start + rows > first) {
        this.#check(group, at);
        yield await this.#read(start, rows);
      }
      start += rows;
    }
  }

  async #read(start: number, rows: number): Promise<RowGroup> {
    const unsafe = new Map<number, string>();
    const columns: Column[] = [];
    try {
      for (const name of this.names) {
        const column = await this.#scan.readColumn({ column: name, rowStart: start, rowEnd: start + rows });
        if (column.length !== rows) {
          throw new Error(`column "${name}" has ${column.length} values in a row group of ${rows} rows`);
        }
        columns.push(columnValues(column, this.#settings, (row) => unsafe.set(row, name)));
      }
    } catch (cause) {
      throw parquetError(this.#path, cause);
    }
    return { start, rows, columns, unsafe };
  }

  /** @throws MillraceError `ERR_LIMIT` before anything of a group is read that would not fit. */
  #check({ columns }: FileMetaData['row_groups'][number], at: number): void {
    const wanted = new Set(this.names);
    let bytes = 0;
    for (const { meta_data: found } of columns) {
      if (found !== undefined && wanted.has(found.path_in_schema[0]!))
        bytes += Number(found.total_uncompressed_size);
    }
    if (bytes <= this.#settings.maxGroupBytes) return;
    const message = `Cannot read ${this.#path}: row group ${at + 1} takes ${bytes} bytes, which is more than maxGroupBytes`;
    throw new MillraceError('ERR_LIMIT', message, {
      hint: 'Read fewer columns, raise maxGroupBytes, or write the file with smaller row groups.',
    });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text that is none must not become other text without anybody hearing of it. */
function stringFromBytes(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error('a text in it is not UTF-8');
  }
}
