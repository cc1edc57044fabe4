import { BATCH_SIZE } from '../../../core/batch.ts';
import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';
import { EntryCursor } from '../../runtime/spill/entry-cursor.ts';
import type { EntryFile } from '../../runtime/spill/entry-writer.ts';
import { heapSize } from '../../runtime/spill/heap-size.ts';
import { type Deliver, type Holder, type HoldingRoom, memoryFull } from '../../runtime/spill/holder.ts';
import { type KeptPartitions, MOST_LEVELS, Partitions, partitionOf } from '../../runtime/spill/partitions.ts';
import { RecordCodec, type RecordShapes } from '../../runtime/spill/record-codec.ts';
import { hashValue } from '../aggregates/hash-value.ts';
import { keyId } from '../key-id.ts';
import type { NamedAggregate } from './checked-aggregates.ts';

/** What a group takes besides its key and its accumulators: its place in the table, and the objects around them. */
const GROUP = 160;
/** Records after which a group is measured again for the first time. */
const FIRST_LOOK = 8;

interface Group {
  readonly key: unknown;
  states: unknown[];
  /** Bytes that are reserved for it. */
  size: number;
  records: number;
  /** At how many records it is measured again. */
  look: number;
}

interface GroupsState {
  readonly shapes: RecordShapes;
  readonly groups: readonly Group[];
  readonly short: boolean;
  readonly partitions: KeptPartitions | undefined;
}

/**
 * The accumulators of more keys than memory holds. When it is used up, all of them go to the disk, spread over files
 * by a hash of their keys; in the end those of one file are merged at a time, and one that is too large by itself is
 * spread again.
 *
 * Groups are measured when they are new, and again as they take records: as long as they grow, after each quarter of
 * those that they have, otherwise after as many again.
 */
export class SpilledGroups<A, B> implements Holder<A, B> {
  readonly #aggregates: readonly NamedAggregate[];
  readonly #keyOf: (record: A) => unknown;
  readonly #room: HoldingRoom;
  readonly #codec = new RecordCodec();
  readonly #build: RecordBuilder;
  readonly #blockSize: number;
  #groups = new Map<unknown, Group>();
  #reserved = 0;
  /** A group has outgrown the memory: all have to go to the disk before the next record. */
  #short = false;
  /** Of the level that is being worked on; none as long as all fits into memory. */
  #partitions: Partitions | undefined;

