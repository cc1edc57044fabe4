import { count, countDistinct, flatMap, map, max, mean, min, sum } from '../../../src/index.ts';
import type { Bid } from '../events.ts';
import type { Query } from '../query.ts';

/** Values a day that are told apart exactly. */
const MANY = { max: 10_000_000 };

const day = (ts: number) => new Date(ts).toISOString().slice(0, 10);
const DAY = `strftime(make_timestamp(ts * 1000), '%Y-%m-%d')`;

/** Bids fall into three ranks by their price. */
const cheap = ({ price }: Bid) => price < 10_000;
const middling = ({ price }: Bid) => price >= 10_000 && price < 1_000_000;
const dear = ({ price }: Bid) => price >= 1_000_000;
const CHEAP = 'price < 10000';
const MIDDLING = 'price >= 10000 AND price < 1000000';
const DEAR = 'price >= 1000000';

const number = (rank: (bid: Bid) => boolean) => sum((bid: Bid) => (rank(bid) ? 1 : 0));
const bidders = (rank: (bid: Bid) => boolean) =>
  countDistinct((bid: Bid) => (rank(bid) ? bid.bidder : undefined), MANY);

/** Queries that count and sum up. */
export const statisticsQueries: readonly Query[] = [
  {
    name: 'q15',
    asks: 'How many bids, and by how many, there were a day',
    flow: ({ bids }) =>
      bids()
        .keyBy(({ ts }) => day(ts))
        .aggregate({
          bids: count(),
          cheap: number(cheap),
          middling: number(middling),
          dear: number(dear),
          bidders: countDistinct('bidder', MANY),
          dearBidders: bidders(dear),
          auctions: countDistinct('auction', MANY),
        })
        .pipe(map(({ key, ...figures }) => ({ day: key, ...figures }))),
    sql: `SELECT ${DAY} AS day, count(*) AS bids, count(*) FILTER (${CHEAP}) AS cheap,
        count(*) FILTER (${MIDDLING}) AS middling, count(*) FILTER (${DEAR}) AS dear,
        count(DISTINCT bidder) AS bidders, count(DISTINCT bidder) FILTER (${DEAR}) AS dearBidders,
        count(DISTINCT auction) AS auctions FROM bid GROUP BY day`,
  },
  {
    name: 'q17',
    asks: 'What was bid for each auction a day',
    flow: ({ bids }) =>
      bids()
        .keyBy(({ auction, ts }) => [auction, day(ts)])
        .aggregate({
          bids: count(),
          cheap: number(cheap),
          dear: number(dear),
          lowest: min('price'),
          highest: max('price'),
          average: mean('price'),
          total: sum('price'),
        })
        .pipe(map(({ key: [auction, day], ...figures }) => ({ auction, day, ...figures }))),
    sql: `SELECT auction, ${DAY} AS day, count(*) AS bids, count(*) FILTER (${CHEAP}) AS cheap,
        count(*) FILTER (${DEAR}) AS dear, min(price) AS lowest, max(price) AS highest, avg(price) AS average,
        sum(price) AS total FROM bid GROUP BY auction, day`,
  },
  {
    name: 'q18',
    asks: 'The last bid of each bidder for each auction',
    flow: ({ bids }) =>
      bids()
        .keyBy(({ bidder, auction }) => [bidder, auction])
        .reduce(
          (last: Bid | undefined, bid: Bid) => (last === undefined || after(bid, last) ? bid : last),
          undefined,
        )
        .pipe(
          map(({ value }) => ({
            bidder: value!.bidder,
            auction: value!.auction,
            price: value!.price,
            ts: value!.ts,
          })),
        ),
    sql: `SELECT bidder, auction, price, ts FROM (
        SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY ts DESC, price DESC) AS n FROM bid) WHERE n = 1`,
  },
  {
    name: 'q19',
    asks: 'The ten highest bids of each auction',
    flow: ({ bids }) =>
      bids()
        .keyBy(({ auction }) => auction)
        .top(10, 'price')
        .pipe(flatMap(({ key, records }) => records.map(({ price }) => ({ auction: key, price })))),
    sql: `SELECT auction, price FROM (
        SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC) AS n FROM bid) WHERE n <= 10`,
  },
];

function after(bid: Bid, last: Bid): boolean {
  return bid.ts > last.ts || (bid.ts === last.ts && bid.price > last.price);
}
