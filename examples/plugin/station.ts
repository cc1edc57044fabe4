import type { Batch, ReadContext, Reader } from 'millrace';
import { Observable } from 'rxjs';
import { z } from 'zod';

export const stationOptions = z.object({
  days: z.int().min(1).describe('For how many days'),
  from: z.iso.date().default('2026-01-01').describe('The first day'),
});

/** What the station says each hour. */
export interface Reading {
  readonly time: string;
  readonly celsius: number;
}

const BATCH = 24;
const HOUR_MS = 3_600_000;

/** The reading of an hour, counted from 0: warm in summer and in the afternoon, and always the same. */
function readingAt(hour: number, from: number): Reading {
  const time = new Date(from + hour * HOUR_MS);
  const day = (time.getTime() / HOUR_MS / 24) % 365;
  const season = -Math.cos((day / 365) * 2 * Math.PI);
  const daytime = -Math.cos(((time.getUTCHours() - 3) / 24) * 2 * Math.PI);
  return { time: time.toISOString(), celsius: Math.round((10 + 9 * season + 4 * daytime) * 10) / 10 };
}

/** A reader that goes on from a position: the number of the next hour. */
export function stationReader({ days, from }: z.output<typeof stationOptions>): Reader<Reading> {
  const label = `station for ${days} days from ${from}`;
  const begin = Date.parse(from);
  return Object.freeze({
    name: 'station',
    label,
    traits: Object.freeze({ bounded: true, replay: 'position', splittable: false } as const),
    open: (context: ReadContext) =>
      new Observable<Batch<Reading>>((subscriber) => {
        let next = typeof context.from === 'number' ? context.from : 0;
        context.positioned(() => next);
        const read = async () => {
          if (context.demand.paused) await context.demand.ready();
          while (next < days * 24 && !subscriber.closed) {
            const first = next;
            next = Math.min(first + BATCH, days * 24);
            const records = Array.from({ length: next - first }, (_, at) => readingAt(first + at, begin));
            const at = (index: number) => ({ source: label, record: first + index + 1 });
            subscriber.next({ kind: 'batch', records, origin: { source: label, at } });
            if (context.demand.paused) await context.demand.ready();
          }
          subscriber.complete();
        };
        read().catch((error: unknown) => subscriber.error(error));
      }),
  });
}
