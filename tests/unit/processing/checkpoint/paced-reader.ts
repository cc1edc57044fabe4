import { Observable, type Subscriber } from 'rxjs';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { ReadContext, Reader } from '../../../../src/interfaces/reader.ts';
import type { Item } from '../../../../src/interfaces/signal.ts';

/** A record of a paced reader: the one behind `n` others. */
export interface Paced {
  readonly from: string;
  readonly n: number;
}

export interface PacedReader extends Reader<Paced> {
  /** Records that it has given in all, over all runs. */
  readonly emitted: number;
  /** Records in front of the last barrier that went in. */
  readonly stood: number;
  /** Says that it can tell again where it stands. */
  settle(): void;
}

export interface Pacing {
  readonly name: string;
  /** How many records there are in all, and how many in a batch. */
  readonly count: number;
  readonly size?: number;
  /** What it waits for before it goes on behind so many records. */
  readonly pace?: (n: number) => void | Promise<void>;
  /** Whether it can tell where it stands. @default always */
  readonly tells?: (n: number) => boolean;
  /** A barrier has gone in behind so many records. */
  readonly stands?: (n: number) => void;
  /** A record that is bad. */
  readonly bad?: number;
  /** Batches that it emits at once, without a look at the demand between them. @default 1 */
  readonly burst?: number;
}

/** A reader that goes as fast as it is let, and tells where it stands. */
export function paced(pacing: Pacing): PacedReader {
  const { name, count, size = 1, pace, tells, stands, bad, burst = 1 } = pacing;
  const state = { emitted: 0, stood: 0, settle: () => {} };
  const failure = {
    error: new MillraceError('ERR_VALIDATION', 'it is bad'),
    origin: { source: name, record: (bad ?? 0) + 1 },
  };
  const read = async (subscriber: Subscriber<Item<Paced>>, context: ReadContext): Promise<void> => {
    let next = (context.from as number | undefined) ?? 0;
    state.emitted = next;
    state.settle = context.positioned(() => {
      if (tells?.(next) === false) return undefined;
      state.stood = next;
      stands?.(next);
      return next;
    });
    const { demand } = context;
    await demand.ready();
    while (next < count) {
      const waiting = pace?.(next);
      if (waiting !== undefined) await waiting;
      if (next === bad) {
        // As decoders do: of what was read already, before it looks whether there is room.
        next++;
        context.failed(failure);
        continue;
      }
      while (demand.paused && !subscriber.closed) await demand.ready();
      for (let batches = 0; batches < burst && next < count; batches++) {
        if (subscriber.closed) return;
        const first = next;
        const end = Math.min(count, bad === undefined || first > bad ? count : bad, first + size);
        next = end;
        state.emitted = next;
        const records = Array.from({ length: end - first }, (_, index) => ({ from: name, n: first + index }));
        subscriber.next(batch(records, new CountedOrigin(name, first + 1)));
      }
    }
  };
  return {
    name,
    label: name,
    traits: { bounded: true, replay: 'position', splittable: false },
    get emitted() {
      return state.emitted;
    },
    get stood() {
      return state.stood;
    },
    settle: () => state.settle(),
    open: (context) =>
      new Observable<Item<Paced>>((subscriber) => {
        read(subscriber, context).then(
          () => subscriber.complete(),
          (error: unknown) => subscriber.error(error),
        );
      }),
  };
}
