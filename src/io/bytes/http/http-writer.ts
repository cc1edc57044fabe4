import { MillraceError } from '../../../core/errors.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { WriteContext, Writer } from '../../../interfaces/writer.ts';
import type { FileWriteSettings } from '../file-options.ts';
import { HttpSink } from './http-sink.ts';
import { httpTarget } from './http-url.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
};

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
  const { append, partitionBy, rotate, compression } = settings;
  const wrong = Object.entries({ append: append || undefined, partitionBy, rotate }).find(
    ([, set]) => set !== undefined,
  );
  if (wrong !== undefined || (compression !== 'auto' && compression !== 'none' && compression !== 'gzip')) {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot write to ${target.label}: ${wrong === undefined ? `${compression} is not sent` : `${wrong[0]} is for files`}`,
      { hint: 'Each batch is a request of its own; compression can be "gzip".' },
    );
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
        compressed: compression === 'gzip',
        context,
      }),
  });
}
