import type { Batch } from '../../interfaces/batch.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink, WriteContext } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { compressedOutput } from './compressed-output.ts';
import { type Compression, isContinuable } from './compression.ts';
import { type EncoderStart, encoderStart } from './encoder-start.ts';
import type { FileWriteSettings } from './file-options.ts';
import { FilePool } from './file-pool.ts';
import type { FileSystem } from './file-system.ts';
import type { PathTemplate } from './path-template.ts';
import { placed, tooMany } from './split-errors.ts';
import { SplitLanes } from './split-lanes.ts';
import { type SplitLane, SplitPart, type SplitShare, sharesOf } from './split-part.ts';

export interface SplitSinkSpec<T> {
  readonly template: PathTemplate;
  readonly settings: FileWriteSettings;
  readonly compression: Compression;
  readonly encoder: (start: EncoderStart) => Encoder<T>;
  readonly fileSystem: FileSystem;
  readonly context: WriteContext;
  /** Begins the temporary names of a run with checkpoints. */
  readonly mark?: string;
}

/**
 * Batches to several files: by partitions, one after the other, or both. All that a batch has for each
 * file is encoded before any of it is taken: so a batch that is refused has changed nothing.
 */
export class SplitSink<T> implements Sink<T> {
  readonly #spec: SplitSinkSpec<T>;
  readonly pool: FilePool;
  /** All partitions, and which of them a record goes to. */
  readonly lanes: SplitLanes<T>;
  /** Parts with a compressor, least recently used first: each takes as much memory as an open file. */
  readonly #compressing = new Set<SplitPart<T>>();
  /** Parts whose time was over while something else was going on. */
  readonly #due = new Set<SplitPart<T>>();
  /** What is going on and must not be disturbed; never rejects. */
  #busy: Promise<void> | undefined;
  /** What has lost records that were taken: from then on, nothing more can be done. */
  #lost: { readonly error: unknown } | undefined;
  #over = false;

  private constructor(spec: SplitSinkSpec<T>) {
    const { settings, fileSystem, context, template, mark } = spec;
    this.#spec = spec;
    const wrote = (bytes: number) => context.wrote(bytes);
    this.pool = new FilePool({ settings, fileSystem, wrote, ...(mark && { mark }) });
    this.lanes = new SplitLanes(template, settings);
  }

  static async open<T>(spec: SplitSinkSpec<T>): Promise<SplitSink<T>> {
    const sink = new SplitSink(spec);
    await sink.pool.begin(spec.template.base);
    return sink;
  }

  write(batch: Batch<T>): void | Promise<void> {
    if (this.#busy !== undefined || this.#lost !== undefined) return this.#alone(() => this.#write(batch));
    const room = this.pool.settle();
    if (room !== undefined) return this.#alone(() => room.then(() => this.#write(batch)));
    const shares = this.#sharesOf(batch);
    const ready = shares.every(({ lane, at }) => at < lane.parts.length);
    if (!ready || this.#spec.compression !== 'none') return this.#alone(() => this.#take(shares));
    const encoded = this.#encode(shares);
    shares.forEach((share, index) => {
      this.#partOf(share).file.append(encoded[index]!);
    });
    return this.#count(shares, encoded) ? this.#alone(() => this.#finishDue()) : undefined;
  }

  async close(): Promise<void> {
    await this.#cease();
    try {
      this.#throwLost();
      for (const part of this.lanes.all.flatMap(({ parts }) => parts)) {
        if (part.records === 0) await this.pool.drop(part.file);
        else await this.#end(part);
      }
    } catch (error) {
      await (this.#spec.mark === undefined ? this.abort(error) : this.leave());
      throw error;
    }
    await this.pool.publish();
  }

  async abort(_cause: unknown): Promise<void> {
    await this.#ceaseAll();
    await this.pool.abandon();
  }

  /** Lets go of what is open, and leaves the files that a checkpoint may have. */
  async leave(): Promise<void> {
    await this.#ceaseAll();
    await this.pool.suspend();
  }

  /** Makes all that was written last; what `work` gives is of that very moment. */
  checkpoint<S>(checkpoint: number, work: () => S): Promise<S> {
    return this.#alone(async () => {
      this.#throwLost();
      try {
        for (const part of [...this.#compressing]) await this.#endCompressor(part);
      } catch (error) {
        this.#lost = { error };
        throw error;
      }
      await this.pool.prepare(checkpoint);
      return work();
    });
  }

  /** Gives the files their names that were complete at a checkpoint. */
  nameComplete(checkpoint: number): Promise<void> {
    return this.#alone(() => this.pool.commit(checkpoint));
  }

  /** Goes on with a file that a checkpoint has. */
  resume(part: SplitPart<T>): void {
    part.lane.parts.push(part);
    this.#watch(part);
  }

  async #ceaseAll(): Promise<void> {
    await this.#cease();
    for (const { compressor } of this.#compressing) await compressor?.abandon();
  }

  async #cease(): Promise<void> {
    this.#over = true;
    for (const { cancel } of this.lanes.all.flatMap(({ parts }) => parts)) cancel?.();
    await this.#busy;
  }

  #sharesOf({ records }: Batch<T>): readonly SplitShare<T>[] {
    return sharesOf(
      records,
      this.lanes.laneOf,
      this.#spec.settings.rotate?.records ?? Number.POSITIVE_INFINITY,
    );
  }

  #partOf({ lane, at }: SplitShare<T>): SplitPart<T> {
    return lane.parts[at]!;
  }

