import type { Emit } from '../../../interfaces/operator.ts';
import { EntryCursor } from '../../runtime/spill/entry-cursor.ts';
import type { EntryFile } from '../../runtime/spill/entry-writer.ts';
import { type Deliver, type HoldingRoom, memoryFull } from '../../runtime/spill/holder.ts';
import { type KeptPartitions, Partitions, partitionOf } from '../../runtime/spill/partitions.ts';
import { Gathered, type Late, type Passer } from '../../runtime/spill/passing-logic.ts';
import { RecordCodec, type RecordShapes } from '../../runtime/spill/record-codec.ts';
import {
  KEY_PLACE,
  MOST_KEYS,
  SampledMemory,
  type SampledState,
} from '../../runtime/spill/sampled-memory.ts';
import { hashValue } from '../aggregates/hash-value.ts';

interface KeysState {
  readonly shapes: RecordShapes;
  readonly seen: readonly unknown[];
  readonly memory: SampledState;
  readonly aside: number;
  readonly partitions: KeptPartitions | undefined;
}

/**
 * The keys that have been seen, more than memory holds. When it is used up, those in it stay, and no other is added:
 * records with other keys are set aside, spread over files by a hash of them. In the end the files are gone through like
 * the input, one at a time. None of their keys was in memory, so that what is there can be forgotten.
 */
export class SpilledKeys<A> implements Passer<A, A> {
  readonly #identity: (record: A) => unknown;
  readonly #room: HoldingRoom;
  readonly #codec = new RecordCodec();
  readonly #blockSize: number;
  readonly #memory: SampledMemory;
  #seen = new Set<unknown>();
  /** Of the level that is being worked on; none as long as all keys fit. */
  #partitions: Partitions | undefined;
  #level = 0;
  #aside = 0;
  #gathered: Gathered<A> | undefined;

  constructor(identity: (record: A) => unknown, room: HoldingRoom) {
    this.#identity = identity;
    this.#room = room;
    this.#memory = new SampledMemory(room.memory, KEY_PLACE);
    this.#blockSize = Partitions.blockSize(room.memory.budget);
    if (room.spill.enabled && !room.memory.reserve(Partitions.memory(this.#blockSize))) {
      throw memoryFull(room, 'blocks for the disk');
    }
  }

  get behind(): boolean {
    return this.#partitions !== undefined;
  }

  get held(): number {
    return this.#aside + (this.#gathered?.size ?? 0);
  }

  take(record: A, emit: Emit<A>): Late<A> | undefined {
    return this.#take(this.#identity(record), record, emit);
  }

  #take(id: unknown, record: A, emit: Emit<A>): Late<A> | undefined {
    if (this.#seen.has(id)) return undefined;
    if (this.#partitions === undefined) {
      if (this.#seen.size < MOST_KEYS && this.#memory.count(undefined, id)) {
        this.#seen.add(id);
        emit(record);
        return undefined;
      }
      if (!this.#room.spill.enabled) throw memoryFull(this.#room, 'more keys than fit');
      if (this.#seen.size === 0) throw memoryFull(this.#room, 'a key');
      this.#partitions = new Partitions(this.#room.spill, this.#blockSize);
    }
    return this.#setAside(this.#partitions, id, record);
  }

  #setAside(partitions: Partitions, id: unknown, record: A): Late<A> | undefined {
    const partition = partitionOf(hashValue(id), this.#level);
    const length = this.#codec.encode([id, record]);
    this.#aside++;
    if (partitions.offer(partition, this.#codec.bytes, length)) return undefined;
    return () => partitions.putLate(partition, this.#codec.bytes, length);
  }

  async drain(deliver: Deliver<A>): Promise<void> {
    const out = new Gathered(deliver);
    this.#gathered = out;
    if (await this.#settle(0, out)) await out.settle();
  }

  /** Goes through what was set aside on a level; resolves to whether more is wanted. */
  async #settle(level: number, out: Gathered<A>): Promise<boolean> {
    this.#forget();
    if (this.#partitions === undefined) return true;
    const files = await this.#partitions.end();
    for (const file of files) {
      this.#partitions = undefined;
      this.#level = level + 1;
      if (!(await this.#read(file, out)) || !(await this.#settle(level + 1, out))) return false;
    }
    return true;
  }

  async #read(entries: EntryFile, out: Gathered<A>): Promise<boolean> {
    const reading = 2 * entries.largest;
    if (!this.#room.memory.reserve(reading)) throw memoryFull(this.#room, 'a block of what was spilled');
    const cursor = new EntryCursor(entries);
    for (let more = await cursor.fetch(); more; more = cursor.step() || (await cursor.fetch())) {
      const [id, record] = this.#codec.decode(cursor.bytes, cursor.keyEnd, cursor.recordEnd) as [unknown, A];
      this.#aside--;
      const late = this.#take(id, record, out.emit);
      if ((late !== undefined || out.full) && !(await out.settle(late))) return false;
    }
    await entries.file.remove();
    this.#room.memory.release(reading);
    return true;
  }

  #forget(): void {
    this.#seen = new Set();
    this.#memory.recount([]);
  }

  async snapshot(): Promise<KeysState> {
    return {
      shapes: this.#codec.shapes,
      seen: [...this.#seen],
      memory: this.#memory.snapshot(),
      aside: this.#aside,
      partitions: await this.#partitions?.keep(),
    };
  }

  restore(state: unknown): void {
    const { shapes, seen, memory, aside, partitions } = state as KeysState;
    this.#codec.restore(shapes);
    this.#seen = new Set(seen);
    this.#memory.restore(memory);
    this.#aside = aside;
    if (partitions === undefined) return;
    this.#partitions = new Partitions(this.#room.spill, this.#blockSize);
    this.#partitions.restore(partitions);
  }

  dispose(): void {
    this.#seen = new Set();
    this.#room.memory.release(this.#room.memory.used);
  }
}
