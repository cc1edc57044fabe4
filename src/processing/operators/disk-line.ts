import { KnownOrigin } from '../../core/batch.ts';
import type { BatchOrigin, Origin } from '../../interfaces/batch.ts';
import type { SpillFile } from '../../interfaces/memory.ts';
import type { Signal } from '../../interfaces/signal.ts';
import { recordFailure } from '../runtime/record-failure.ts';
import { EntryCursor } from '../runtime/spill/entry-cursor.ts';
import { type EntryFile, EntryWriter } from '../runtime/spill/entry-writer.ts';
import { type HoldingRoom, memoryFull } from '../runtime/spill/holder.ts';
import { Partitions } from '../runtime/spill/partitions.ts';
import { RecordCodec } from '../runtime/spill/record-codec.ts';
import { Turnstile } from '../runtime/turnstile.ts';
import { appended, type WaitingLine } from './waiting-line.ts';

/** A file is as long as this at least, or a part of what is on the disk: so its room comes back, and files stay few. */
const LEAST_FILE = 64 * 1024 * 1024;
const PART = 1 / 16;
/** Blocks in memory: one that is filled, two that are being written, and twice one that is read. */
const BLOCKS = 5;

/** Records that wait on the disk, in order, with the signals in their places between them. */
export class DiskLine<A> {
  readonly #room: HoldingRoom;
  readonly #codec = new RecordCodec();
  readonly #blockSize: number;
  /** One at a time writes or reads. */
  readonly #turnstile = new Turnstile();
  #writing: { readonly file: SpillFile; readonly writer: EntryWriter } | undefined;
  readonly #full: EntryFile[] = [];
  #reading: { readonly file: SpillFile; readonly cursor: EntryCursor } | undefined;
  #size = 0;
  #bytes = 0;
  /** Behind the last record: they go to the disk with the next one. */
  #signals: readonly Signal[] = [];

  constructor(room: HoldingRoom) {
    this.#room = room;
    this.#blockSize = Partitions.blockSize(room.memory.budget);
    if (room.spill.enabled && !room.memory.reserve(BLOCKS * this.#blockSize)) {
      throw memoryFull(room, 'blocks for the disk');
    }
  }

  /** Records on the disk, and on their way there. */
  get size(): number {
    return this.#size;
  }

  /** Appends the records of a batch from `first` on. */
  async append(records: readonly A[], origin: BatchOrigin, first: number): Promise<void> {
    if (!this.#room.spill.enabled) throw memoryFull(this.#room, 'records that wait');
    this.#size += records.length - first;
    await this.#turnstile.pass(() => this.#append(records, origin, first));
  }

  async #append(records: readonly A[], origin: BatchOrigin, first: number): Promise<void> {
    const signals = this.#signals;
    this.#signals = [];
    for (const signal of signals) await this.#put([signal]);
    for (let index = first; index < records.length; index++) {
      try {
        const putting = this.#put([records[index], origin.at(index)]);
        if (putting !== undefined) await putting;
      } catch (error) {
        throw recordFailure('hold', this.#room.node, error, origin.at(index));
      }
    }
  }

  #put(entry: readonly unknown[]): void | Promise<void> {
    const length = this.#codec.encode(entry);
    if (this.#writing?.writer.put(this.#codec.bytes, length) !== true) return this.#putLate(length);
  }

  async #putLate(length: number): Promise<void> {
    if (this.#writing === undefined) {
      const file = await this.#room.spill.create();
      this.#writing = { file, writer: new EntryWriter(file, this.#blockSize) };
    }
    const { file, writer } = this.#writing;
    const before = file.bytes;
    while (!writer.put(this.#codec.bytes, length)) await writer.flush();
    this.#bytes += file.bytes - before;
    if (file.bytes > Math.max(LEAST_FILE, this.#bytes * PART)) {
      const full = await this.#endWriting();
      if (full !== undefined) this.#full.push(full);
    }
  }

  async #endWriting(): Promise<EntryFile | undefined> {
    const { file, writer } = this.#writing ?? {};
    this.#writing = undefined;
    const before = file?.bytes ?? 0;
    const ended = await writer?.end();
    this.#bytes += (file?.bytes ?? 0) - before;
    return ended;
  }

  /** Takes a signal into its place behind the last record. */
  addSignal(signal: Signal): void {
    this.#signals = appended(this.#signals, signal);
  }

  /** Moves at most `most` records to the end of a line, in order. */
  async move(line: WaitingLine<A>, most: number): Promise<void> {
    await this.#turnstile.pass(() => this.#move(line, most));
  }

  async #move(line: WaitingLine<A>, most: number): Promise<void> {
    for (let moved = 0; moved < most && this.#size > 0; ) {
      // Those that are left are on their way to the disk.
      if (!(await this.#next())) return;
      const { bytes, keyEnd, recordEnd } = this.#reading!.cursor;
      const entry = this.#codec.decode(bytes, keyEnd, recordEnd) as [Signal] | [A, Origin];
      if (entry.length === 1) line.addSignal(entry[0]);
      else {
        line.add(entry[0], new KnownOrigin(entry[1]), 0);
        this.#size--;
        moved++;
      }
    }
    if (this.#size > 0) return;
    // Before anything else is waited for: what comes next goes to the line at once, behind these.
    for (const signal of this.#signals) line.addSignal(signal);
    this.#signals = [];
    await this.#removeRead();
  }

  /** Goes on to the next entry; `false` when there is none on the disk. */
  async #next(): Promise<boolean> {
    for (;;) {
      const cursor = this.#reading?.cursor;
      if (cursor !== undefined && (cursor.step() || (await cursor.fetch()))) return true;
      await this.#removeRead();
      const next = this.#full.shift() ?? (await this.#endWriting());
      if (next === undefined) return false;
      this.#reading = { file: next.file, cursor: new EntryCursor(next) };
    }
  }

  async #removeRead(): Promise<void> {
    const file = this.#reading?.file;
    this.#reading = undefined;
    this.#bytes -= file?.bytes ?? 0;
    await file?.remove();
  }

  dispose(): void {
    this.#room.memory.release(this.#room.memory.used);
  }
}
