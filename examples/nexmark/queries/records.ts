import { filter, lookupJoin, map, select } from '../../../src/index.ts';
import type { Query } from '../query.ts';

/** Queries that look at one record at a time. */
export const recordQueries: readonly Query[] = [
  {
    name: 'q0',
    asks: 'All bids as they are',
    flow: ({ bids }) => bids().pipe(select('auction', 'bidder', 'price', 'channel', 'url', 'ts')),
    sql: 'SELECT auction, bidder, price, channel, url, ts FROM bid',
  },
  {
    name: 'q1',
    asks: 'Bids with their price in another currency',
    flow: ({ bids }) =>
      bids().pipe(map(({ auction, bidder, price, ts }) => ({ auction, bidder, price: price * 0.908, ts }))),
    sql: 'SELECT auction, bidder, price * 0.908::DOUBLE AS price, ts FROM bid',
  },
  {
    name: 'q2',
    asks: 'Bids of some auctions',
    flow: ({ bids }) =>
      bids().pipe(
        filter(({ auction }) => auction % 123 === 0),
        select('auction', 'price'),
      ),
    sql: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  },
  {
    name: 'q13',
    asks: 'Bids with what a table on the side has for them',
    flow: ({ bids }) =>
      bids().pipe(
        lookupJoin(
          Array.from({ length: 100 }, (_, id) => ({ id, value: `value ${id}` })),
          {
            key: ({ auction }) => auction % 100,
            tableKey: ({ id }) => id,
            merge: ({ auction, bidder, price }, row) => ({ auction, bidder, price, value: row!.value }),
          },
        ),
      ),
    sql: `SELECT auction, bidder, price, 'value ' || (auction % 100) AS value FROM bid`,
  },
  {
    name: 'q14',
    asks: 'Dear bids with the time of day, and how many letters c their address has',
    flow: ({ bids }) =>
      bids().pipe(
        map(({ auction, bidder, price, ts, url }) => ({ auction, bidder, price: price * 0.908, ts, url })),
        filter(({ price }) => price > 1_000_000 && price < 50_000_000),
        map(({ url, ts, ...bid }) => ({ ...bid, time: timeOfDay(ts), letters: url.split('c').length - 1 })),
      ),
    sql: `SELECT auction, bidder, price * 0.908::DOUBLE AS price,
        CASE WHEN hour BETWEEN 8 AND 18 THEN 'day' WHEN hour <= 6 OR hour >= 20 THEN 'night' ELSE 'other' END AS time,
        length(url) - length(replace(url, 'c', '')) AS letters
      FROM (SELECT *, (ts // 3600000) % 24 AS hour FROM bid)
      WHERE price * 0.908::DOUBLE > 1000000 AND price * 0.908::DOUBLE < 50000000`,
  },
  {
    name: 'q22',
    asks: 'Bids with the folders of their address',
    flow: ({ bids }) =>
      bids().pipe(
        map(({ auction, bidder, price, channel, url }) => {
          const [, , , dir1, dir2, dir3] = url.split('/');
          return { auction, bidder, price, channel, dir1, dir2, dir3 };
        }),
      ),
    sql: `SELECT auction, bidder, price, channel, split_part(url, '/', 4) AS dir1,
        split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3 FROM bid`,
  },
];

function timeOfDay(ts: number): string {
  const hour = Math.floor(ts / 3_600_000) % 24;
  if (hour >= 8 && hour <= 18) return 'day';
  return hour <= 6 || hour >= 20 ? 'night' : 'other';
}
