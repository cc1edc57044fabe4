import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import type { KeptFile, NodeFiles } from '../../../interfaces/checkpoint.ts';

/** A log as a checkpoint has it: the file beside the checkpoints, and how many of its bytes count. */
export const LogStateSchema = z.strictObject({ file: z.string(), bytes: z.int().min(1) });

/** See {@link LogStateSchema}. */
export type LogState = z.output<typeof LogStateSchema>;

/** In front of each piece: its length and its CRC-32. */
const HEAD_BYTES = 8;
/** What is put into the file at once, and what may wait for that before writers should. */
const BLOCK_BYTES = 2 ** 20;

/**
 * What was written into an open transaction, once more, in a file beside the checkpoints: if the process dies between a
 * checkpoint and its commit, the transaction is gone, and its rows are written from there. Pieces are the connector's
 * own bytes, and come back as they were cut.
 *
 * A sink appends a piece when the database has taken it, and waits for {@link flush} only before it takes a batch: what
 * fails then has taken nothing.
 */
export class WriteLog {
  readonly #files: NodeFiles;
  #file: KeptFile | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flushing: Promise<unknown> = Promise.resolve();

  constructor(files: NodeFiles) {
    this.#files = files;
  }

  /** Takes a piece, which must not change any more. Nothing can fail yet. One of no bytes is none: zeros on the disk look so. */
  append(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length + HEAD_BYTES;
  }

  /** Whether so much waits that it should be flushed before more is written. */
  get full(): boolean {
    return this.#waitingBytes >= BLOCK_BYTES;
  }

  /** Puts what waits into the file. What could not be put there waits on. Calls may overlap. */
  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#put());
    this.#flushing = flushed.catch(() => undefined);
    return flushed;
  }

  /** Flushes, and says what there is for a checkpoint: no more than one log. */
  async state(): Promise<LogState[]> {
    await this.flush();
    return this.#file === undefined ? [] : [{ file: this.#file.name, bytes: this.#file.bytes }];
  }

  /** What it has is committed: later checkpoints need not have it, and what follows begins another file. */
  async drop(): Promise<void> {
    await this.close();
    if (this.#file !== undefined) this.#files.drop(this.#file.name);
    this.#file = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Lets go of the file, which stays. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#file?.close();
  }

  async #put(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#file ??= await this.#files.create();
      const block: Uint8Array[] = [];
      let bytes = 0;
      for (const piece of this.#waiting) {
        if (bytes > 0 && bytes + piece.length > BLOCK_BYTES) break;
        block.push(headOf(piece), piece);
        bytes += HEAD_BYTES + piece.length;
      }
      await this.#file.append(Buffer.concat(block, bytes));
      this.#waiting.splice(0, block.length / 2);
      this.#waitingBytes -= bytes;
    }
  }
}

function headOf(piece: Uint8Array): Uint8Array {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32LE(piece.length, 0);
  head.writeUInt32LE(crc32(piece), 4);
  return head;
}

/**
 * The pieces of a log, in order, each in bytes of its own.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when it is shorter than the checkpoint has it, or damaged; `ERR_NOT_FOUND` when it
 *   is not there, and what the store throws.
 */
export async function* readLog(
  files: NodeFiles,
  logs: readonly LogState[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const log of logs) {
    const file = await files.open(log.file);
    try {
      yield* piecesOf(file, log);
    } finally {
      await file.close();
    }
  }
}

async function* piecesOf(file: KeptFile, log: LogState): AsyncGenerator<Uint8Array, void, undefined> {
  if (file.bytes < log.bytes) {
    throw damaged(log, `it has ${file.bytes} bytes, and the checkpoint ${log.bytes} of it`);
  }
  let at = HEAD_BYTES;
  let head = await bytesAt(file, log, 0, HEAD_BYTES);
  while (true) {
    const length = head.readUInt32LE(0);
    if (length === 0) throw damaged(log, `there is no piece at byte ${at}`);
    const end = at + length;
    const next = Math.min(HEAD_BYTES, log.bytes - end);
    if (next !== HEAD_BYTES && next !== 0) throw damaged(log, `a piece at byte ${at} goes beyond its end`);
    const bytes = await bytesAt(file, log, at, length + next);
    const piece = bytes.subarray(0, length);
    if (crc32(piece) !== head.readUInt32LE(4)) throw damaged(log, `the piece at byte ${at} has changed`);
    yield piece;
    if (next === 0) return;
    head = bytes.subarray(length);
    at = end + HEAD_BYTES;
  }
}

async function bytesAt(file: KeptFile, log: LogState, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let filled = 0; filled < length; ) {
    const count = await file.read(bytes.subarray(filled), position + filled);
    if (count === 0) throw damaged(log, `it ends at byte ${position + filled}`);
    filled += count;
  }
  return bytes;
}

function damaged({ file }: LogState, found: string): MillraceError {
  return new MillraceError('ERR_CHECKPOINT', `Cannot write once more what is in ${file}: ${found}`, {
    hint: 'Look at the disk that the checkpoints are on; then restore them and the database from a backup, or start afresh with an empty table.',
    details: { file },
  });
}
