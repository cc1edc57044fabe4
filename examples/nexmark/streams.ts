import { from } from '../../src/index.ts';
import { type Event, type EventsOptions, events } from './events.ts';
import type { Streams } from './query.ts';

type Kind<K extends Event['kind']> = Extract<Event, { readonly kind: K }>;

/** The streams of the events that `options` make, which are made anew for each flow. */
export function streams(options: EventsOptions): Streams {
  const only = <K extends Event['kind']>(kind: K) =>
    from<Kind<K>>({
      *[Symbol.iterator]() {
        for (const event of events(options)) if (event.kind === kind) yield event as Kind<K>;
      },
    });
  return {
    persons: () => only('person'),
    auctions: () => only('auction'),
    bids: () => only('bid'),
  };
}
