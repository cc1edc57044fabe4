import { Observable } from 'rxjs';
import type { Batch } from '../../interfaces/batch.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { type EachFileSpec, eachFile } from './each-file.ts';
import type { InputFile } from './paths.ts';

export interface BatchReaderSpec<T> extends Omit<EachFileSpec<T>, 'read'> {
  /**
   * The batches of one file. `label` is the source of their origins. What it opens it closes in its `finally`,
   * before it ends or throws; `left` aborts when nobody waits for the rest.
   */
  readonly batches: (
    file: InputFile,
    label: string,
    context: ReadContext,
    left: AbortSignal,
  ) => AsyncGenerator<Batch<T>, void>;
}

/**
 * A reader of files whose format makes its batches itself, as it does not come piece by piece from the front
 * to the end: columns, row groups.
 */
export function batchReader<T>(spec: BatchReaderSpec<T>): Reader<T> {
  return eachFile<T>({ ...spec, read: (file, label, context) => readFile(spec, file, label, context) });
}

function readFile<T>(
  spec: BatchReaderSpec<T>,
  file: InputFile,
  label: string,
  context: ReadContext,
): Observable<Item<T>> {
  return new Observable((subscriber) => {
    const left = new AbortController();
    const { demand } = context;
    const read = async () => {
      if (demand.paused) await demand.ready();
      if (subscriber.closed) return;
      for await (const batch of spec.batches(file, label, context, left.signal)) {
        if (demand.paused) await demand.ready();
        if (subscriber.closed) return;
        if (batch.records.length > 0) subscriber.next(batch);
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
      left.abort();
      context.closing(reading.catch(ignore));
    };
  });
}

/** The subscriber has heard of it, or has left. */
function ignore(): void {}
