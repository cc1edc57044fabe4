import {
  count,
  eventTime,
  flatMap,
  hopping,
  list,
  map,
  max,
  processingTime,
  session,
  tumbling,
  windowJoin,
} from '../../../src/index.ts';
import type { Query } from '../query.ts';

const ts = (event: { readonly ts: number }) => event.ts;
const timed = { outOfOrder: '1s' } as const;
const TEN = 10_000;

/** Queries over stretches of time. */
export const windowQueries: readonly Query[] = [
  {
    name: 'q5',
    asks: 'The auctions with the most bids in ten seconds, every two seconds',
    flow: ({ bids }) =>
      bids()
        .pipe(eventTime(ts, timed))
        .keyBy(({ auction }) => auction)
        .window(hopping('10s', { every: '2s', time: ts }))
        .aggregate({ bids: count() })
        .keyBy(({ window }) => window.start)
        .aggregate({ most: max('bids'), all: list(({ key, bids }) => ({ auction: key, bids })) })
        .pipe(
          flatMap(({ key, most, all }) =>
            all.filter(({ bids }) => bids === most).map((one) => ({ start: key, ...one })),
          ),
        ),
    sql: `WITH counts AS (
        SELECT auction, start, count(*) AS bids
        FROM (SELECT auction, (ts // 2000) * 2000 - unnest(range(0, 10000, 2000)) AS start FROM bid)
        GROUP BY auction, start)
      SELECT start, auction, bids FROM counts c
      WHERE bids = (SELECT max(bids) FROM counts WHERE start = c.start)`,
  },
  {
    name: 'q7',
    asks: 'The highest bids of each ten seconds',
    flow: ({ bids }) =>
      bids()
        .pipe(eventTime(ts, timed))
        .keyBy(({ ts }) => Math.floor(ts / TEN) * TEN)
        .window(tumbling('10s', { time: ts }))
        .aggregate({ price: max('price') })
        .pipe(map(({ window, price }) => ({ start: window.start, price }))),
    sql: 'SELECT (ts // 10000) * 10000 AS start, max(price) AS price FROM bid GROUP BY start',
  },
  {
    name: 'q8',
    asks: 'Who came and sold within ten seconds',
    flow: ({ persons, auctions }) =>
      windowJoin(persons().pipe(eventTime(ts, timed)), auctions().pipe(eventTime(ts, timed)), {
        on: [({ id }) => id, ({ seller }) => seller],
        window: tumbling('10s', { time: ts }),
        kind: 'semi',
      }).pipe(map(({ id, name, ts }) => ({ id, name, start: Math.floor(ts / TEN) * TEN }))),
    sql: `SELECT DISTINCT p.id, p.name, (p.ts // 10000) * 10000 AS start FROM person p
      JOIN auction a ON p.id = a.seller AND p.ts // 10000 = a.ts // 10000`,
  },
  {
    name: 'q11',
    asks: 'How often somebody bids without a pause of ten seconds',
    flow: ({ bids }) =>
      bids()
        .pipe(eventTime(ts, timed))
        .keyBy(({ bidder }) => bidder)
        .window(session('10s', { time: ts }))
        .aggregate({ bids: count() })
        .pipe(map(({ key, window, bids }) => ({ bidder: key, start: window.start, bids }))),
    sql: `SELECT bidder, min(ts) AS start, count(*) AS bids FROM (
        SELECT bidder, ts, sum(begins) OVER (PARTITION BY bidder ORDER BY ts ROWS UNBOUNDED PRECEDING) AS part FROM (
          SELECT bidder, ts, CASE WHEN ts - lag(ts) OVER (PARTITION BY bidder ORDER BY ts) < 10000 THEN 0 ELSE 1 END AS begins
          FROM bid))
      GROUP BY bidder, part`,
  },
  {
    name: 'q12',
    asks: 'How often somebody bids in ten seconds by the clock, which stands still here',
    flow: ({ bids }) =>
      bids()
        .keyBy(({ bidder }) => bidder)
        .window(tumbling('10s', { time: processingTime() }))
        .aggregate({ bids: count() })
        .pipe(map(({ key, bids }) => ({ bidder: key, bids }))),
    sql: 'SELECT bidder, count(*) AS bids FROM bid GROUP BY bidder',
  },
];
