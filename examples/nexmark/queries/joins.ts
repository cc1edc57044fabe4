import { type Flow, filter, first, join, map, max, mean, sort } from '../../../src/index.ts';
import type { Auction } from '../events.ts';
import type { Query, Streams } from '../query.ts';

/** What an auction went for. */
interface Sold {
  readonly id: number;
  readonly seller: number;
  readonly category: number;
  readonly expires: number;
  readonly price: number;
}

/** Bids with their auction, of those that came while it was open. */
function validBids({ auctions, bids }: Streams) {
  return join(bids(), auctions(), {
    on: [({ auction }) => auction, ({ id }) => id],
    merge: (bid, auction) => ({ bid, auction }),
  }).pipe(filter(({ bid, auction }) => bid.ts >= auction.ts && bid.ts <= auction.expires));
}

/** Each auction that had a bid, with its highest. */
function sold(streams: Streams): Flow<Sold> {
  return validBids(streams)
    .keyBy(({ auction }) => auction.id)
    .aggregate({ price: max(({ bid }) => bid.price), auction: first(({ auction }) => auction) })
    .pipe(map(({ price, auction }) => soldAs(auction as Auction, price as number)));
}

function soldAs({ id, seller, category, expires }: Auction, price: number): Sold {
  return { id, seller, category, expires, price };
}

const SOLD = `(SELECT a.id, a.seller, a.category, a.expires, max(b.price) AS price
  FROM auction a JOIN bid b ON a.id = b.auction AND b.ts BETWEEN a.ts AND a.expires
  GROUP BY a.id, a.seller, a.category, a.expires)`;

/** Queries that bring two streams together. */
export const joinQueries: readonly Query[] = [
  {
    name: 'q3',
    asks: 'Who sells things of one category in some states',
    flow: ({ auctions, persons }) =>
      join(
        auctions().pipe(filter(({ category }) => category === 10)),
        persons().pipe(filter(({ state }) => ['OR', 'ID', 'CA'].includes(state))),
        {
          on: [({ seller }) => seller, ({ id }) => id],
          merge: ({ id }, { name, city, state }) => ({ name, city, state, id }),
        },
      ),
    sql: `SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
      WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')`,
  },
  {
    name: 'q4',
    asks: 'What the things of a category go for, on average',
    flow: (streams) =>
      sold(streams)
        .keyBy(({ category }) => category)
        .aggregate({ price: mean('price') })
        .pipe(map(({ key, price }) => ({ category: key, price }))),
    sql: `SELECT category, avg(price) AS price FROM ${SOLD} GROUP BY category`,
  },
  {
    name: 'q6',
    asks: 'What the last ten things of a seller went for, on average, after each',
    flow: (streams) =>
      sold(streams)
        .pipe(sort([{ by: 'expires' }, { by: 'id' }]))
        .keyBy(({ seller }) => seller)
        .scan(({ last }: Recent, { id, price }: Sold) => ({ id, last: [...last, price].slice(-10) }), {
          id: 0,
          last: [],
        })
        .pipe(
          map(({ key, value: { id, last } }) => ({
            seller: key,
            id,
            price: last.reduce((sum, price) => sum + price, 0) / last.length,
          })),
        ),
    sql: `SELECT seller, id, avg(price) OVER (PARTITION BY seller ORDER BY expires, id
      ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS price FROM ${SOLD}`,
  },
  {
    name: 'q9',
    asks: 'The winning bid of each auction',
    flow: (streams) =>
      validBids(streams)
        .keyBy(({ auction }) => auction.id)
        .top(1, ({ bid }) => bid.price)
        .pipe(map(({ key, records: [best] }) => ({ auction: key, price: best!.bid.price }))),
    sql: `SELECT id AS auction, price FROM ${SOLD}`,
  },
  {
    name: 'q20',
    asks: 'Bids with the auction that they are for, of one category',
    flow: ({ auctions, bids }) =>
      join(bids(), auctions().pipe(filter(({ category }) => category === 10)), {
        on: [({ auction }) => auction, ({ id }) => id],
        merge: ({ auction, bidder, price }, { item, seller }) => ({ auction, bidder, price, item, seller }),
      }),
    sql: `SELECT b.auction, b.bidder, b.price, a.item, a.seller FROM bid b JOIN auction a ON b.auction = a.id
      WHERE a.category = 10`,
  },
];

interface Recent {
  readonly id: number;
  readonly last: readonly number[];
}
