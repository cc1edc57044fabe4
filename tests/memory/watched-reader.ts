import { tap } from 'rxjs';
import type { ReadContext, Reader } from '../../src/index.ts';

/** What a reader has given so far, and whether it was asked to pause. */
export interface Watched<T> {
  readonly reader: Reader<T>;
  readonly batches: number;
  readonly records: number;
  /** Bytes taken from the outside. */
  readonly bytes: number;
  readonly paused: boolean;
  /** The run has let go of the reader. */
  readonly closed: boolean;
}

/** A reader that counts what it gives. */
export function watched<T>(reader: Reader<T>): Watched<T> {
  const seen = { batches: 0, records: 0, bytes: 0, closed: false };
  let context: ReadContext | undefined;
  return {
    reader: Object.freeze({
      ...reader,
      open(given: ReadContext) {
        context = given;
        const consumed = (bytes: number) => {
          seen.bytes += bytes;
          given.consumed(bytes);
        };
        return reader.open({ ...given, consumed }).pipe(
          tap({
            next(item) {
              if (item.kind !== 'batch') return;
              seen.batches++;
              seen.records += item.records.length;
            },
            finalize() {
              seen.closed = true;
            },
          }),
        );
      },
    }),
    get batches() {
      return seen.batches;
    },
    get records() {
      return seen.records;
    },
    get bytes() {
      return seen.bytes;
    },
    get closed() {
      return seen.closed;
    },
    get paused() {
      return context?.demand.paused ?? false;
    },
  };
}
