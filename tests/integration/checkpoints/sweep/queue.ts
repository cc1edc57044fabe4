import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import type { ReadContext, Reader } from '../../../../src/interfaces/reader.ts';
import type { Item } from '../../../../src/interfaces/signal.ts';

export interface Message {
  readonly number: number;
  readonly text: string;
}

const fileOf = (folder: string, number: number) => join(folder, `${number}.json`);

export function writeMessages(folder: string, count: number): void {
  for (let number = 1; number <= count; number++) {
    writeFileSync(fileOf(folder, number), JSON.stringify({ number, text: `message ${number}` }));
  }
}

/**
 * Reads messages that lie in a folder, one file each, and go when they are acknowledged: what was acknowledged too early
 * is missing in the output, or fails the run.
 */
export function queueReader(folder: string, count: number): Reader<Message> {
  return Object.freeze({
    name: 'queue',
    label: `queue ${folder}`,
    traits: { bounded: true, replay: 'position', splittable: false } as const,
    open: (context: ReadContext) =>
      new Observable<Item<Message>>((subscriber) => {
        let last = typeof context.from === 'number' ? context.from : 0;
        context.positioned(
          () => last,
          (position) => {
            for (let number = position as number; number > 0; number--) {
              rmSync(fileOf(folder, number), { force: true });
            }
          },
        );
        const read = async () => {
          await context.demand.ready();
          while (last < count && !subscriber.closed) {
            const message = JSON.parse(readFileSync(fileOf(folder, last + 1), 'utf8')) as Message;
            last = message.number;
            subscriber.next(batch([message], new CountedOrigin('queue', last)));
            // The slower one of two inputs.
            await setTimeout(1);
            if (context.demand.paused) await context.demand.ready();
          }
          subscriber.complete();
        };
        read().catch((error: unknown) => subscriber.error(error));
      }),
  });
}
