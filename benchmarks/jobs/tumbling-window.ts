import { count, eventTime, forEach, from, max, pipeline, run, sum, tumbling } from '../../src/index.ts';
import { scaled } from '../scale.ts';
import { onePass, random } from './one-pass.ts';
import { TotalsSink, totalsByHand } from './totals.ts';

/** Records that are different objects; the same come again and again, later each time. */
const OBJECTS = scaled(1_000_000);
const RECORDS = 10 * OBJECTS;
const KEYS = Math.min(1000, scaled(1_000_000));
const BEGIN = Date.UTC(2024, 2, 1, 12);

interface Sale {
  at: number;
  readonly shop: string;
  readonly amount: number;
}

const shops = Array.from({ length: KEYS }, (_, index) => `shop ${index}`);
const objects = Array.from(
  { length: OBJECTS },
  (_, id): Sale => ({
    at: BEGIN + id - OBJECTS,
    shop: shops[random(KEYS)]!,
    amount: random(1_000_000) / 100,
  }),
);
const expected = objects.reduce((total, sale) => total + sale.amount, 0) * (RECORDS / OBJECTS);
const sink = new TotalsSink();

/** All records, one a millisecond; ten million objects would be about memory. */
function* sales(): Generator<Sale> {
  for (let round = 0; round < RECORDS / OBJECTS; round++) {
    for (const sale of objects) {
      sale.at += OBJECTS;
      yield sale;
    }
  }
}

const ways = {
  loop: () => totalsByHand(sales(), sink.take),

  async windows() {
    const totals = from(sales())
      .pipe(eventTime((sale) => sale.at))
      .keyBy((sale) => sale.shop)
      .window(tumbling('1m', { time: (sale) => sale.at }))
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('tumbling-window', totals.to(forEach(sink.take))));
  },

  async aggregate() {
    const totals = from(sales())
      .keyBy((sale) => sale.shop)
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('tumbling-window', totals.to(forEach(sink.take))));
  },
};

/** Of each key in each minute, as far as all keys come in each. */
const inWindows = (KEYS * RECORDS) / 60_000 / 1.1;

await onePass(RECORDS, ways, (name) =>
  sink.check(name === 'windows' ? inWindows : KEYS * 0.99, RECORDS, expected),
);
