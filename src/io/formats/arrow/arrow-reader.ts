import type { RecordBatch } from 'apache-arrow';
import { type ColumnRows, columnRows } from '../../../core/column-rows.ts';
import { isMillraceError } from '../../../core/errors.ts';
import { optionalPeer } from '../../../core/optional-peer.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import { batchReader } from '../../bytes/batch-reader.ts';
import { FileReadSchema, type FileReadSettings, type Paths } from '../../bytes/file-options.ts';
import type { Input } from '../../bytes/inputs.ts';
import { openInputs } from '../../bytes/open-source.ts';
import type { InputFile } from '../../bytes/paths.ts';
import type { RowProgress } from '../../bytes/row-progress.ts';
import { groupBatches, type RowGroup } from '../columnar/group-batches.ts';
import { wantedColumns } from '../columnar/wanted-columns.ts';
import { arrowError } from './arrow-error.ts';
import { checkHead } from './arrow-head.ts';
import { ArrowMessages } from './arrow-messages.ts';
import { type ArrowReadOptions, ArrowReadSchema, type ArrowReadSettings } from './arrow-read-options.ts';
import { arrowValues } from './arrow-values.ts';

type Library = typeof import('apache-arrow');

/**
 * Reads Arrow IPC streams, and files in the Arrow (Feather 2) format, batch of records by batch of records, from every
 * place that files are read from, also compressed. Rows are objects: times and dates are `Date`, decimals text,
 * lists arrays, groups and maps objects, 64-bit integers BigInt unless `bigints` says otherwise, what is null `null`.
 *
 * Needs the package `apache-arrow`, an optional peer. It cannot read batches whose buffers are compressed.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_ARROW`, `ERR_TRUNCATED`, `ERR_COLUMNS`,
 * `ERR_LIMIT`, and as all readers of files do.
 * @example
 * ```ts
 * import { arrow, ndjson, pipeline, run } from 'millrace';
 *
 * const trips = arrow.read<{ id: string; fare: number }>('trips.arrows', { columns: ['id', 'fare'] });
 * await run(pipeline('trips', trips.to(ndjson.write('trips.ndjson'))));
 * ```
 */
export function arrowReader<T>(paths: Paths, options: ArrowReadOptions = {}): Reader<T> {
  return reader(paths, parseOptions(ArrowReadSchema, options, 'arrow.read'));
}

function reader<T>(paths: Paths, settings: ArrowReadSettings): Reader<T> {
  const { columns, bigints: _, maxBatchBytes: __, ...fileOptions } = settings;
  const files = FileReadSchema.parse(fileOptions);
  const read = batchReader<T>({
    name: 'arrow',
    paths,
    settings,
    batches: (file, label, context, left, progress) =>
      batches({ file, label, context, left, progress, settings, files }),
  });
  return Object.freeze({
    ...read,
    select: (names: readonly string[]) =>
      columns === undefined || names.every((name) => columns.includes(name))
        ? reader<T>(paths, { ...settings, columns: [...names] })
        : undefined,
  });
}

interface Reading {
  readonly file: InputFile;
  readonly label: string;
  readonly context: ReadContext;
  readonly left: AbortSignal;
  readonly progress: RowProgress;
  readonly settings: ArrowReadSettings;
  readonly files: FileReadSettings;
}

async function* batches<T>(reading: Reading): AsyncGenerator<Batch<T>, void> {
  const { file, label, context, left, progress, files } = reading;
  const library = await optionalPeer('apache-arrow', () => import('apache-arrow'), `read ${label}`);
  const inputs = await openInputs(file, files, context, progress.from);
  // What waits for bytes that may never come ends when the input is closed.
  const close = () => void inputs.close();
  left.addEventListener('abort', close, { once: true });
  try {
    if (left.aborted) return;
    progress.opened(() => inputs.mark());
    for (let input = await inputs.next(); input !== undefined; input = await inputs.next()) {
      yield* inputBatches<T>(library, input, reading);
    }
  } finally {
    left.removeEventListener('abort', close);
    await inputs.close();
  }
}

async function* inputBatches<T>(
  library: Library,
  { name, file, source }: Input,
  { label, context, settings, progress }: Reading,
): AsyncGenerator<Batch<T>, void> {
  const decode = (head: Uint8Array) => {
    checkHead(head);
    return library.Message.decode(head);
  };
  const messages = new ArrowMessages({ name, source, maxBytes: settings.maxBatchBytes, decode });
  const place = { source: label, file };
  const first = progress.begin(name);
  let start = 0;
  let make: ColumnRows | undefined;
  for await (const found of recordBatches(library, name, messages)) {
    const there = found.schema.fields.map((field) => field.name);
    const names = wantedColumns(name, there, settings.columns);
    if (found.numRows > 0 && start + found.numRows <= first) {
      start += found.numRows;
      continue;
    }
    const group = groupOf(found, {
      library,
      name,
      names,
      start,
      settings,
      most: Math.max(FEW_VALUES, messages.largest * VALUES_A_BYTE),
    });
    make ??= columnRows(names);
    yield* groupBatches<T>(group, make, place, context, progress, first);
    start += group.rows;
  }
}

async function* recordBatches(
  library: Library,
  name: string,
  messages: ArrowMessages,
): AsyncGenerator<RecordBatch, void> {
  try {
    const reader = await library.RecordBatchReader.from(messages);
    yield* await reader.open();
  } catch (cause) {
    throw damaged(name, cause);
  }
}

/** Booleans take a bit. */
const VALUES_A_BYTE = 8;
/** Columns of nothing take no bytes. */
const FEW_VALUES = 2 ** 20;

interface GroupSpec {
  readonly library: Library;
  readonly name: string;
  readonly names: readonly string[];
  readonly start: number;
  readonly settings: ArrowReadSettings;
  readonly most: number;
}

function groupOf(found: RecordBatch, { library, name, names, start, settings, most }: GroupSpec): RowGroup {
  const unsafe = new Map<number, string>();
  const { bigints } = settings;
  try {
    const columns = names.map((column) =>
      arrowValues(found.getChild(column)!, {
        library,
        bigints,
        most,
        unsafe: (row) => unsafe.set(row, column),
      }),
    );
    return { start, rows: found.numRows, columns, unsafe };
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function damaged(name: string, cause: unknown): Error {
  if (isMillraceError(cause)) return cause;
  const says = cause instanceof Error ? cause.message : String(cause);
  if (/compress/i.test(says))
    return arrowError(name, 'its buffers are compressed, which is not known', cause);
  const found = /Schema Message/.test(says)
    ? 'it does not begin with a schema; a file that has it at its end only must be written as a stream'
    : 'it is damaged';
  return arrowError(name, found, cause);
}
