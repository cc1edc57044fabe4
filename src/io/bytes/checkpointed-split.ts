import { z } from 'zod';
import type { Batch } from '../../interfaces/batch.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink } from '../../interfaces/writer.ts';
import { completed } from './checkpointed-sink.ts';
import { encoderStart } from './encoder-start.ts';
import { newMark } from './file-place.ts';
import { removeMarked } from './marked-files.ts';
import {
  changed,
  checkedState,
  factsOf,
  type PlaceState,
  placeStateSchema,
  START_AFRESH,
} from './place-state.ts';
import { resumePlace } from './resume-place.ts';
import { SplitPart } from './split-part.ts';
import { SplitSink, type SplitSinkSpec } from './split-sink.ts';
import { textBytes } from './text-bytes.ts';

export interface CheckpointedSplitSpec<T> extends SplitSinkSpec<T> {
  /** The registered name of the writer. */
  readonly name: string;
  /** Absolute, with placeholders. */
  readonly path: string;
}

const partSchema = z.object({
  place: placeStateSchema,
  records: z.int().min(0),
  bytes: z.int().min(0),
  encoder: z.unknown(),
});

const stateSchema = z.object({
  writer: z.string(),
  path: z.string(),
  compression: z.string(),
  /** What the temporary names have in common. */
  mark: z.string().min(1),
  lanes: z.array(
    z.object({
      /** `null` for what is missing. */
      keys: z.array(z.string().nullable()),
      begun: z.int().min(0),
      parts: z.array(partSchema),
    }),
  ),
  /** Complete files without their names: they get these with the checkpoint. */
  complete: z.array(placeStateSchema),
});

type PartState = z.output<typeof partSchema>;
type SplitState = z.output<typeof stateSchema>;

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Opens a writer of several files for a run with checkpoints, or goes on as a checkpoint says: with the files that were
 * being written, without those that were begun later.
 *
 * @throws MillraceError `ERR_CHANGED`, `ERR_TRUNCATED` when files are not as the checkpoint has them.
 */
export async function openCheckpointedSplit<T>(spec: CheckpointedSplitSpec<T>): Promise<Sink<T>> {
  const { context, path } = spec;
  if (context.from === undefined) {
    const mark = newMark();
    return new CheckpointedSplit(spec, mark, await SplitSink.open({ ...spec, mark }), undefined);
  }
  const state = checkedState(stateSchema, context.from, path);
  checkSame(spec, state);
  const sink = await SplitSink.open({ ...spec, mark: state.mark });
  try {
    const wasCompleted = await resume(spec, state, sink);
    return new CheckpointedSplit(spec, state.mark, sink, wasCompleted ? state : undefined);
  } catch (error) {
    await sink.leave();
    throw error;
  }
}

function checkSame<T>({ name, path, compression }: CheckpointedSplitSpec<T>, state: SplitState): void {
  const found =
    state.path !== path
      ? `the checkpoint has ${state.path}`
      : state.writer !== name
        ? `the checkpoint has it as ${state.writer}, not as ${name}`
        : state.compression !== compression
          ? `the checkpoint has it with compression ${state.compression}, not ${compression}`
          : undefined;
  if (found !== undefined) throw changed(path, found, START_AFRESH);
}

/** Returns whether files were completed since: then all were to be, and no more records come. */
async function resume<T>(
  spec: CheckpointedSplitSpec<T>,
  state: SplitState,
  sink: SplitSink<T>,
): Promise<boolean> {
  let wasCompleted = false;
  for (const { keys, begun, parts } of state.lanes) {
    const lane = sink.lanes.restore(keys.map((key) => key ?? undefined));
    lane.begun = begun;
    for (const part of parts) {
      const place = await resumed(spec, part.place, () => bytesOf(restored(spec, part).finish()));
      if (place === undefined) {
        wasCompleted = true;
        continue;
      }
      const made = new SplitPart(lane, sink.pool.adopt(place, part.place, false), restored(spec, part), '');
      made.records = part.records;
      made.bytes = part.bytes;
      sink.resume(made);
    }
  }
  for (const complete of state.complete) {
    const place = await resumed(spec, complete, () => NOTHING);
    if (place !== undefined) sink.pool.adopt(place, complete, true);
  }
  // The checkpoint is complete: they would have got their names with it.
  await sink.pool.commit(Number.NEGATIVE_INFINITY);
  await removeMarked({ ...spec, ...spec.template, mark: state.mark }, namesOf(state));
  return wasCompleted;
}

/** Files are opened again when something is written to them: there may be more than can be open. */
async function resumed<T>(spec: CheckpointedSplitSpec<T>, state: PlaceState, rest: () => Uint8Array) {
  const { settings, fileSystem, compression, mark } = spec;
  const opened = await resumePlace(
    { path: state.path, settings, fileSystem, compression, rest, ...(mark && { mark }) },
    state,
  );
  await opened?.handle.close();
  return opened?.place;
}

function namesOf({ lanes, complete }: SplitState): ReadonlySet<string> {
  const places = [...lanes.flatMap(({ parts }) => parts.map(({ place }) => place)), ...complete];
  return new Set(places.map((place) => factsOf(place).name));
}

function restored<T>({ encoder, compression }: CheckpointedSplitSpec<T>, part: PartState): Encoder<T> {
  const made = encoder(encoderStart(part.place.path, NOTHING, compression));
  made.restore?.(part.encoder);
  return made;
}

function bytesOf(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === 'string' ? textBytes(encoded) : encoded;
}

/** Batches to several files that later runs may go on with. */
class CheckpointedSplit<T> implements Sink<T> {
  readonly #spec: CheckpointedSplitSpec<T>;
  readonly #mark: string;
  readonly #sink: SplitSink<T>;
  /** What an earlier run was completing when it was stopped. */
  readonly #completed: SplitState | undefined;

  constructor(
    spec: CheckpointedSplitSpec<T>,
    mark: string,
    sink: SplitSink<T>,
    completed: SplitState | undefined,
  ) {
    this.#spec = spec;
    this.#mark = mark;
    this.#sink = sink;
    this.#completed = completed;
  }

  write(batch: Batch<T>): void | Promise<void> {
    if (this.#completed !== undefined && batch.records.length > 0) throw completed(this.#spec.path);
    return this.#sink.write(batch);
  }

  async prepare(checkpoint: number): Promise<SplitState> {
    return this.#completed ?? this.#sink.checkpoint(checkpoint, () => this.#state());
  }

  commit(checkpoint: number): Promise<void> {
    return this.#sink.nameComplete(checkpoint);
  }

  suspend(): Promise<void> {
    return this.#sink.leave();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  abort(cause: unknown): Promise<void> {
    return this.#sink.abort(cause);
  }

  /** Files without records, whose first was refused, will be begun anew. */
  #state(): SplitState {
    const { name, path, compression } = this.#spec;
    const lanes = this.#sink.lanes.all.map(({ keys, begun, parts }) => {
      const written = parts.filter(({ records }) => records > 0);
      return {
        keys: keys.map((key) => key ?? null),
        begun: begun - (parts.length - written.length),
        parts: written.map(({ file, records, bytes, encoder }) => ({
          place: file.prepared!,
          records,
          bytes,
          encoder: encoder.snapshot?.() ?? null,
        })),
      };
    });
    const complete = this.#sink.pool.unnamed.map(({ prepared }) => prepared!);
    return { writer: name, path, compression, mark: this.#mark, lanes, complete };
  }
}
