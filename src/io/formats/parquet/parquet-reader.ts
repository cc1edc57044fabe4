import { columnRows } from '../../../core/column-rows.ts';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import { batchReader } from '../../bytes/batch-reader.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { httpTarget } from '../../bytes/http/http-url.ts';
import type { InputFile } from '../../bytes/paths.ts';
import { requiredIdentity } from '../../bytes/required-identity.ts';
import type { RowProgress } from '../../bytes/row-progress.ts';
import { groupBatches } from '../columnar/group-batches.ts';
import { ParquetFile } from './parquet-file.ts';
import { ParquetGroups } from './parquet-groups.ts';
import {
  type ParquetReadOptions,
  ParquetReadSchema,
  type ParquetReadSettings,
} from './parquet-read-options.ts';

/**
 * Reads Parquet files, row group by row group: of each, the wanted columns are held, and rows made of them as
 * they are asked for. Rows are objects; lists are arrays, groups objects, timestamps and dates `Date`, decimals
 * numbers, 64-bit integers BigInt unless `bigints` says otherwise, what is null `null`.
 *
 * Needs the package `hyparquet`, an optional peer, and for LZ4 `hyparquet-compressors`. The files must be such that
 * one can seek in: neither stdin nor URLs.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_PARQUET`, `ERR_TRUNCATED`, `ERR_COLUMNS`,
 * `ERR_LIMIT`, `ERR_NOT_FOUND`, `ERR_NO_MATCH`, `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_IO`.
 * @example
 * ```ts
 * import { ndjson, parquet, pipeline, run } from 'millrace';
 *
 * const trips = parquet.read<{ id: string; fare: number }>('trips-*.parquet', { columns: ['id', 'fare'] });
 * await run(pipeline('trips', trips.to(ndjson.write('trips.ndjson'))));
 * ```
 */
export function parquetReader<T>(paths: Paths, options: ParquetReadOptions = {}): Reader<T> {
  return reader(paths, parseOptions(ParquetReadSchema, options, 'parquet.read'));
}

function reader<T>(paths: Paths, settings: ParquetReadSettings): Reader<T> {
  const read = batchReader<T>({
    name: 'parquet',
    paths,
    settings,
    batches: (file, label, context, _, progress) => batches(file, label, context, settings, progress),
  });
  return Object.freeze({
    ...read,
    select: (names: readonly string[]) =>
      settings.columns === undefined || names.every((name) => settings.columns!.includes(name))
        ? reader<T>(paths, { ...settings, columns: [...names] })
        : undefined,
  });
}

async function* batches<T>(
  input: InputFile,
  label: string,
  context: ReadContext,
  settings: ParquetReadSettings,
  progress: RowProgress,
): AsyncGenerator<Batch<T>, void> {
  const path = seekable(input);
  const { from } = progress;
  const start = from && { identity: requiredIdentity(from, settings), taken: from.taken };
  const file = await ParquetFile.open(path, (bytes) => context.consumed(bytes), start);
  try {
    progress.opened(() => file.mark());
    const first = progress.begin(path);
    const groups = await ParquetGroups.open(path, file, settings);
    const make = columnRows(groups.names);
    for await (const group of groups.behind(first)) {
      yield* groupBatches<T>(group, make, { source: label, file: path }, context, progress, first);
    }
    file.end();
  } finally {
    await file.close();
  }
}

function seekable({ path, pipe, url }: InputFile): string {
  if (path !== '-' && pipe !== true && url !== true) return path;
  const name = path === '-' ? 'stdin' : url === true ? httpTarget(path).label : path;
  throw new MillraceError('ERR_OPTIONS', `Cannot read ${name} as Parquet: it must be a file`, {
    hint: 'Save it first: the directory of a Parquet file is at its end.',
  });
}
