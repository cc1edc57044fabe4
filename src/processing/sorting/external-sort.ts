import type { EntryCursor } from '../runtime/spill/entry-cursor.ts';
import {
  type EntryFile,
  EntryWriter,
  type KeptEntries,
  keepEntries,
  reopenEntries,
} from '../runtime/spill/entry-writer.ts';
import { heapSize } from '../runtime/spill/heap-size.ts';
import { type Deliver, type Holder, type HoldingRoom, memoryFull } from '../runtime/spill/holder.ts';
import { RecordCodec, type RecordShapes } from '../runtime/spill/record-codec.ts';
import { Entries } from './entries.ts';
import { KeyWriter } from './key-writer.ts';
import { type EntryTaker, mergeRuns, type ValueKeys } from './merge-runs.ts';
import { radixSort } from './radix-sort.ts';
import { RecordBatch } from './record-batch.ts';
import type { SortOrder } from './sort-order.ts';

/** Runs that are merged at a time at the most: each has a file open, and a block in memory. */
const MOST_RUNS = 64;
/** What sorting values takes for each: its index, and half as many while they are sorted. */
const VALUE = 24;

/** Bytes of entries that a checkpoint holds itself: so that a run is not made of each few. */
const MOST_INLINE = 256 * 1024;

interface SortState {
  readonly shapes: RecordShapes;
  readonly keyShapes: RecordShapes;
  readonly runs: readonly (KeptEntries & { readonly level: number })[];
  /** Behind those of the runs, in the order in which they came. */
  readonly records: readonly unknown[];
}

/** Sorted entries on the disk. */
interface SortedRun extends EntryFile {
  /** How often its entries have been merged. */
  readonly level: number;
}

/**
 * Sorts more records than memory holds: gathers them as bytes until its memory is used up, sorts those and
 * writes them to the disk as a run, and merges the runs in the end. No more than 64 runs are merged at a
 * time, and runs are merged before they become too many, so that files and memory stay bounded.
 */
export class ExternalSort<T> implements Holder<T, T> {
  readonly #order: SortOrder<T>;
  readonly #room: HoldingRoom;
  readonly #codec = new RecordCodec();
  readonly #keyCodec = new RecordCodec();
  readonly #writer = new KeyWriter();
  readonly #valueKeys: ValueKeys | undefined;
  readonly #blockSize: number;
  readonly #entries: Entries;
  readonly drainsAlike = true;
  /** The keys of the entries, where they are compared as values. */
  #values: unknown[] = [];
  /** In the order in which their records came. */
  #runs: SortedRun[] = [];

