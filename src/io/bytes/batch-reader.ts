import { concat, defer, EMPTY, finalize, from, mergeMap, Observable } from 'rxjs';
import type { Batch } from '../../interfaces/batch.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import type { Paths } from './file-options.ts';
import { type InputFile, inputFiles, pathsLabel } from './paths.ts';

export interface BatchReaderSpec<T> {
  /** The registered name, e.g. `parquet`. */
  readonly name: string;
  readonly paths: Paths;
  readonly allowEmpty: boolean;
  readonly hidden: boolean;
  readonly onError?: OnError | undefined;
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
 * to the end: columns, row groups. Files are read one after another.
 */
export function batchReader<T>(spec: BatchReaderSpec<T>): Reader<T> {
  const label = `${spec.name} ${pathsLabel(spec.paths)}`;
  return Object.freeze({
    name: spec.name,
    label,
    traits: Object.freeze({ bounded: true, replay: 'none' as const, splittable: false }),
    ...(spec.onError === undefined ? {} : { onError: spec.onError }),
    open: (context: ReadContext) =>
      defer(() => {
        const left = new AbortController();
        return from(inputFiles(spec.paths, spec, left.signal)).pipe(
          mergeMap((files) => {
            for (const file of files) context.expected(file.bytes);
            return files.length === 0
              ? EMPTY
              : concat(...files.map((file) => readFile(spec, file, label, context)));
          }),
          finalize(() => left.abort()),
        );
      }),
  });
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
