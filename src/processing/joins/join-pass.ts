import type { Emit } from '../../interfaces/operator.ts';
import { hashValue } from '../operators/aggregates/hash-value.ts';
import {
  type EntryFile,
  type KeptEntries,
  keepEntries,
  reopenEntries,
} from '../runtime/spill/entry-writer.ts';
import { type Deliver, deliverAll, type HoldingRoom, memoryFull } from '../runtime/spill/holder.ts';
import { type KeptPartitions, PARTITIONS, Partitions, partitionOf } from '../runtime/spill/partitions.ts';
import type { Late } from '../runtime/spill/passing-logic.ts';
import type { RecordCodec } from '../runtime/spill/record-codec.ts';
import { SampledMemory, type SampledState } from '../runtime/spill/sampled-memory.ts';
import { BuildRow, JoinTable, type JoinTableSpec } from './join-table.ts';

/** What the passes of one join share. */
export interface JoinParts {
  readonly table: JoinTableSpec;
  readonly room: HoldingRoom;
  readonly codec: RecordCodec;
  readonly blockSize: number;
}

/** What is still to be joined: rows, and the records of the other side whose keys fall into the same partition. */
export interface JoinPair {
  readonly build: EntryFile;
  readonly probe: EntryFile | undefined;
  readonly rows: number;
}

/** What a pass remembers of what has come so far. */
export interface PassState {
  /** Rows in memory, with whether they were found. */
  readonly table: readonly (readonly [record: unknown, found: boolean])[];
  readonly memory: SampledState;
  readonly resident: number;
  readonly rows: readonly number[];
  /** Rows on the disk, as long as more may come. */
  readonly build: KeptPartitions | undefined;
  /** The same when all have come, and records of the other side. */
  readonly files: readonly (KeptEntries | null)[] | undefined;
  readonly probe: KeptPartitions | undefined;
}

/**
 * One level of a hash join: rows come first, and are held in a table; then come the records of the other side, which are
 * looked up in it. When memory is used up, half of the partitions that are left go to the disk, by a hash of the key;
 * what belongs to them is set aside from then on, on both sides, and the rest still streams past.
 */
export class JoinPass {
  readonly #parts: JoinParts;
  readonly #level: number;
  readonly #memory: SampledMemory;
  readonly #table: JoinTable;
  /** Partitions below this one are in the table, the others on the disk. */
  #resident = PARTITIONS;
  #build: Partitions | undefined;
  #files: readonly (EntryFile | undefined)[] | undefined;
  #probe: Partitions | undefined;
  /** Rows that each partition has on the disk. */
  readonly #rows: number[] = new Array(PARTITIONS).fill(0);

  constructor(parts: JoinParts, level: number) {
    this.#parts = parts;
    this.#level = level;
    this.#memory = new SampledMemory(parts.room.memory);
    this.#table = new JoinTable(parts.table);
  }

  /** Whether some of it is on the disk. */
  get spilled(): boolean {
    return this.#build !== undefined;
  }

