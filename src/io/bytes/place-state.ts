import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import type { PlaceFacts } from './file-place.ts';
import type { OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';

/** A file as a checkpoint holds it. */
export interface PlaceState {
  /** The final name. */
  readonly path: string;
  /** The temporary name in the same folder; the final one where the file is appended to. */
  readonly name: string;
  readonly begin: number;
  readonly replaces: boolean;
  /** Bytes that are in the file, with those that were there before. */
  readonly length: number;
  /** Hash of the last of these bytes, see {@link tailOf}. */
  readonly tail: string;
}

/** A name in the same folder: what is read from a checkpoint must not lead anywhere else. */
const plainName = z.string().refine((name) => name === basename(name) && name !== '' && name !== '..');

export const placeStateSchema = z.object({
  path: z.string().min(1),
  name: plainName,
  begin: z.int().min(0),
  replaces: z.boolean(),
  length: z.int().min(0),
  tail: z.string(),
});

/** Bytes that are looked at to tell a file from another one. */
const TAIL_BYTES = 4096;

export function placeState(
  { path, name, begin, replaces }: PlaceFacts,
  length: number,
  tail: string,
): PlaceState {
  return { path, name: basename(name), begin, replaces, length, tail };
}

export function factsOf({ path, name, begin, replaces }: PlaceState): PlaceFacts {
  return { path, name: join(dirname(path), name), begin, replaces };
}

/** Hash of the last bytes before `length`. */
export async function tailOf(handle: OutputHandle, length: number): Promise<string> {
  const start = Math.max(0, length - TAIL_BYTES);
  const bytes = await bytesAt(handle, start, length - start);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** The bytes of an open file from `start` on: `length`, or fewer where it is shorter. */
export async function bytesAt(handle: OutputHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, start + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

/** The error for what a checkpoint does not go with. */
export function changed(path: string, found: string, hint: string): MillraceError {
  return new MillraceError('ERR_CHANGED', `Cannot go on with ${path}: ${found}`, { hint });
}

/** The state of a writer that a checkpoint gave. */
export function checkedState<T>(schema: z.ZodType<T>, state: unknown, path: string): T {
  const result = schema.safeParse(state);
  if (result.success) return result.data;
  throw changed(path, 'what the checkpoint has is not of such a writer', START_AFRESH);
}

/** The error for bytes that may not have come to the disk: to try again would hide that. */
export function unsynced(path: string, cause: unknown): MillraceError {
  const { code, message } = ioError('bring to the disk', path, cause);
  return new MillraceError(code, message, {
    cause,
    hint: 'See to the disk, and run again: it goes on from the last checkpoint.',
  });
}

export const START_AFRESH = 'Take the graph as it was, or begin afresh without the checkpoint.';
