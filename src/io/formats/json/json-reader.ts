import { defer, mergeMap } from 'rxjs';
import { parseOptions } from '../../../core/options.ts';
import type { DecodeContext, Decoder } from '../../../interfaces/format.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import { CountedDecoder } from '../../bytes/counted-decoder.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import { JsonDecoder } from './json-decoder.ts';
import { containerPath, jsonPath } from './json-path.ts';
import { type JsonReadOptions, JsonReadSchema } from './json-read-options.ts';
import { PickDecoder } from './pick-decoder.ts';
import type { StreamJson } from './token-picker.ts';
import { ValuesDecoder } from './values-decoder.ts';

/**
 * Reads the records of JSON documents, piece by piece: a document may be larger than memory. By default
 * they are the elements of the array that the document is. A `path` says where else they are: `$.items[*]`
 * for the elements of an array in it, `$.users.*` for the members of an object as `{ key, value }`, `$`
 * for the whole document. What lies around is checked and passed over; of a key that comes twice, the
 * first counts. In the mode `values` the file holds documents one after another, with or without white
 * space between them, or as a JSON text sequence (RFC 7464); each is a record, and there may be none.
 *
 * Other paths, and lists of paths, are read token by token, at about a tenth of the speed and in memory for
 * one record: `$[*].rows[*]` goes through several arrays, `$..name` picks at any depth, `$.data[0]` an
 * element. What they lead to comes in the order of the document; what they lead to in a record that was
 * picked is not picked again; when they lead nowhere, there are no records.
 *
 * A record that is not JSON is a bad one with `ERR_JSON_SYNTAX`; one longer than `maxRecordBytes` (16 MiB)
 * or with more than `maxKeys` keys one with `ERR_LIMIT`: `onError` decides on it, and the run fails by
 * default. Where the boundaries of the records are lost (a missing comma, a bracket too many), and for
 * anything that is not JSON when it is read token by token, the run fails with `ERR_JSON_SYNTAX`; when the
 * document ends too early, with `ERR_TRUNCATED`; when there is no array or object at a path that leads to
 * one, with `ERR_JSON_PATH`; when it is nested too deep, with `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run also fails with `ERR_NOT_FOUND`, `ERR_NO_MATCH`,
 * `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_IO`, `ERR_DECOMPRESS`, `ERR_ENCODING`.
 * @example
 * ```ts
 * import { json, ndjson, pipeline, run } from 'millrace';
 *
 * const artworks = json.read('collection.json', { path: '$.data.items[*]' });
 * await run(pipeline('flatten', [artworks.to(ndjson.write('collection.ndjson'))]));
 * ```
 */
export function jsonReader<T = unknown>(paths: Paths, options: JsonReadOptions = {}): Reader<T> {
  const settings = parseOptions(JsonReadSchema, options, 'json.read');
  const many = settings.mode === 'values';
  const written = settings.path ?? (many ? '$' : '$[*]');
  const picks = (typeof written === 'string' ? [written] : written).map((path) => jsonPath(path)!);
  const read = (decoder: (context: DecodeContext) => Decoder<T>) =>
    fileReader<T>({ name: 'json', paths, options: settings, decoder });
  const [path] = picks.length === 1 ? picks : [];
  if (path?.length === 0) {
    return read((context) => new ValuesDecoder<T>(context, { ...settings, single: !many }));
  }
  const container = path === undefined || many ? undefined : containerPath(path);
  if (container !== undefined) {
    return read((context) => new JsonDecoder<T>(context, { ...settings, path: container }));
  }
  let streamJson: StreamJson | undefined;
  const reader = read(
    (context) =>
      new CountedDecoder<T>(
        context,
        (inner) => new PickDecoder<T>(inner, { ...settings, paths: picks, many }, streamJson!),
      ),
  );
  const load = async () => {
    streamJson ??= await streamJsonModule();
  };
  return Object.freeze({
    ...reader,
    open: (context: ReadContext) => defer(load).pipe(mergeMap(() => reader.open(context))),
  });
}

/** Only those wait for it who need it. */
async function streamJsonModule(): Promise<StreamJson> {
  const [{ jsonParser }, { Assembler }] = await Promise.all([
    import('stream-json/core/parser.js'),
    import('stream-json/core/assembler.js'),
  ]);
  return { jsonParser, Assembler };
}
