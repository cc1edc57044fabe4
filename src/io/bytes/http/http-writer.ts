import { MillraceError } from '../../../core/errors.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { WriteContext, Writer } from '../../../interfaces/writer.ts';
import { outputCompression } from '../compressed-output.ts';
import type { Compression } from '../compression.ts';
import { FileWriteSchema, type FileWriteSettings } from '../file-options.ts';
import { HttpSink } from './http-sink.ts';
import { httpTarget } from './http-url.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
};

const SENT: readonly Compression[] = ['none', 'gzip'];

const FOR_FILES = [
  'append',
  'overwrite',
  'mkdir',
  'bufferBytes',
  'partitionBy',
  'nullPartition',
  'maxOpenFiles',
  'maxPartitions',
  'rotate',
] as const satisfies readonly (keyof FileWriteSettings)[];

export interface HttpWriterSpec<T> {
  /** The registered name of the format, e.g. `csv`. */
  readonly name: string;
  readonly url: string | URL;
  readonly settings: FileWriteSettings;
  readonly encoder: () => Encoder<T>;
}

/**
 * A writer that sends each batch as one request: a whole document of the format.
 *
 * @throws MillraceError `ERR_OPTIONS` for options that only files have.
 */
export function httpWriter<T>({ name, url, settings, encoder }: HttpWriterSpec<T>): Writer<T> {
  const target = httpTarget(url);
  const { level } = settings;
  const compression = settings.compression === 'auto' ? 'none' : settings.compression;
  outputCompression(target.label, { ...settings, compression });
  const found = SENT.includes(compression) ? unfit(settings) : `${compression} is not sent`;
  if (found !== undefined) {
    throw new MillraceError('ERR_OPTIONS', `Cannot write to ${target.label}: ${found}`, {
      hint: 'Each batch is a request of its own; compression can be "gzip".',
    });
  }
  return Object.freeze({
    name,
    label: `${name} ${target.label}`,
    traits: Object.freeze({ commit: 'none' as const }),
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
    open: async (context: WriteContext) =>
      new HttpSink<T>({
        target,
        settings: settings.http,
        encoder,
        contentType: CONTENT_TYPES[name] ?? 'application/octet-stream',
        ...(compression === 'gzip' && { compress: { level } }),
        context,
      }),
  });
}

/** What is wrong with the settings, where there are only requests. */
function unfit(settings: FileWriteSettings): string | undefined {
  const defaults = FileWriteSchema.parse({});
  const forFiles = FOR_FILES.find((name) => settings[name] !== defaults[name]);
  return forFiles === undefined ? undefined : `${forFiles} is for files`;
}