  /** Does one thing after the other. */
  #alone<R>(work: () => Promise<R>): Promise<R> {
    const run = this.#busy === undefined ? work() : this.#busy.then(work);
    const done = (): void => {
      if (this.#busy !== busy) return;
      this.#busy = undefined;
      if (this.#due.size > 0 && !this.#over) void this.#alone(() => this.#finishDue());
    };
    const busy = run.then(done, done);
    this.#busy = busy;
    return run;
  }

  async #write(batch: Batch<T>): Promise<void> {
    this.#throwLost();
    await this.pool.settle();
    await this.#take(this.#sharesOf(batch));
  }

  async #take(shares: readonly SplitShare<T>[]): Promise<void> {
    for (const { lane, at } of shares) {
      while (lane.parts.length <= at) lane.parts.push(await this.#begin(lane));
    }
    const encoded = this.#encode(shares);
    try {
      for (const [index, share] of shares.entries()) await this.#append(this.#partOf(share), encoded[index]!);
    } catch (error) {
      this.#lost = { error };
      throw error;
    }
    if (this.#count(shares, encoded)) await this.#finishDue();
  }

  async #begin(lane: SplitLane<T>): Promise<SplitPart<T>> {
    const { template, compression, settings, encoder } = this.#spec;
    if (!isContinuable(compression) && this.#compressing.size >= settings.maxOpenFiles)
      throw tooMany(compression, settings);
    const { file, unended, head } = await this.pool.create(template.fill(lane.texts, lane.begun + 1)!);
    lane.begun++;
    try {
      const made = encoder(encoderStart(file.place.path, head, compression));
      return new SplitPart(lane, file, made, unended && compression === 'none' ? '\n' : '');
    } catch (error) {
      await this.pool.drop(file);
      throw error;
    }
  }

  #encode(shares: readonly SplitShare<T>[]): readonly Uint8Array[] {
    const encoded: (string | Uint8Array)[] = [];
    for (const share of shares) {
      try {
        encoded.push(this.#partOf(share).encoder.encode(share.records));
      } catch (error) {
        for (const other of shares.slice(0, encoded.length)) this.#partOf(other).encoder.undo?.();
        throw placed(error, share.indices);
      }
    }
    return shares.map((share, index) => this.#partOf(share).bytesOf(encoded[index]!));
  }

  /** Counts what was taken; returns whether files are full by it. */
  #count(shares: readonly SplitShare<T>[], encoded: readonly Uint8Array[]): boolean {
    const { records: mostRecords, bytes: mostBytes } = this.#spec.settings.rotate ?? {};
    for (const [index, share] of shares.entries()) {
      const part = this.#partOf(share);
      part.records += share.records.length;
      part.bytes += encoded[index]!.length;
      if (part.records === mostRecords || (mostBytes !== undefined && part.bytes >= mostBytes)) {
        this.#due.add(part);
      } else this.#watch(part);
    }
    return this.#due.size > 0;
  }

  #watch(part: SplitPart<T>): void {
    const every = this.#spec.settings.rotate?.every;
    if (every !== undefined) part.cancel ??= this.#spec.context.clock.schedule(() => this.#late(part), every);
  }

  #late(part: SplitPart<T>): void {
    if (this.#over) return;
    this.#due.add(part);
    if (this.#busy === undefined) void this.#alone(() => this.#finishDue());
  }

  /** Never rejects: the records have been taken, and the next call says what happened to them. */
  async #finishDue(): Promise<void> {
    const parts = [...this.#due];
    this.#due.clear();
    try {
      for (const part of parts) {
        part.cancel?.();
        part.lane.parts.splice(part.lane.parts.indexOf(part), 1);
        await this.#end(part);
        this.pool.finish(part.file);
      }
    } catch (error) {
      this.#lost ??= { error };
    }
  }

  async #end(part: SplitPart<T>): Promise<void> {
    const bytes = part.bytesOf(part.encoder.finish());
    if (bytes.length > 0) await this.#append(part, bytes);
    await this.#endCompressor(part);
  }

  async #append(part: SplitPart<T>, bytes: Uint8Array): Promise<void> {
    if (this.#spec.compression === 'none') {
      part.file.append(bytes);
      return;
    }
    const compressor = await this.#compressorOf(part);
    await compressor.settle();
    compressor.append(bytes);
  }

  async #compressorOf(part: SplitPart<T>): Promise<ByteOutput> {
    const { compression, settings } = this.#spec;
    if (part.compressor === undefined && this.#compressing.size >= settings.maxOpenFiles) {
      await this.#endCompressor(this.#compressing.values().next().value!);
    }
    part.compressor ??= compressedOutput(part.file, compression, settings.level);
    this.#compressing.delete(part);
    this.#compressing.add(part);
    return part.compressor;
  }

  async #endCompressor(part: SplitPart<T>): Promise<void> {
    await part.compressor?.publish();
    part.compressor = undefined;
    this.#compressing.delete(part);
  }

  #throwLost(): void {
    if (this.#lost !== undefined) throw this.#lost.error;
  }
}