  constructor(order: SortOrder<T>, room: HoldingRoom) {
    this.#order = order;
    this.#room = room;
    const { budget } = room.memory;
    this.#blockSize = powerOfTwo(budget / 128, 512, 256 * 1024);
    this.#entries = new Entries(room.memory, powerOfTwo(budget / 64, 1024, 1024 * 1024));
    // What is written, and what it is compressed to, while all else is full.
    if (!room.memory.reserve(3 * this.#blockSize)) throw memoryFull(room, 'blocks for the disk');
    this.#valueKeys =
      order.keys === 'bytes'
        ? undefined
        : { read: (cursor) => this.#keyAt(cursor), compare: (a, b) => order.compare(a, b) };
  }

  add(record: T): boolean {
    const length = this.#codec.encode(record);
    const { bytes } = this.#codec;
    switch (this.#order.keys) {
      case 'bytes': {
        this.#writer.begin();
        this.#order.write(record, this.#writer);
        return this.#entries.add(this.#writer.bytes, this.#writer.length, bytes, length);
      }
      case 'values':
        return this.#addValue(this.#order.key(record), true, length);
      default:
        // A copy: the record's text may be part of a larger one, and others may change it.
        return this.#addValue(this.#codec.decode(bytes, 0, length), false, length);
    }
  }

  #addValue(key: unknown, written: boolean, length: number): boolean {
    const keyLength = written ? this.#keyCodec.encode(key) : 0;
    const more = VALUE + heapSize(key);
    if (!this.#entries.add(this.#keyCodec.bytes, keyLength, this.#codec.bytes, length, more)) return false;
    this.#values.push(key);
    return true;
  }

  #keyAt({ bytes, keyStart, keyEnd, recordEnd }: EntryCursor): unknown {
    if (this.#order.keys === 'values') return this.#keyCodec.decode(bytes, keyStart, keyEnd);
    return this.#codec.decode(bytes, keyEnd, recordEnd);
  }

  async spill(): Promise<void> {
    if (!this.#room.spill.enabled) throw memoryFull(this.#room, 'more records than fit');
    if (this.#entries.count === 0) throw memoryFull(this.#room, 'a record that does not fit');
    this.#sort();
    await this.#write();
    while (this.#tail() >= MOST_RUNS) await this.#mergeTail(MOST_RUNS);
  }

  #sort(): void {
    if (this.#order.keys === 'bytes') {
      radixSort(this.#entries);
      return;
    }
    const { places, count } = this.#entries;
    const values = this.#values;
    const indices = Array.from({ length: count }, (_, index) => index);
    indices.sort((a, b) => this.#order.compare(values[a], values[b]));
    const sorted = Uint32Array.from(indices, (index) => places[index]!);
    places.set(sorted);
    this.#values = indices.map((index) => values[index]);
  }

  async #write(): Promise<void> {
    const entries = this.#entries;
    const writer = new EntryWriter(await this.#room.spill.create(), this.#blockSize);
    for (let index = 0; index < entries.count; index++) {
      const place = entries.places[index]!;
      const { bytes, words } = entries.pageOf(place);
      const from = entries.offsetOf(place);
      const to = from + entries.sizeAt(words, from);
      while (!writer.append(bytes, from, to)) await writer.flush();
    }
    this.#runs.push({ ...(await writer.end()), level: 0 });
    entries.clear();
    this.#values = [];
  }

  /** How many of the last runs have been merged equally often. */
  #tail(): number {
    const level = this.#runs.at(-1)?.level;
    const before = this.#runs.findLastIndex((run) => run.level !== level);
    return this.#runs.length - 1 - before;
  }

  /** Makes one run of the last `most`, or of as many as there is memory for. */
  async #mergeTail(most: number): Promise<void> {
    const { count, reserved } = this.#reserveFor(most);
    const merged = this.#runs.slice(-count);
    const level = Math.max(...merged.map((run) => run.level)) + 1;
    const writer = new EntryWriter(await this.#room.spill.create(), this.#blockSize);
    await mergeRuns(merged, this.#valueKeys, {
      take: ({ bytes, start, end }) => writer.append(bytes, start, end),
      flush: async () => {
        await writer.flush();
        return true;
      },
    });
    this.#runs.splice(-count, count, { ...(await writer.end()), level });
    await Promise.all(merged.map((run) => run.file.remove()));
    this.#room.memory.release(reserved);
  }

  /** Reserves memory for reading as many of the last runs as it is there for, two at the least. */
  #reserveFor(most: number): { readonly count: number; readonly reserved: number } {
    const { memory } = this.#room;
    let count = 0;
    let reserved = 0;
    for (const { largest } of this.#runs.slice(-most).toReversed()) {
      // A block, and the next one as it lies on the disk.
      const bytes = 2 * largest;
      if (!memory.reserve(bytes)) break;
      reserved += bytes;
      count++;
    }
    if (count >= Math.min(2, this.#runs.length)) return { count, reserved };
    throw memoryFull(this.#room, 'records that are too large to be merged');
  }

  async drain(deliver: Deliver<T>): Promise<void> {
    // What a checkpoint would have to hold meanwhile is written once.
    if (this.#room.spill.outlives && this.#worthARun) await this.spill();
    if (this.#runs.length === 0) return this.#drainEntries(deliver);
    if (this.#entries.count > 0) await this.spill();
    for (;;) {
      const { count, reserved } = this.#reserveFor(MOST_RUNS);
      if (count === this.#runs.length) return this.#drainRuns(deliver);
      this.#room.memory.release(reserved);
      await this.#mergeTail(count);
    }
  }

  async #drainEntries(deliver: Deliver<T>): Promise<void> {
    this.#sort();
    const entries = this.#entries;
    const batch = new RecordBatch<T>(deliver);
    for (let index = 0; index < entries.count; index++) {
      const place = entries.places[index]!;
      const { bytes, words } = entries.pageOf(place);
      const from = entries.recordAt(words, entries.offsetOf(place));
      const length = entries.lengthAt(words, entries.offsetOf(place));
      if (batch.full && !(await batch.flush())) return;
      batch.push(this.#codec.decode(bytes, from, from + length) as T, length);
    }
    await batch.flush();
  }

  async #drainRuns(deliver: Deliver<T>): Promise<void> {
    const batch = new RecordBatch<T>(deliver);
    const decoded = this.#order.keys === 'record';
    const taker: EntryTaker = {
      take: ({ bytes, keyEnd, recordEnd, key }) => {
        if (batch.full) return false;
        const record = decoded ? key : this.#codec.decode(bytes, keyEnd, recordEnd);
        batch.push(record as T, recordEnd - keyEnd);
        return true;
      },
      flush: () => batch.flush(),
    };
    await mergeRuns(this.#runs, this.#valueKeys, taker);
    await batch.flush();
  }

  /** A checkpoint holds few records itself; more go to the disk as a run, which later ones need not write again. */
  async snapshot(): Promise<SortState> {
    if (this.#worthARun) await this.spill();
    const runs = this.#runs.map(async (run) => ({ ...(await keepEntries(run)), level: run.level }));
    return {
      shapes: this.#codec.shapes,
      keyShapes: this.#keyCodec.shapes,
      runs: await Promise.all(runs),
      records: this.#records(),
    };
  }

  get #worthARun(): boolean {
    return this.#room.spill.enabled && this.#entries.bytes > MOST_INLINE;
  }

  #records(): readonly unknown[] {
    const entries = this.#entries;
    return Array.from(entries.places.subarray(0, entries.count), (place) => {
      const { bytes, words } = entries.pageOf(place);
      const from = entries.recordAt(words, entries.offsetOf(place));
      return this.#codec.decode(bytes, from, from + entries.lengthAt(words, entries.offsetOf(place)));
    });
  }

  restore(state: unknown): void {
    const { shapes, keyShapes, runs, records } = state as SortState;
    this.#codec.restore(shapes);
    this.#keyCodec.restore(keyShapes);
    this.#runs = runs.map(({ level, ...kept }) => ({ ...reopenEntries(this.#room.spill, kept), level }));
    for (const record of records) {
      if (!this.add(record as T)) throw memoryFull(this.#room, 'the records that a checkpoint has');
    }
  }

  dispose(): void {
    this.#entries.clear();
    this.#values = [];
    this.#room.memory.release(this.#room.memory.used);
  }
}

/** The largest power of two up to `value`, within bounds that are such. */
function powerOfTwo(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.floor(Math.log2(Math.max(1, value)))));
}
