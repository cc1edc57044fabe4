import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { Reader } from '../../../../src/interfaces/reader.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { decodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import type { RunManifest } from '../../../../src/processing/checkpoint/run-manifest.ts';
import type { FailPoints, Place } from './fail-points.ts';

/** A writer with fail points around what the engine asks of its sink. */
export function watchedWriter<T>(writer: Writer<T>, points: FailPoints): Writer<T> {
  return {
    ...writer,
    async open(context) {
      const sink = await writer.open(context);
      const { prepare, commit, release, suspend } = sink;
      return {
        write: (batch) => sink.write(batch),
        close: () => points.around('sink.close', () => sink.close()),
        abort: (cause) => sink.abort(cause),
        ...(prepare && {
          prepare: (checkpoint) => points.around('sink.prepare', () => prepare.call(sink, checkpoint)),
        }),
        ...(commit && {
          commit: (checkpoint) => points.around('sink.commit', () => commit.call(sink, checkpoint)),
        }),
        ...(release && { release: (checkpoint) => release.call(sink, checkpoint) }),
        ...(suspend && { suspend: () => suspend.call(sink) }),
      };
    },
  };
}

/** A reader with fail points around what it acknowledges. */
export function watchedReader<T>(reader: Reader<T>, points: FailPoints): Reader<T> {
  return {
    ...reader,
    open: (context) =>
      reader.open({
        ...context,
        positioned: (position, acknowledge) =>
          context.positioned(
            position,
            acknowledge && ((at) => points.around('reader.acknowledge', () => acknowledge(at))),
          ),
      }),
  };
}

/** A store with fail points around each checkpoint, by how far the run was. */
export function watchedStore(store: CheckpointStore, points: FailPoints): CheckpointStore {
  return {
    ...store,
    async open(options) {
      const session = await store.open(options);
      return {
        label: session.label,
        list: () => session.list(),
        read: (id) => session.read(id),
        remove: (id) => session.remove(id),
        createFile: (name) => session.createFile(name),
        openFile: (name) => session.openFile(name),
        files: () => session.files(),
        removeFile: (name) => session.removeFile(name),
        close: () => session.close(),
        write(id, chunks) {
          const bytes = [...chunks];
          return points.around(extentOf(bytes), () => session.write(id, bytes));
        },
      };
    },
  };
}

function extentOf(bytes: readonly Uint8Array[]): Place {
  const { complete, manifest } = decodeCheckpoint(Buffer.concat(bytes), 'a checkpoint');
  if (complete === 'finished' && (manifest as RunManifest).summary !== undefined) return 'store.published';
  return complete === 'finished' ? 'store.finished' : 'store.running';
}
