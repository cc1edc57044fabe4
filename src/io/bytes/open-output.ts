import { dirname } from 'node:path';
import { isMillraceError } from '../../core/errors.ts';
import type { WriteContext } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { headOf } from './file-head.ts';
import type { FileWriteSettings } from './file-options.ts';
import { type FileEnding, FileOutput } from './file-output.ts';
import { endsLine, notAFile, type OpenPlace, openPlace, statusOf, syncFolder } from './file-place.ts';
import type { FileSystem, OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';
import { foldersMade } from './made-folders.ts';
import { openPipeOutput } from './pipe-output.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

export interface OpenedOutput {
  readonly output: ByteOutput;
  /** The first bytes of what is in the file already. */
  readonly head: Uint8Array;
  /** What has to go before the first bytes: the line feed that the last line lacks. */
  readonly prefix: string;
}

export interface OutputSpec {
  /** Absolute. */
  readonly path: string;
  readonly settings: FileWriteSettings;
  /** Whether the bytes are text, which goes on after a line feed. */
  readonly text: boolean;
  readonly fileSystem: FileSystem;
  readonly context: WriteContext;
  /** See {@link PlaceSpec.mark}. */
  readonly mark?: string;
}

/** A file that is to be written. */
export interface OpenedFile {
  readonly opened: OpenPlace;
  readonly head: Uint8Array;
  readonly prefix: string;
  /** Folders with new names in them: they are to be synced before the file lasts. */
  readonly unsynced: readonly string[];
}

/**
 * Opens what a path names for writing: a new file under a temporary name that gets its own by
 * `publish`; with `append`, the existing file in place; a device or a named pipe as it is.
 *
 * @throws MillraceError `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`.
 */
export async function openOutput(spec: OutputSpec): Promise<OpenedOutput> {
  const target = await openTarget(spec);
  if ('output' in target) return target;
  const { opened, head, prefix } = target;
  const ending = endingOf(spec, opened);
  return { output: outputOf(spec, opened.handle, opened.place.begin, ending), head, prefix };
}

/** The same, but that nothing is put before a file yet. */
export async function openTarget(spec: OutputSpec): Promise<OpenedOutput | OpenedFile> {
  const { path, settings, fileSystem } = spec;
  const found = await statusOf(path, fileSystem);
  if (found?.isDirectory() === true) throw notAFile(path, 'a folder');
  if (found?.isFIFO() === true) {
    return { output: await openPipeOutput(path, spec.context), head: NOTHING, prefix: '' };
  }
  if (found !== undefined && !found.isFile()) return openDevice(spec);
  let made: string | undefined;
  if (settings.mkdir) {
    made = await fileSystem.mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
      throw ioError('make the folder of', path, cause);
    });
  }
  const opened = await openPlace(spec, found);
  const prefix = spec.text && opened.place.begin > 0 && !(await endsLine(opened)) ? '\n' : '';
  const head = await headOf(opened);
  const folder = dirname(opened.place.path);
  return { opened, head, prefix, unsynced: [folder, ...foldersMade(folder, made).map(dirname)] };
}

function endingOf({ settings, fileSystem }: OutputSpec, { place, handle }: OpenPlace): FileEnding {
  return {
    async publish() {
      try {
        await handle.sync();
        await handle.close();
        await place.publish();
        if (!settings.append) await syncFolder(dirname(place.path), fileSystem);
      } catch (cause) {
        await place.discard(handle);
        throw isMillraceError(cause) ? cause : ioError('complete', place.path, cause);
      }
    },
    abandon: () => place.discard(handle),
  };
}

async function openDevice(spec: OutputSpec): Promise<OpenedOutput> {
  const handle = await spec.fileSystem.open(spec.path, 'w').catch((cause: unknown) => {
    throw ioError('write', spec.path, cause);
  });
  const close = () => handle.close().catch(() => undefined);
  return {
    output: outputOf(spec, handle, null, { publish: close, abandon: close }),
    head: NOTHING,
    prefix: '',
  };
}

/** What gathers and writes the bytes of an open file. */
export function outputOf(
  spec: Pick<OutputSpec, 'path' | 'settings' | 'context'>,
  handle: OutputHandle,
  position: number | null,
  ending: FileEnding,
): FileOutput {
  const { path, context } = spec;
  const wrote = (bytes: number) => context.wrote(bytes);
  return new FileOutput({ path, handle, position, bufferBytes: spec.settings.bufferBytes, ending, wrote });
}
