import { EntryCursor } from '../runtime/spill/entry-cursor.ts';
import type { EntryFile } from '../runtime/spill/entry-writer.ts';
import { type Deliver, deliverAll, memoryFull } from '../runtime/spill/holder.ts';
import { Gathered } from '../runtime/spill/passing-logic.ts';
import { KEY_PLACE, SampledMemory } from '../runtime/spill/sampled-memory.ts';
import type { JoinPair, JoinParts } from './join-pass.ts';
import { BuildRow, JoinTable } from './join-table.ts';

/**
 * Joins a pair whose rows no hash can part, since they have one key or a few: as many rows as fit are held at a time, and
 * the whole other side is read past them, again and again.
 */
export class NestedPasses {
  readonly #parts: JoinParts;
  readonly #pair: JoinPair;
  readonly #memory: SampledMemory;
  readonly #table: JoinTable;
  /** Keys of the rows of earlier passes. */
  readonly #seen = new Set<unknown>();
  readonly #seenMemory: SampledMemory;
  readonly #build: EntryCursor;

  constructor(parts: JoinParts, pair: JoinPair) {
    this.#parts = parts;
    this.#pair = pair;
    this.#memory = new SampledMemory(parts.room.memory);
    this.#seenMemory = new SampledMemory(parts.room.memory, KEY_PLACE);
    this.#table = new JoinTable(parts.table);
    this.#build = new EntryCursor(pair.build);
  }

  /** Resolves to whether more is wanted. */
  async run(deliver: Deliver<unknown>): Promise<boolean> {
    const { build, probe } = this.#pair;
    const reading = 2 * (build.largest + (probe?.largest ?? 0));
    this.#reserve(reading);
    for (let more = await this.#build.fetch(); more; ) {
      more = await this.#load();
      if (probe !== undefined && !(await this.#pass(probe, !more, deliver))) return false;
      if (!(await deliverAll(this.#table.remaining(), deliver))) return false;
      this.#forget();
    }
    this.#seenMemory.recount([]);
    this.#parts.room.memory.release(reading);
    return true;
  }

  #reserve(bytes: number): void {
    const { room } = this.#parts;
    if (!room.memory.reserve(bytes)) throw memoryFull(room, 'a block of what was spilled');
  }

  /** Fills the table; resolves to whether there are rows left. */
  async #load(): Promise<boolean> {
    const table = this.#table;
    let held = 0;
    for (let more = true; more; more = this.#build.step() || (await this.#build.fetch())) {
      const [id, record] = this.#decode(this.#build);
      if (table.oneOfEach && (table.has(id) || this.#seen.has(id))) continue;
      if (table.full || !this.#memory.count(record, id)) {
        if (held === 0) throw memoryFull(this.#parts.room, 'a single row of the join');
        return true;
      }
      table.add(new BuildRow(record), id);
      held++;
    }
    return false;
  }

  /** Reads the other side past the rows in the table. What has no partner is known in the last pass. */
  async #pass(probe: EntryFile, last: boolean, deliver: Deliver<unknown>): Promise<boolean> {
    const table = this.#table;
    const out = new Gathered(deliver);
    const cursor = new EntryCursor(probe);
    for (let more = await cursor.fetch(); more; more = cursor.step() || (await cursor.fetch())) {
      const [id, record] = this.#decode(cursor);
      // Found in an earlier pass and reported there, or perhaps to be found in a later one.
      if (!table.has(id) && (!last || this.#seen.has(id))) continue;
      const late = table.probe(record, id, out.emit);
      if ((late !== undefined || out.full) && !(await out.settle(late))) return false;
    }
    return out.settle();
  }

  #decode(cursor: EntryCursor): readonly [id: unknown, record: unknown] {
    const { codec } = this.#parts;
    return codec.decode(cursor.bytes, cursor.keyEnd, cursor.recordEnd) as [unknown, unknown];
  }

  /** Keeps of the rows nothing but their keys. */
  #forget(): void {
    const ids = [...this.#table.ids()].filter((id) => !this.#seen.has(id));
    this.#table.clear();
    this.#memory.recount([]);
    for (const id of ids) {
      if (!this.#seenMemory.count(undefined, id)) throw memoryFull(this.#parts.room, 'the keys of a join');
      this.#seen.add(id);
    }
  }
}
