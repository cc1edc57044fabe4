import { seededRandom } from '../../src/core/random.ts';

/** A person who sells and bids. */
export interface Person {
  readonly kind: 'person';
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly state: string;
  readonly ts: number;
}

/** Something that is for sale until `expires`. */
export interface Auction {
  readonly kind: 'auction';
  readonly id: number;
  readonly item: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly seller: number;
  readonly category: number;
  readonly ts: number;
  readonly expires: number;
}

/** What a person offers in an auction. */
export interface Bid {
  readonly kind: 'bid';
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly ts: number;
}

export type Event = Person | Auction | Bid;

export interface EventsOptions {
  readonly count: number;
  /** @default 1 */
  readonly seed?: number;
  /** Events a second of event time. @default 1000 */
  readonly rate?: number;
  /** How much later than its time an event may come, in milliseconds. @default 200 */
  readonly jitter?: number;
}

/** Of 50 events 1 is a person, 3 are auctions, 46 are bids: the proportions of the public model. */
const PERSONS = 1;
const AUCTIONS = 3;
const EPOCH = PERSONS + AUCTIONS + 46;
const FIRST_PERSON = 1000;
const FIRST_AUCTION = 1000;
const START = Date.UTC(2025, 0, 1);

/** Every second bid is for a hot auction; every fourth seller and bidder a hot one. */
const HOT_AUCTION = 2;
const HOT_SELLER = 4;
const HOT_BIDDER = 4;
/** The hot ones are each hundredth of those that there are. */
const HOT_EVERY = 100;

const FIRST_NAMES = [
  'Peter',
  'Paul',
  'Luke',
  'John',
  'Saul',
  'Vicky',
  'Kate',
  'Julie',
  'Sarah',
  'Deiter',
  'Walter',
];
const LAST_NAMES = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris'];
const CITIES = [
  'Phoenix',
  'Los Angeles',
  'San Francisco',
  'Boise',
  'Portland',
  'Bend',
  'Redmond',
  'Seattle',
  'Kent',
  'Cheyenne',
];
const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'];
const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];

/**
 * The events of an auction house, the same for each seed: persons come, offer things, and bid for them.
 * The times of events rise, but for up to `jitter` that some come later.
 */
export function* events({ count, seed = 1, rate = 1000, jitter = 200 }: EventsOptions): Generator<Event> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  let persons = 0;
  let auctions = 0;

  const recent = (first: number, made: number, most: number) =>
    first + made - 1 - below(Math.min(made, most));
  const hot = (first: number, made: number) => first + Math.floor((made - 1) / HOT_EVERY) * HOT_EVERY;

  for (let n = 0; n < count; n++) {
    const ts = START + Math.floor((n * 1000) / rate) - below(jitter + 1);
    const place = n % EPOCH;
    if (place < PERSONS) {
      const name = `${pick(FIRST_NAMES)} ${pick(LAST_NAMES)}`;
      const email = `${name.toLowerCase().replace(' ', '.')}@example.com`;
      yield {
        kind: 'person',
        id: FIRST_PERSON + persons++,
        name,
        email,
        city: pick(CITIES),
        state: pick(STATES),
        ts,
      };
    } else if (place < PERSONS + AUCTIONS) {
      const id = FIRST_AUCTION + auctions++;
      const seller = below(HOT_SELLER) > 0 ? hot(FIRST_PERSON, persons) : recent(FIRST_PERSON, persons, 1000);
      const initialBid = price(random);
      yield {
        kind: 'auction',
        id,
        item: `item ${id}`,
        initialBid,
        reserve: initialBid + price(random),
        seller,
        category: 10 + below(5),
        ts,
        expires: ts + 1000 + below(20_000),
      };
    } else {
      const auction =
        below(HOT_AUCTION) > 0 ? hot(FIRST_AUCTION, auctions) : recent(FIRST_AUCTION, auctions, 100);
      const bidder =
        below(HOT_BIDDER) > 0
          ? hot(FIRST_PERSON, persons) + (persons > 1 ? 1 : 0)
          : recent(FIRST_PERSON, persons, 1000);
      const channel = random() < 0.5 ? pick(CHANNELS) : `channel-${below(10_000)}`;
      const url = `https://www.example.com/${word(random)}/${word(random)}/item.htm?query=1`;
      yield {
        kind: 'bid',
        auction,
        bidder: Math.min(bidder, FIRST_PERSON + persons - 1),
        price: price(random),
        channel,
        url,
        ts,
      };
    }
  }
}

/** From a hundred to a hundred million, small ones more often. */
function price(random: () => number): number {
  return Math.round(10 ** (random() * 6) * 100);
}

function word(random: () => number): string {
  return Math.floor(random() * 36 ** 3)
    .toString(36)
    .padStart(3, '_');
}
