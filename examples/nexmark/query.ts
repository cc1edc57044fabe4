import type { Flow } from '../../src/index.ts';
import type { Auction, Bid, Person } from './events.ts';

/** The three streams of the auction house, each a flow of its own that can be read once more. */
export interface Streams {
  readonly persons: () => Flow<Person>;
  readonly auctions: () => Flow<Auction>;
  readonly bids: () => Flow<Bid>;
}

/** One of the queries, and the same in SQL over the tables `person`, `auction` and `bid`. */
export interface Query {
  readonly name: string;
  readonly asks: string;
  readonly flow: (streams: Streams) => Flow<object>;
  readonly sql: string;
}
