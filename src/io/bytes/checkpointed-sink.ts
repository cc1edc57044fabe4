import { dirname } from 'node:path';
import { z } from 'zod';
import { toError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink, WriteContext } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { CheckpointedFile } from './checkpointed-file.ts';
import { compressedOutput } from './compressed-output.ts';
import type { Compression } from './compression.ts';
import { type EncoderStart, encoderStart } from './encoder-start.ts';
import type { FileWriteSettings } from './file-options.ts';
import { newMark, syncFolder } from './file-place.ts';
import type { FileSystem } from './file-system.ts';
import { ioError } from './io-error.ts';
import { memberOutput } from './member-output.ts';
import { type OpenedOutput, openTarget } from './open-output.ts';
import { changed, checkedState, type PlaceState, placeStateSchema, START_AFRESH } from './place-state.ts';
import { resumePlace } from './resume-place.ts';
import { textBytes } from './text-bytes.ts';

export interface CheckpointedSpec<T> {
  /** The registered name of the writer. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly settings: FileWriteSettings;
  readonly compression: Compression;
  readonly encoder: (start: EncoderStart) => Encoder<T>;
  readonly fileSystem: FileSystem;
  readonly context: WriteContext;
}

const stateSchema = z.object({
  writer: z.string(),
  path: z.string(),
  compression: z.string(),
  append: z.boolean(),
  /** What goes before the next bytes. */
  prefix: z.string(),
  place: placeStateSchema,
  encoder: z.unknown(),
});