  /** Takes a row; what it returns has to be done before the next one. */
  build(row: BuildRow, id: unknown, emit: Emit<unknown>): Late<unknown> | undefined {
    if (this.#build !== undefined) {
      // Nothing can be its partner: it need not wait for the end where all else does not either.
      if (id === undefined) {
        for (const record of this.#table.leaving(row)) emit(record);
        return undefined;
      }
      const partition = this.#partition(id);
      if (partition >= this.#resident) {
        this.#rows[partition]! += 1;
        return this.#setAside(this.#build, partition, id, row.record);
      }
    }
    if (id === undefined ? !this.#table.keepsBuild : this.#table.oneOfEach && this.#table.has(id)) {
      return undefined;
    }
    if (this.#table.full || !this.#memory.count(row.record, id))
      return (deliver) => this.#buildLate(row, id, deliver);
    this.#table.add(row, id);
    return undefined;
  }

  async #buildLate(row: BuildRow, id: unknown, deliver: Deliver<unknown>): Promise<void> {
    await this.#spill(deliver);
    const records: unknown[] = [];
    const late = this.build(row, id, (record) => records.push(record));
    if (records.length > 0) await deliver(records);
    await late?.(deliver);
  }

  async #spill(deliver: Deliver<unknown>): Promise<void> {
    const { room, blockSize } = this.#parts;
    if (!room.spill.enabled) throw memoryFull(room, 'the side of the join that is built');
    const table = this.#table;
    await deliverAll(table.leavingKeyless(), deliver);
    this.#build ??= new Partitions(room.spill, blockSize);
    this.#resident >>= 1;
    for (const [id, records] of table.entries()) {
      const partition = this.#partition(id);
      if (partition < this.#resident) continue;
      this.#rows[partition]! += records.length;
      for (const record of records) await this.#setAside(this.#build, partition, id, record)?.(deliver);
      table.remove(id);
    }
    this.#memory.recount(recordsOf(table));
  }

  /** All rows have come: what follows is of the other side. */
  async endBuild(): Promise<void> {
    if (this.#build === undefined) return;
    this.#files = await this.#build.endEach();
    this.#probe = new Partitions(this.#parts.room.spill, this.#parts.blockSize);
  }

  /** Takes a record of the other side; what it returns is more output, or has to be done before the next one. */
  probe(record: unknown, id: unknown, emit: Emit<unknown>): Iterable<unknown> | Late<unknown> | undefined {
    if (this.#files === undefined || id === undefined) return this.#table.probe(record, id, emit);
    const partition = this.#partition(id);
    // Where no row is, nothing can be found.
    if (this.#files[partition] === undefined) return this.#table.probe(record, id, emit);
    return this.#setAside(this.#probe!, partition, id, record);
  }

  #partition(id: unknown): number {
    return partitionOf(hashValue(id), this.#level);
  }

  #setAside(
    partitions: Partitions,
    partition: number,
    id: unknown,
    record: unknown,
  ): Late<unknown> | undefined {
    const { codec } = this.#parts;
    const length = codec.encode([id, record]);
    if (partitions.offer(partition, codec.bytes, length)) return undefined;
    return () => partitions.putLate(partition, codec.bytes, length);
  }

  /** What comes of the rows in memory themselves, when all of the other side has passed. */
  remaining(): Iterable<unknown> {
    return this.#table.remaining();
  }

  /** Gives its memory back, and says what is still to be joined. */
  async end(): Promise<readonly JoinPair[]> {
    this.clear();
    const probes = (await this.#probe?.endEach()) ?? [];
    return (this.#files ?? []).flatMap((build, partition) =>
      build === undefined ? [] : [{ build, probe: probes[partition], rows: this.#rows[partition]! }],
    );
  }

  async snapshot(): Promise<PassState> {
    const files = this.#files?.map((entries) => (entries === undefined ? null : keepEntries(entries)));
    return {
      table: [...this.#table.held()],
      memory: this.#memory.snapshot(),
      resident: this.#resident,
      rows: [...this.#rows],
      build: files === undefined ? await this.#build?.keep() : undefined,
      files: files && (await Promise.all(files)),
      probe: await this.#probe?.keep(),
    };
  }

  /** Takes over what another one remembered; `idOf` is the identity of the key of a row. */
  restore(
    { table, memory, resident, rows, build, files, probe }: PassState,
    idOf: (record: unknown) => unknown,
  ): void {
    const { room, blockSize } = this.#parts;
    for (const [record, found] of table) {
      const row = new BuildRow(record);
      row.found = found;
      this.#table.add(row, idOf(record));
    }
    this.#memory.restore(memory);
    this.#resident = resident;
    for (const [partition, count] of rows.entries()) this.#rows[partition] = count;
    if (build === undefined && files === undefined) return;
    this.#build = new Partitions(room.spill, blockSize);
    if (build !== undefined) this.#build.restore(build);
    this.#files = files?.map((kept) => (kept === null ? undefined : reopenEntries(room.spill, kept)));
    if (probe === undefined) return;
    this.#probe = new Partitions(room.spill, blockSize);
    this.#probe.restore(probe);
  }

  clear(): void {
    this.#table.clear();
    this.#memory.recount([]);
  }
}

function* recordsOf(table: JoinTable): Generator<readonly [unknown, unknown]> {
  for (const [id, records] of table.entries()) for (const record of records) yield [record, id];
}
