import { crc32 } from 'node:zlib';
import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointSession, KeptFile } from '../../interfaces/checkpoint.ts';
import type { FilePrint, RunManifest } from './run-manifest.ts';

/** Bytes that are read at once. */
const PIECE = 2 ** 20;

/** A file of which it is told what is in it. */
export class PrintedFile implements KeptFile {
  readonly #file: KeptFile;
  #bytes = 0;
  #checksum = 0;

  /** `file` is new. */
  constructor(file: KeptFile) {
    this.#file = file;
  }

  get name(): string {
    return this.#file.name;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  /** Of what has been appended by now: more may be there when a checkpoint is written, but never less. */
  get print(): FilePrint {
    return [this.name, this.#bytes, this.#checksum];
  }

  async append(bytes: Uint8Array): Promise<void> {
    const checksum = crc32(bytes, this.#checksum);
    await this.#file.append(bytes);
    this.#bytes += bytes.length;
    this.#checksum = checksum;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#file.read(into, position);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Checks that the files beside a checkpoint are there, and what they were: each is read once, a second for a GB or so.
 * Otherwise a run would go on for hours before it finds out.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when they are not, and what reading throws.
 */
export async function checkFilesBeside(
  session: Pick<CheckpointSession, 'label' | 'files' | 'openFile'>,
  { id, manifest }: Pick<Checkpoint, 'id' | 'manifest'>,
): Promise<void> {
  const { files = [], prints = [] } = manifest as RunManifest;
  if (files.length === 0) return;
  const { label } = session;
  const there = new Set(await session.files());
  const missing = files.filter((name) => !there.has(name));
  if (missing.length > 0) {
    const names = missing.map((name) => JSON.stringify(name)).join(', ');
    throw unusable(id, label, `files beside it are missing: ${names}`);
  }
  for (const print of prints) {
    const file = await session.openFile(print[0]);
    try {
      const found = await differenceOf(file, print);
      if (found !== undefined)
        throw unusable(id, label, `the file ${JSON.stringify(print[0])} beside it ${found}`);
    } finally {
      await file.close();
    }
  }
}

async function differenceOf(file: KeptFile, [, bytes, checksum]: FilePrint): Promise<string | undefined> {
  if (file.bytes < bytes) return `has ${file.bytes} bytes, and had ${bytes}`;
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, bytes));
  let found = 0;
  for (let at = 0; at < bytes; ) {
    const read = await file.read(piece.subarray(0, Math.min(piece.length, bytes - at)), at);
    if (read === 0) return `ends at byte ${at}, and had ${bytes}`;
    found = crc32(piece.subarray(0, read), found);
    at += read;
  }
  return found === checksum ? undefined : 'has changed';
}

function unusable(id: number, label: string, found: string): MillraceError {
  return new MillraceError('ERR_CHECKPOINT', `Cannot go on from checkpoint ${id} in ${label}: ${found}`, {
    hint: 'Put the files back, go on from an older checkpoint, or begin anew with an empty store.',
  });
}
