import { resolve } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink, WriteContext, Writer } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { checkedFileSystem } from './checked-file-system.ts';
import { openCheckpointed } from './checkpointed-sink.ts';
import { openCheckpointedSplit } from './checkpointed-split.ts';
import { compressedOutput, outputCompression } from './compressed-output.ts';
import { type Compression, isContinuable } from './compression.ts';
import { type EncoderStart, encoderStart } from './encoder-start.ts';
import { EncodingSink } from './encoding-sink.ts';
import { type FileWriteOptions, FileWriteSchema, type FileWriteSettings } from './file-options.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { isHttpUrl } from './http/http-url.ts';
import { httpWriter } from './http/http-writer.ts';
import { openOutput } from './open-output.ts';
import { outputFiles } from './output-files.ts';
import { PathTemplate } from './path-template.ts';
import { pathOf, pathsLabel } from './paths.ts';
import { changed, START_AFRESH } from './place-state.ts';
import { SplitSink } from './split-sink.ts';
import { StreamOutput } from './stream-output.ts';

export interface FileWriterSpec<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  /** A path, a `file:`, `http:` or `https:` URL, or `-` for stdout. */
  readonly path: string | URL;
  readonly options: FileWriteOptions;
  readonly encoder: (start: EncoderStart) => Encoder<T>;
  /**
   * Whether a later run can go on with a file of this encoder: it remembers nothing, or its `snapshot` holds all that it
   * remembers, with what it was told at its start.
   * @default false
   */
  readonly resumable?: boolean;
  /** Whether records can be added to a file that is there: not where the format has an end. @default true */
  readonly appendable?: boolean;
  /** @default Node's */
  readonly fileSystem?: FileSystem;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * A writer of one file, or, with `partitionBy` or `rotate`, of several. Without `append` a file appears
 * wholly or not at all: it is written under a temporary name in the same folder
 * (`.orders.csv.<pid>-<random>.partial`), synced and renamed. With `append` the records go to the end of
 * the file as they come; `abort` cuts them off again. To a URL, each batch is sent as a request.
 *
 * In runs with checkpoints, files can be gone on with where `traits.commit` says `truncate`.
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
  const commit = commitOf(spec, path, stdout, compression, settings);
  return Object.freeze({
    name: spec.name,
    label: `${spec.name} ${stdout ? 'stdout' : pathsLabel(spec.path)}`,
    traits: Object.freeze({ commit }),
    target: stdout ? 'stdout:' : `file:${path}`,
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
    ...(!stdout && { files: outputFiles(path, template?.pattern, spec, fileWriter<T>) }),
    async open(context: WriteContext): Promise<Sink<T>> {
      if (commit !== 'truncate' && context.from !== undefined) {
        throw changed(path, 'such output cannot be continued', START_AFRESH);
      }
      if (stdout) {
        const wrote = (bytes: number) => context.wrote(bytes);
        return sink(new StreamOutput(process.stdout, path, wrote), NOTHING, '');
      }
      const fileSystem = checkedFileSystem(spec.fileSystem ?? nodeFileSystem, context.checkPath);
      const resumed = context.from !== undefined;
      const checkpointed = commit === 'truncate' && (context.checkpointed === true || resumed);
      if (template !== undefined) {
        const { encoder } = spec;
        const split = { template, settings, compression, encoder, fileSystem, context };
        if (!checkpointed) return SplitSink.open<T>(split);
        return openCheckpointedSplit<T>({ ...split, name: spec.name, path });
      }
      const opened = checkpointed
        ? await openCheckpointed<T>({ ...spec, path, settings, compression, fileSystem, context })
        : await openOutput({ path, settings, text: compression === 'none', fileSystem, context });
      return 'output' in opened ? sink(opened.output, opened.head, opened.prefix) : opened;
    },
  });
}

/**
 * Whether later runs can cut a file to what a checkpoint has, and go on with it. What was appended to a file that is
 * first met after a checkpoint would be in none; a file whose bytes cannot be continued is there whole or not at all.
 */
function commitOf(
  { resumable = false }: Pick<FileWriterSpec<never>, 'resumable'>,
  path: string,
  stdout: boolean,
  compression: Compression,
  { append, partitionBy }: FileWriteSettings,
): 'truncate' | 'none' | 'whole' {
  if (stdout || path.startsWith('/dev/')) return 'none';
  if (!resumable || !isContinuable(compression)) return 'whole';
  return append && partitionBy !== undefined ? 'none' : 'truncate';
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
