import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { z } from 'zod';
import { changedError } from '../../core/changed-error.ts';

/** What of the beginning of a file is compared. */
const HEAD_BYTES = 4096;

/** What tells one file from another. The numbers of device and inode are text: they may be beyond 2^53. */
export const FileIdentitySchema = z.strictObject({
  kind: z.literal('file'),
  device: z.string(),
  inode: z.string(),
  size: z.number(),
  /** When it was written to last, in milliseconds since 1970. */
  modified: z.number(),
  /** The hash of its first bytes, and how many these are. */
  head: z.strictObject({ bytes: z.number().int().min(0).max(HEAD_BYTES), hash: z.string() }),
});

export type FileIdentity = z.output<typeof FileIdentitySchema>;

/**
 * What the open file is; `undefined` for what is no regular file, or cannot be looked at. It waits for the disk, some
 * 30 µs: to be called once a checkpoint.
 */
export function fileIdentity(fd: number): FileIdentity | undefined {
  try {
    return identityOf(fd);
  } catch {
    return undefined;
  }
}

function identityOf(fd: number): FileIdentity | undefined {
  const found = fstatSync(fd, { bigint: true });
  if (!found.isFile()) return undefined;
  return {
    kind: 'file',
    device: String(found.dev),
    inode: String(found.ino),
    size: Number(found.size),
    modified: Number(found.mtimeMs),
    head: headOf(fd, HEAD_BYTES),
  };
}

function headOf(fd: number, most: number): FileIdentity['head'] {
  const head = Buffer.alloc(most);
  let bytes = 0;
  while (bytes < most) {
    const read = readSync(fd, head, bytes, most - bytes, bytes);
    if (read === 0) break;
    bytes += read;
  }
  return { bytes, hash: createHash('sha256').update(head.subarray(0, bytes)).digest('base64url') };
}

const HINT =
  "Put the file back as it was, start afresh without the checkpoint, or say resume: { changed: 'allow' } to go on at the same place of what is there now.";

/**
 * Checks that the open file is what it was. It may have grown: what was appended is read.
 *
 * @throws MillraceError `ERR_CHANGED` that says what is different.
 */
export function checkIdentity(path: string, fd: number, was: FileIdentity): void {
  const found = identityOf(fd);
  if (found === undefined) throw changedError(path, 'it is no regular file any more', HINT);
  const fail = (changed: string, what: string): never => {
    throw changedError(path, what, HINT, { changed });
  };
  if (found.size < was.size) fail('size', `it has ${found.size} bytes, and had ${was.size}`);
  const head = headOf(fd, was.head.bytes);
  if (head.bytes < was.head.bytes || head.hash !== was.head.hash) fail('head', 'its first bytes are others');
  if (found.inode !== was.inode) fail('inode', 'another file was put in its place');
  if (found.device !== was.device) fail('device', 'it is on another device');
  if (found.size === was.size && found.modified !== was.modified) {
    fail(
      'modified',
      `it was written to at ${new Date(found.modified).toISOString()}, without becoming longer`,
    );
  }
}
