import type { Emit, Operator } from '../../interfaces/operator.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { EntryCursor } from '../runtime/spill/entry-cursor.ts';
import type { EntryFile } from '../runtime/spill/entry-writer.ts';
import { type Deliver, deliverAll, type HoldingRoom, memoryFull } from '../runtime/spill/holder.ts';
import { holdingRoom } from '../runtime/spill/holding-logic.ts';
import { MOST_LEVELS, Partitions } from '../runtime/spill/partitions.ts';
import { Gathered, type Late, type Passer, PassingLogic } from '../runtime/spill/passing-logic.ts';
import { RecordCodec, type RecordShapes } from '../runtime/spill/record-codec.ts';
import { type ProbeAndBuildKeys, partnerId } from './hash-join.ts';
import { type JoinPair, type JoinParts, JoinPass, type PassState } from './join-pass.ts';
import { BuildRow, type JoinTableSpec } from './join-table.ts';
import { NestedPasses } from './nested-passes.ts';

export interface SpilledJoinSpec extends JoinTableSpec {
  readonly keys: ProbeAndBuildKeys;
  readonly spill: boolean;
}

/** Like `hashJoin`, but the rows count against the memory of the pipeline, and go to the disk when that is used up. */
export function spilledJoin(spec: SpilledJoinSpec): Operator<unknown, unknown> {
  return defineOperator<unknown, unknown>({
    joins: true,
    name: 'join',
    kind: 'duplex',
    cardinality: 'many',
    remembers: 'snapshot',
    detail: spec.kind,
    create: (context) =>
      new PassingLogic(new SpilledJoin(spec, holdingRoom(context, spec.spill)), 'join', context),
  });
}

interface JoinState {
  readonly shapes: RecordShapes;
  readonly built: boolean;
  readonly pass: PassState;
}

/**
 * Joins what has both sides in memory as it comes, and the rest when the input is over: partition by partition, each as
 * a join of its own, in which the rows are spread over files again if they do not fit.
 */
class SpilledJoin implements Passer<unknown, unknown> {
  readonly #keys: ProbeAndBuildKeys;
  readonly #parts: JoinParts;
  readonly #top: JoinPass;
  #built = false;

  constructor({ keys, ...table }: SpilledJoinSpec, room: HoldingRoom) {
    const blockSize = Partitions.blockSize(room.memory.budget);
    if (room.spill.enabled && !room.memory.reserve(Partitions.memory(blockSize))) {
      throw memoryFull(room, 'blocks for the disk');
    }
    this.#keys = keys;
    this.#parts = { table, room, codec: new RecordCodec(), blockSize };
    this.#top = new JoinPass(this.#parts, 0);
  }

  get behind(): boolean {
    return this.#top.spilled;
  }

  take(record: unknown, emit: Emit<unknown>): Iterable<unknown> | Late<unknown> | undefined {
    if (record instanceof BuildRow) {
      return this.#top.build(record, partnerId(this.#keys[1](record.record)), emit);
    }
    const id = partnerId(this.#keys[0](record));
    if (this.#built) return this.#top.probe(record, id, emit);
    this.#built = true;
    if (!this.#top.spilled) return this.#top.probe(record, id, emit);
    return async (deliver) => {
      await this.#top.endBuild();
      const out = new Gathered(deliver);
      await out.settle(this.#top.probe(record, id, out.emit));
      await out.settle();
    };
  }

  async drain(deliver: Deliver<unknown>): Promise<void> {
    if (!this.#built) await this.#top.endBuild();
    await this.#end(this.#top, Number.POSITIVE_INFINITY, 0, deliver);
  }

  /** The other side has passed: what comes of the rows in memory, then of the pairs on the disk. */
  async #end(pass: JoinPass, rows: number, level: number, deliver: Deliver<unknown>): Promise<boolean> {
    if (!(await deliverAll(pass.remaining(), deliver))) return false;
    for (const pair of await pass.end()) {
      // Where all rows have stayed together, they do so on the next level, too: they have one key.
      const parts = pair.rows < rows && level < MOST_LEVELS;
      const wanted = parts
        ? await this.#join(pair, level + 1, deliver)
        : await new NestedPasses(this.#parts, pair).run(deliver);
      if (!wanted) return false;
      await pair.build.file.remove();
      await pair.probe?.file.remove();
    }
    return true;
  }

  async #join({ build, probe, rows }: JoinPair, level: number, deliver: Deliver<unknown>): Promise<boolean> {
    const { room } = this.#parts;
    const reading = 2 * Math.max(build.largest, probe?.largest ?? 0);
    if (!room.memory.reserve(reading)) throw memoryFull(room, 'a block of what was spilled');
    const pass = new JoinPass(this.#parts, level);
    const out = new Gathered(deliver);
    const built = (id: unknown, record: unknown) => pass.build(new BuildRow(record), id, out.emit);
    if (!(await this.#read(build, built, out))) return false;
    await pass.endBuild();
    const probed = (id: unknown, record: unknown) => pass.probe(record, id, out.emit);
    if (probe !== undefined && !(await this.#read(probe, probed, out))) return false;
    room.memory.release(reading);
    return this.#end(pass, rows, level, deliver);
  }

  /** Reads a file through; resolves to whether more is wanted. */
  async #read(
    entries: EntryFile,
    take: (id: unknown, record: unknown) => Iterable<unknown> | Late<unknown> | undefined,
    out: Gathered<unknown>,
  ): Promise<boolean> {
    const { codec } = this.#parts;
    const cursor = new EntryCursor(entries);
    for (let more = await cursor.fetch(); more; more = cursor.step() || (await cursor.fetch())) {
      const [id, record] = codec.decode(cursor.bytes, cursor.keyEnd, cursor.recordEnd) as [unknown, unknown];
      const late = take(id, record);
      if ((late !== undefined || out.full) && !(await out.settle(late))) return false;
    }
    return out.settle();
  }

  async snapshot(): Promise<JoinState> {
    return { shapes: this.#parts.codec.shapes, built: this.#built, pass: await this.#top.snapshot() };
  }

  restore(state: unknown): void {
    const { shapes, built, pass } = state as JoinState;
    this.#parts.codec.restore(shapes);
    this.#built = built;
    this.#top.restore(pass, (record) => partnerId(this.#keys[1](record)));
  }

  dispose(): void {
    this.#top.clear();
    this.#parts.room.memory.release(this.#parts.room.memory.used);
  }
}
