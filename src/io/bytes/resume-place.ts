import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { MillraceError } from '../../core/errors.ts';
import type { Compression } from './compression.ts';
import { FilePlace, type OpenPlace, type PlaceSpec, statusOf } from './file-place.ts';
import type { FileSystem } from './file-system.ts';
import { errnoOf, ioError } from './io-error.ts';
import { bytesAt, changed, factsOf, type PlaceState, tailOf } from './place-state.ts';

export interface ResumeSpec extends PlaceSpec {
  readonly compression: Compression;
  /** What ends the file, before compression: a file that was completed has it behind what the checkpoint knows. */
  readonly rest: () => Uint8Array;
}

/** Bytes that what ends a file may have grown by from its compression. */
const MOST_WRAPPED = 64 * 2 ** 10;

const RESTORE = 'Put back the file as it was, or begin afresh without the checkpoint.';

/**
 * Opens a file as a checkpoint knows it, and cuts off what was written later. `undefined` when it has been completed
 * since, and has its final name. What is there stays as it is when that fails.
 *
 * @throws MillraceError `ERR_TRUNCATED` when bytes are missing, `ERR_CHANGED` when the file is gone or another one,
 * `ERR_PERMISSION`, `ERR_IO`.
 */
export async function resumePlace(spec: ResumeSpec, state: PlaceState): Promise<OpenPlace | undefined> {
  const { fileSystem, settings } = spec;
  const place = new FilePlace(spec, factsOf(state));
  // Such a file is linked to its final name first, and may still have both.
  if (!place.inPlace && !settings.overwrite && (await isComplete(spec, state))) {
    await fileSystem.unlink(place.facts.name).catch(ignore);
    return undefined;
  }
  const handle = await place.reopen().catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw ioError('go on with', place.path, cause);
  });
  if (handle === undefined) {
    if (!place.inPlace && (await isComplete(spec, state))) return undefined;
    const what = place.inPlace ? 'it' : `its unfinished file ${place.facts.name}`;
    throw changed(place.path, `${what} is gone`, RESTORE);
  }
  try {
    const size = await checkedSize(place, state, fileSystem);
    if ((await tailOf(handle, state.length)) !== state.tail) {
      throw changed(place.path, `${place.facts.name} is not what was written before the checkpoint`, RESTORE);
    }
    if (size > state.length) await handle.truncate(state.length);
    return { place, handle };
  } catch (cause) {
    await handle.close().catch(ignore);
    throw cause instanceof MillraceError ? cause : ioError('go on with', place.path, cause);
  }
}

async function checkedSize(
  place: FilePlace,
  { length }: PlaceState,
  fileSystem: FileSystem,
): Promise<number> {
  const { size } = await fileSystem.stat(place.facts.name);
  if (size >= length) return size;
  throw new MillraceError(
    'ERR_TRUNCATED',
    `Cannot go on with ${place.path}: ${place.facts.name} has ${size} bytes, not the ${length} that were written`,
    { hint: RESTORE },
  );
}

/** Whether the final name is that of the whole file: what was written before the checkpoint, and what ends it. */
async function isComplete(spec: ResumeSpec, state: PlaceState): Promise<boolean> {
  const { fileSystem, compression } = spec;
  const found = await statusOf(state.path, fileSystem);
  const rest = spec.rest();
  const more = (found?.size ?? 0) - state.length;
  if (found?.isFile() !== true || more < 0 || more > 2 * rest.length + MOST_WRAPPED) return false;
  const handle = await fileSystem.open(state.path, 'r').catch((cause: unknown) => {
    throw ioError('go on with', state.path, cause);
  });
  try {
    if ((await tailOf(handle, state.length)) !== state.tail) return false;
    const ending = plain(await bytesAt(handle, state.length, more), compression, rest.length);
    return ending !== undefined && Buffer.compare(ending, rest) === 0;
  } catch (cause) {
    throw ioError('go on with', state.path, cause);
  } finally {
    await handle.close().catch(ignore);
  }
}

/** The bytes without their compression; nothing where they are none of it, or more than wanted. */
function plain(bytes: Uint8Array, compression: Compression, wanted: number): Uint8Array | undefined {
  if (bytes.length === 0 || compression === 'none') return bytes;
  try {
    const options = { maxOutputLength: wanted + 1 };
    return compression === 'gzip' ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
  } catch {
    return undefined;
  }
}

function ignore(): undefined {}
