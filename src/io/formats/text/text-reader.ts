import { parseOptions } from '../../../core/options.ts';
import type { DecodeContext, Decoder } from '../../../interfaces/format.ts';
import type { Reader } from '../../../interfaces/reader.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import { FieldsDecoder } from './fields-decoder.ts';
import { LineDecoder } from './line-decoder.ts';
import { MultiLineDecoder } from './multi-line-decoder.ts';
import { type TextReadOptions, TextReadSchema, type TextReadSettings } from './text-read-options.ts';

/**
 * Reads lines of text as strings, without their ends (LF or CRLF); empty lines count, and the last
 * needs no end. With `start`, a record begins with each line that matches it and holds the lines up to
 * the next, with LF between them. With `fields`, records are objects of the named groups of a pattern.
 *
 * A record longer than `maxRecordBytes` (16 MiB) is a bad one with `ERR_LIMIT`, as is one longer than
 * `maxMatchBytes` (64 KiB) where `fields` is to be tried on it; one that does not match `fields` is a bad
 * one with `ERR_PATTERN`: `onError` decides on it, and the run fails by default. Patterns that may take
 * exponential time are refused, unless `patternGuard` is `false`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_NO_MATCH`,
 * `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_IO`, `ERR_DECOMPRESS`, `ERR_TRUNCATED`, `ERR_ENCODING`.
 * @example
 * ```ts
 * import { filter, pipeline, run, text } from 'millrace';
 *
 * const warnings = text.read('/var/log/app/*.log').pipe(filter((line) => line.includes('WARN')));
 * await run(pipeline('warnings', [warnings.to(text.write('warnings.txt'))]));
 * ```
 */
export function textReader<T = string>(paths: Paths, options: TextReadOptions = {}): Reader<T> {
  const settings = parseOptions(TextReadSchema, options, 'text.read');
  const { fields, maxMatchBytes } = settings;
  return fileReader<T>({
    name: 'text',
    paths,
    options: settings,
    decoder: (context) => {
      const texts = textDecoder(context, settings);
      return fields === undefined
        ? (texts as Decoder<T>)
        : new FieldsDecoder<T>(context, texts, fields, maxMatchBytes);
    },
  });
}

function textDecoder(context: DecodeContext, settings: TextReadSettings): Decoder<string> {
  const { start, maxMatchBytes, maxRecordBytes } = settings;
  return start === undefined
    ? new LineDecoder(context, maxRecordBytes)
    : new MultiLineDecoder(context, { start, maxMatchBytes, maxRecordBytes });
}
