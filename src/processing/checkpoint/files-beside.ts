import { crc32 } from 'node:zlib';
import { isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointView, KeptFile } from '../../interfaces/checkpoint.ts';
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

/** What was wrong with files that have been read, by their prints: whoever looks at several checkpoints reads each once. */
export type ReadFiles = Map<string, string | undefined>;

type Readable = Pick<CheckpointView, 'label' | 'files' | 'openFile'>;

/**
 * Checks that the files beside a checkpoint are there, and what they were: each is read once, a second for a GB or so.
 * Otherwise a run would go on for hours before it finds out.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when they are not, and what reading throws.
 */
export async function checkFilesBeside(
  view: Readable,
  { id, manifest }: Pick<Checkpoint, 'id' | 'manifest'>,
  read?: ReadFiles,
): Promise<void> {
  for await (const found of wrongBeside(view, manifest as RunManifest, read)) {
    throw new MillraceError(
      'ERR_CHECKPOINT',
      `Cannot go on from checkpoint ${id} in ${view.label}: ${found}`,
      {
        hint: 'Put the files back, go on from an older checkpoint, or begin anew with an empty store.',
      },
    );
  }
}

/**
 * What is wrong with the files beside a checkpoint, in words: those that are missing, then each that has changed. They are
 * read piece by piece. Of those that a run of an earlier version has made, which wrote down no checksum, it is found only
 * that they are there.
 */
export async function* wrongBeside(
  view: Readable,
  { files = [], prints = [] }: Pick<RunManifest, 'files' | 'prints'>,
  read: ReadFiles = new Map(),
): AsyncGenerator<string, void, undefined> {
  if (files.length === 0) return;
  const there = new Set(await view.files());
  const missing = files.filter((name) => !there.has(name));
  if (missing.length > 0) yield missingText(missing);
  for (const print of prints) {
    if (!there.has(print[0])) continue;
    const key = print.join(' ');
    if (!read.has(key)) read.set(key, await differenceIn(view, print));
    const found = read.get(key);
    if (found !== undefined) yield found;
  }
}

/** Which files are not there, in words. */
export function missingText(names: readonly string[]): string {
  return `files beside it are missing: ${names.map((name) => JSON.stringify(name)).join(', ')}`;
}

async function differenceIn(view: Readable, print: FilePrint): Promise<string | undefined> {
  let file: KeptFile;
  try {
    file = await view.openFile(print[0]);
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_NOT_FOUND') return missingText([print[0]]);
    throw error;
  }
  try {
    const found = await differenceOf(file, print);
    return found === undefined ? undefined : `the file ${JSON.stringify(print[0])} beside it ${found}`;
  } finally {
    await file.close();
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