interface FileState extends z.output<typeof stateSchema> {
  readonly place: PlaceState;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Opens a file for a run with checkpoints: a new one, or one to go on with. What is no file, such as a named pipe, is
 * given back as it is.
 *
 * @throws MillraceError `ERR_CHANGED`, `ERR_TRUNCATED` when it is not as the checkpoint has it; as {@link openTarget}.
 */
export async function openCheckpointed<T>(spec: CheckpointedSpec<T>): Promise<Sink<T> | OpenedOutput> {
  const { path, settings, compression, fileSystem, context } = spec;
  if (context.from !== undefined) return resume(spec);
  const text = compression === 'none';
  const target = await openTarget({ path, settings, text, fileSystem, context, mark: newMark() });
  if ('output' in target) return target;
  const { opened, head, prefix, unsynced } = target;
  const file = new CheckpointedFile({
    opened,
    settings,
    fileSystem,
    context,
    position: opened.place.begin,
    known: false,
    unsynced,
  });
  try {
    const encoder = spec.encoder(encoderStart(path, head, compression));
    return new CheckpointedSink(spec, file, encoder, prefix);
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

async function resume<T>(spec: CheckpointedSpec<T>): Promise<Sink<T>> {
  const { path, settings, compression, fileSystem, context } = spec;
  const state: FileState = checkedState(stateSchema, context.from, path);
  checkSame(spec, state);
  const encoder = restored(spec, state);
  const rest = () => bytesOf(restored(spec, state).finish());
  const { length } = state.place;
  const opened = await resumePlace({ path, settings, fileSystem, compression, rest }, state.place);
  if (opened === undefined) return new CompletedSink(state, fileSystem);
  const file = new CheckpointedFile({
    opened,
    settings,
    fileSystem,
    context,
    position: length,
    known: true,
    unsynced: [],
  });
  return new CheckpointedSink(spec, file, encoder, state.prefix);
}

function restored<T>({ path, compression, encoder }: CheckpointedSpec<T>, state: FileState): Encoder<T> {
  const made = encoder(encoderStart(path, NOTHING, compression));
  made.restore?.(state.encoder);
  return made;
}

function checkSame<T>({ name, path, settings, compression }: CheckpointedSpec<T>, state: FileState): void {
  const found =
    state.path !== path
      ? `the checkpoint has ${state.path}`
      : state.writer !== name
        ? `the checkpoint has it as ${state.writer}, not as ${name}`
        : state.compression !== compression
          ? `the checkpoint has it with compression ${state.compression}, not ${compression}`
          : state.append !== settings.append
            ? `the checkpoint has it ${state.append ? 'appended to' : 'as a new file'}`
            : undefined;
  if (found !== undefined) throw changed(path, found, START_AFRESH);
}

/** Batches as bytes to a file that later runs may go on with. */
class CheckpointedSink<T> implements Sink<T> {
  readonly #spec: CheckpointedSpec<T>;
  readonly #file: CheckpointedFile;
  readonly #encoder: Encoder<T>;
  #prefix: string;
  /** A compressor before the file; each checkpoint ends one, and what comes later begins another. */
  #member: ByteOutput | undefined;

  constructor(spec: CheckpointedSpec<T>, file: CheckpointedFile, encoder: Encoder<T>, prefix: string) {
    this.#spec = spec;
    this.#file = file;
    this.#encoder = encoder;
    this.#prefix = prefix;
  }

  write(batch: Batch<T>): void | Promise<void> {
    if (this.#file.broken !== undefined) throw this.#file.broken;
    const room = (this.#member ?? this.#file.output).settle();
    if (room !== undefined) return room.then(() => this.#append(this.#encoder.encode(batch.records)));
    this.#append(this.#encoder.encode(batch.records));
  }

  async prepare(): Promise<FileState> {
    const { name, path, compression, settings } = this.#spec;
    await this.#endMember();
    const place = await this.#file.prepare();
    const encoder = this.#encoder.snapshot?.() ?? null;
    const { append } = settings;
    return { writer: name, path, compression, append, prefix: this.#prefix, place, encoder };
  }

  /** What was prepared is in the file: there is nothing to do. */
  async commit(): Promise<void> {}

  async suspend(): Promise<void> {
    await this.#member?.abandon();
    await this.#file.suspend();
  }

  async close(): Promise<void> {
    try {
      this.#append(this.#encoder.finish());
      // Readers take an empty file for one that was cut short.
      if (this.#spec.compression !== 'none' && (await this.#isEmpty())) this.#member ??= this.#newMember();
      await this.#endMember();
    } catch (error) {
      await this.suspend();
      throw error;
    }
    await this.#file.publish();
  }

  async abort(_cause: unknown): Promise<void> {
    await this.#member?.abandon();
    await this.#file.abandon();
  }

  #append(encoded: string | Uint8Array): void {
    if (encoded.length === 0) return;
    if (this.#spec.compression !== 'none') this.#member ??= this.#newMember();
    const output = this.#member ?? this.#file.output;
    if (this.#prefix !== '') output.append(textBytes(this.#prefix));
    this.#prefix = '';
    output.append(bytesOf(encoded));
  }

  #newMember(): ByteOutput {
    const { compression, settings } = this.#spec;
    return compressedOutput(memberOutput(this.#file.output), compression, settings.level);
  }

  async #isEmpty(): Promise<boolean> {
    return this.#member === undefined && (await this.#file.output.drain()) === 0;
  }

  async #endMember(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    await member?.publish().catch((error: unknown) => {
      throw this.#file.break(toError(error));
    });
  }
}

/** A file that an earlier run has completed: it was stopped before anybody knew. */
class CompletedSink<T> implements Sink<T> {
  readonly #state: FileState;
  readonly #fileSystem: FileSystem;

  constructor(state: FileState, fileSystem: FileSystem) {
    this.#state = state;
    this.#fileSystem = fileSystem;
  }

  write({ records }: Batch<T>): void {
    if (records.length > 0) throw completed(this.#state.place.path);
  }

  async prepare(): Promise<FileState> {
    return this.#state;
  }

  async commit(): Promise<void> {}

  async suspend(): Promise<void> {}

  /** The earlier run may have been stopped before the name would last. */
  async close(): Promise<void> {
    const folder = dirname(this.#state.place.path);
    await syncFolder(folder, this.#fileSystem).catch((cause: unknown) => {
      throw ioError('complete', this.#state.place.path, cause);
    });
  }

  async abort(): Promise<void> {}
}

/** The error for records that come after the end. */
export function completed(path: string): Error {
  return changed(path, 'it is complete, and more records came', 'Begin afresh without the checkpoint.');
}

function bytesOf(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === 'string' ? textBytes(encoded) : encoded;
}
