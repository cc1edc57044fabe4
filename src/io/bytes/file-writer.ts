import { resolve } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { WriteContext, Writer } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { compressedOutput, outputCompression } from './compressed-output.ts';
import { type EncoderStart, encoderStart } from './encoder-start.ts';
import { EncodingSink } from './encoding-sink.ts';
import { type FileWriteOptions, FileWriteSchema, type FileWriteSettings } from './file-options.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { isHttpUrl } from './http/http-url.ts';
import { httpWriter } from './http/http-writer.ts';
import { openOutput } from './open-output.ts';
import { PathTemplate } from './path-template.ts';
import { pathOf, pathsLabel } from './paths.ts';
import { SplitSink } from './split-sink.ts';
import { StreamOutput } from './stream-output.ts';

export interface FileWriterSpec<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  /** A path, a `file:`, `http:` or `https:` URL, or `-` for stdout. */
  readonly path: string | URL;
  readonly options: FileWriteOptions;
  readonly encoder: (start: EncoderStart) => Encoder<T>;
  /** @default Node's */
  readonly fileSystem?: FileSystem;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * A writer of one file, or, with `partitionBy` or `rotate`, of several. Without `append` a file appears
 * wholly or not at all: it is written under a temporary name in the same folder
 * (`.orders.csv.<pid>-<random>.partial`), synced and renamed. With `append` the records go to the end of
 * the file as they come; `abort` cuts them off again. To a URL, each batch is sent as a request.
 */
export function fileWriter<T>(spec: FileWriterSpec<T>): Writer<T> {
  const settings = FileWriteSchema.parse(spec.options);
  if (isHttpUrl(spec.path)) {
    const encoder = () => spec.encoder(encoderStart(String(spec.path), NOTHING, 'none'));
    return httpWriter<T>({ name: spec.name, url: spec.path, settings, encoder });
  }
  const name = pathOf(spec.path);
  const stdout = name === '-';
  const path = stdout ? 'stdout' : resolve(name);
  const compression = outputCompression(name, settings);
  const template = templateOf(path, stdout, settings);
  const sink = async (output: ByteOutput, head: Uint8Array, prefix: string) => {
    try {
      const compressed = compressedOutput(output, compression, settings.level);
      return new EncodingSink(spec.encoder(encoderStart(path, head, compression)), compressed, prefix);
    } catch (error) {
      await output.abandon();
      throw error;
    }
  };
  return Object.freeze({
    name: spec.name,
    label: `${spec.name} ${stdout ? 'stdout' : pathsLabel(spec.path)}`,
    traits: Object.freeze({ commit: 'none' as const }),
    target: stdout ? 'stdout:' : `file:${path}`,
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
    async open(context: WriteContext) {
      if (stdout) {
        const wrote = (bytes: number) => context.wrote(bytes);
        return sink(new StreamOutput(process.stdout, path, wrote), NOTHING, '');
      }
      const fileSystem = spec.fileSystem ?? nodeFileSystem;
      if (template !== undefined) {
        const { encoder } = spec;
        return SplitSink.open<T>({ template, settings, compression, encoder, fileSystem, context });
      }
      const opened = await openOutput({ path, settings, text: compression === 'none', fileSystem, context });
      return sink(opened.output, opened.head, opened.prefix);
    },
  });
}

/** The template of the paths of several files; nothing where there is one. */
function templateOf(path: string, stdout: boolean, settings: FileWriteSettings): PathTemplate | undefined {
  const { partitionBy, rotate, append } = settings;
  if (partitionBy === undefined && rotate === undefined) return undefined;
  const refuse = (found: string, hint: string) =>
    new MillraceError('ERR_OPTIONS', `Cannot write to ${path}: ${found}`, { hint });
  if (stdout) throw refuse('it is one stream', 'Name a file, or leave out partitionBy and rotate.');
  if (append && rotate !== undefined) {
    throw refuse('rotate begins new files', 'Leave out append.');
  }
  const names =
    partitionBy === undefined ? 'none' : typeof partitionBy === 'function' ? 'any' : [partitionBy].flat();
  return new PathTemplate({ path, names, parts: rotate !== undefined });
}