  constructor(keyOf: (record: A) => unknown, aggregates: readonly NamedAggregate[], room: HoldingRoom) {
    this.#keyOf = keyOf;
    this.#aggregates = aggregates;
    this.#room = room;
    this.#build = recordBuilder(
      ['key', ...aggregates.map(({ name }) => name)].map((name, from) => ({ name, from })),
    );
    this.#blockSize = Partitions.blockSize(room.memory.budget);
    if (!room.memory.reserve(Partitions.memory(this.#blockSize)))
      throw memoryFull(room, 'blocks for the disk');
  }

  add(record: A): boolean {
    if (this.#short) return false;
    const key = this.#keyOf(record);
    const id = keyId(key);
    const known = this.#groups.get(id);
    if (known !== undefined) {
      for (const [place, { aggregate }] of this.#aggregates.entries()) {
        known.states[place] = aggregate.add(known.states[place], record);
      }
      if (++known.records >= known.look) this.#measure(known);
      return true;
    }
    const states = this.#aggregates.map(({ aggregate }) => aggregate.add(aggregate.create(), record));
    return this.#open(id, key, states);
  }

  #open(id: unknown, key: unknown, states: unknown[]): boolean {
    const size = GROUP + heapSize(key) + heapSize(id) + heapSize(states);
    if (!this.#reserve(size)) return false;
    this.#groups.set(id, { key, states, size, records: 1, look: FIRST_LOOK });
    return true;
  }

  #measure(group: Group): void {
    const size = Math.max(group.size, GROUP + 2 * heapSize(group.key) + heapSize(group.states));
    const grown = size - group.size;
    group.look = group.records + Math.max(FIRST_LOOK, grown > 0 ? group.records >> 2 : group.records);
    if (this.#reserve(grown)) group.size = size;
    else this.#short = true;
  }

  #reserve(bytes: number): boolean {
    if (!this.#room.memory.reserve(bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  async spill(level = 0): Promise<void> {
    const { spill } = this.#room;
    if (!spill.enabled) throw memoryFull(this.#room, 'more keys than fit');
    if (this.#groups.size === 0) throw memoryFull(this.#room, 'a key whose accumulators do not fit');
    this.#partitions ??= new Partitions(spill, this.#blockSize);
    for (const [id, { key, states }] of this.#groups) {
      const length = this.#codec.encode([key, states]);
      const putting = this.#partitions.put(partitionOf(hashValue(id), level), this.#codec.bytes, length);
      if (putting !== undefined) await putting;
    }
    this.#forget();
  }

  #forget(): void {
    this.#groups = new Map();
    this.#room.memory.release(this.#reserved);
    this.#reserved = 0;
    this.#short = false;
  }

  /** Hands all results on: in the order in which the keys came, if all of them were in memory, else by partitions. */
  async drain(deliver: Deliver<B>): Promise<void> {
    await this.#settle(0, deliver);
  }

  /** What is held goes out, or, where some of it has been spilled, is merged with that. */
  async #settle(level: number, deliver: Deliver<B>): Promise<boolean> {
    if (this.#partitions === undefined) return this.#emit(deliver);
    if (this.#groups.size > 0) await this.spill(level);
    const files = await this.#partitions.end();
    this.#partitions = undefined;
    for (const file of files) {
      await this.#load(file, level + 1);
      if (!(await this.#settle(level + 1, deliver))) return false;
    }
    return true;
  }

  /** Merges the groups of a file, spilling again what does not fit. */
  async #load(entries: EntryFile, level: number): Promise<void> {
    if (level > MOST_LEVELS) throw memoryFull(this.#room, 'a key whose accumulators do not fit');
    const reading = 2 * entries.largest;
    if (!this.#room.memory.reserve(reading)) {
      throw memoryFull(this.#room, 'a block of what was spilled');
    }
    const cursor = new EntryCursor(entries);
    for (let more = await cursor.fetch(); more; more = cursor.step() || (await cursor.fetch())) {
      const [key, states] = this.#codec.decode(cursor.bytes, cursor.keyEnd, cursor.recordEnd) as [
        unknown,
        unknown[],
      ];
      while (!this.#merge(key, states)) await this.spill(level);
      if (this.#short) await this.spill(level);
    }
    await entries.file.remove();
    this.#room.memory.release(reading);
  }

  #merge(key: unknown, states: unknown[]): boolean {
    const id = keyId(key);
    const known = this.#groups.get(id);
    if (known === undefined) return this.#open(id, key, states);
    known.states = this.#aggregates.map(({ aggregate }, place) =>
      aggregate.merge(known.states[place], states[place]),
    );
    this.#measure(known);
    return true;
  }

  async #emit(deliver: Deliver<B>): Promise<boolean> {
    let results: B[] = [];
    for (const { key, states } of this.#groups.values()) {
      const worked = this.#aggregates.map(({ aggregate }, place) => aggregate.result(states[place]));
      results.push(this.#build([key, ...worked]) as B);
      if (results.length < BATCH_SIZE) continue;
      if (!(await deliver(results))) return false;
      results = [];
    }
    const wanted = results.length === 0 || (await deliver(results));
    this.#forget();
    return wanted;
  }

  /** Groups in memory stay there: to write them to the disk for a checkpoint would change the order of the results. */
  async snapshot(): Promise<GroupsState> {
    return {
      shapes: this.#codec.shapes,
      groups: [...this.#groups.values()],
      short: this.#short,
      partitions: await this.#partitions?.keep(),
    };
  }

  restore(state: unknown): void {
    const { shapes, groups, short, partitions } = state as GroupsState;
    this.#codec.restore(shapes);
    if (partitions !== undefined) {
      this.#partitions = new Partitions(this.#room.spill, this.#blockSize);
      this.#partitions.restore(partitions);
    }
    this.#short = short;
    for (const group of groups) {
      this.#groups.set(keyId(group.key), { ...group });
      // Where there is less memory than there was, they go to the disk.
      if (!this.#reserve(group.size)) this.#short = true;
    }
  }

  dispose(): void {
    this.#groups = new Map();
    this.#room.memory.release(this.#room.memory.used);
    this.#reserved = 0;
  }
}
