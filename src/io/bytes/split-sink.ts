import { isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink, WriteContext } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { compressedOutput } from './compressed-output.ts';
import type { Compression } from './compression.ts';
import { type EncoderStart, encoderStart } from './encoder-start.ts';
import type { FileWriteSettings } from './file-options.ts';
import { FilePool } from './file-pool.ts';
import type { FileSystem } from './file-system.ts';
import { Partitions } from './partitions.ts';
import type { PathTemplate } from './path-template.ts';
import { SplitLane, SplitPart, type SplitShare, sharesOf } from './split-part.ts';

export interface SplitSinkSpec<T> {
  readonly template: PathTemplate;
  readonly settings: FileWriteSettings;
  readonly compression: Compression;
  readonly encoder: (start: EncoderStart) => Encoder<T>;
  readonly fileSystem: FileSystem;
  readonly context: WriteContext;
}

/**
 * Batches to several files: by partitions, one after the other, or both. All that a batch has for each
 * file is encoded before any of it is taken: so a batch that is refused has changed nothing.
 */
export class SplitSink<T> implements Sink<T> {
  readonly #spec: SplitSinkSpec<T>;
  readonly #pool: FilePool;
  readonly #laneOf: (record: T, index: number) => SplitLane<T>;
  readonly #lanes: SplitLane<T>[] = [];
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
    const { settings, fileSystem, context, template } = spec;
    const { partitionBy, nullPartition, maxPartitions } = settings;
    this.#spec = spec;
    this.#pool = new FilePool({ settings, fileSystem, wrote: (bytes) => context.wrote(bytes) });
    if (partitionBy === undefined) {
      const only = this.#lane([]);
      this.#laneOf = () => only;
    } else {
      const valuesOf = typeof partitionBy === 'function' ? partitionBy : undefined;
      const make = (texts: readonly string[]) => this.#lane(texts);
      const partitions = new Partitions({ template, valuesOf, nullPartition, maxPartitions, make });
      this.#laneOf = (record, index) => partitions.of(record, index);
    }
  }

  static async open<T>(spec: SplitSinkSpec<T>): Promise<SplitSink<T>> {
    const sink = new SplitSink(spec);
    await sink.#pool.begin(spec.template.base);
    return sink;
  }

  write(batch: Batch<T>): void | Promise<void> {
    if (this.#busy !== undefined || this.#lost !== undefined) return this.#alone(() => this.#write(batch));
    const room = this.#pool.settle();
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
      for (const part of this.#lanes.flatMap(({ parts }) => parts)) {
        if (part.records === 0) await this.#pool.drop(part.file);
        else await this.#end(part);
      }
    } catch (error) {
      await this.abort(error);
      throw error;
    }
    await this.#pool.publish();
  }

  async abort(_cause: unknown): Promise<void> {
    await this.#cease();
    for (const { compressor } of this.#compressing) await compressor?.abandon();
    await this.#pool.abandon();
  }

  async #cease(): Promise<void> {
    this.#over = true;
    for (const { cancel } of this.#lanes.flatMap(({ parts }) => parts)) cancel?.();
    await this.#busy;
  }

  #lane(texts: readonly string[]): SplitLane<T> {
    const lane = new SplitLane<T>(texts);
    this.#lanes.push(lane);
    return lane;
  }

  #sharesOf({ records }: Batch<T>): readonly SplitShare<T>[] {
    return sharesOf(records, this.#laneOf, this.#spec.settings.rotate?.records ?? Number.POSITIVE_INFINITY);
  }

  #partOf({ lane, at }: SplitShare<T>): SplitPart<T> {
    return lane.parts[at]!;
  }

  /** Does one thing after the other. */
  #alone(work: () => Promise<void>): Promise<void> {
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
    await this.#pool.settle();
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
    const continuable = compression === 'none' || compression === 'gzip' || compression === 'zstd';
    if (!continuable && this.#compressing.size >= settings.maxOpenFiles) throw tooMany(compression, settings);
    const { file, unended, head } = await this.#pool.create(template.fill(lane.texts, lane.begun + 1)!);
    lane.begun++;
    try {
      const made = encoder(encoderStart(file.place.path, head, compression));
      return new SplitPart(lane, file, made, unended && compression === 'none' ? '\n' : '');
    } catch (error) {
      await this.#pool.drop(file);
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
    const { records: mostRecords, bytes: mostBytes, every } = this.#spec.settings.rotate ?? {};
    for (const [index, share] of shares.entries()) {
      const part = this.#partOf(share);
      part.records += share.records.length;
      part.bytes += encoded[index]!.length;
      if (part.records === mostRecords || (mostBytes !== undefined && part.bytes >= mostBytes)) {
        this.#due.add(part);
      } else if (every !== undefined) {
        part.cancel ??= this.#spec.context.clock.schedule(() => this.#late(part), every);
      }
    }
    return this.#due.size > 0;
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
        this.#pool.finish(part.file);
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

/** An error about a record of a share, as one about its place in the batch. */
function placed(error: unknown, indices: readonly number[]): unknown {
  const at = isMillraceError(error) ? error.details.index : undefined;
  if (!isMillraceError(error) || typeof at !== 'number') return error;
  const index = indices[at]!;
  return new MillraceError(
    error.code,
    error.message.replace(`record ${at + 1} of`, `record ${index + 1} of`),
    {
      cause: error.cause,
      retryable: error.retryable,
      details: { ...error.details, index },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  );
}

function tooMany(compression: Compression, { maxOpenFiles }: FileWriteSettings): MillraceError {
  return new MillraceError(
    'ERR_PARTITION',
    `Cannot begin another file: ${maxOpenFiles} are open, and data of ${compression} cannot be continued later`,
    { hint: 'Raise maxOpenFiles, or compress with gzip or zstd.' },
  );
}
