import { Observable } from 'rxjs';
import type { Batch } from '../../interfaces/batch.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { type EachFileSpec, eachFile } from './each-file.ts';
import type { FileWork } from './files-progress.ts';
import type { InputFile } from './paths.ts';
import { RowProgress } from './row-progress.ts';

export interface BatchReaderSpec<T> extends Omit<EachFileSpec<T>, 'read'> {
  /**
   * The batches of one file. `label` is the source of their origins. What it opens it closes in its `finally`,
   * before it ends or throws; `left` aborts when nobody waits for the rest. It tells `progress` how far it is, and
   * begins where that begins.
   */
  readonly batches: (
    file: InputFile,
    label: string,
    context: ReadContext,
    left: AbortSignal,
    progress: RowProgress,
  ) => AsyncGenerator<Batch<T>, void>;
}

/**
 * A reader of files whose format makes its batches itself, as it does not come piece by piece from the front
 * to the end: columns, row groups.
 */
export function batchReader<T>(spec: BatchReaderSpec<T>): Reader<T> {
  return eachFile<T>({
    ...spec,
    read: (file, label, context, work) => readFile(spec, file, label, context, work),
  });
}

function readFile<T>(
  spec: BatchReaderSpec<T>,
  file: InputFile,
  label: string,
  context: ReadContext,
  work: FileWork,
): Observable<Item<T>> {
  return new Observable((subscriber) => {
    const left = new AbortController();
    const { demand } = context;
    const progress = new RowProgress(work.from);
    let held: Batch<T> | undefined;
    const emitHeld = () => {
      const batch = held;
      if (batch === undefined) return;
      held = undefined;
      progress.given();
      if (batch.records.length > 0) subscriber.next(batch);
    };
    work.stands(() => progress.standing(), emitHeld);
    const read = async () => {
      if (demand.paused) await demand.ready();
      if (subscriber.closed) return;
      for await (const batch of spec.batches(file, label, context, left.signal, progress)) {
        held = batch;
        if (demand.paused) await demand.ready();
        if (subscriber.closed) return;
        emitHeld();
        if (demand.paused) await demand.ready();
        if (subscriber.closed) return;
      }
    };
    const reading = read();
    reading.then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      progress.leave();
      left.abort();
      context.closing(reading.catch(ignore));
    };
  });
}

/** The subscriber has heard of it, or has left. */
function ignore(): void {}
