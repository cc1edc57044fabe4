import { groupBy, mergeMap, reduce, from as rxFrom } from 'rxjs';
import { count, forEach, from, max, pipeline, run, sum } from '../../src/index.ts';
import { scaled } from '../scale.ts';
import { onePass, random } from './one-pass.ts';
import { TotalsSink, totalsByHand } from './totals.ts';

const RECORDS = scaled(10_000_000);
const KEYS = scaled(100_000);
/** Records that are different objects; the same come again and again, in the same order. */
const OBJECTS = scaled(1_000_000);

interface Sale {
  readonly id: number;
  readonly shop: string;
  readonly amount: number;
}

const shops = Array.from({ length: KEYS }, (_, index) => `shop ${index}`);
const objects = Array.from(
  { length: OBJECTS },
  (_, id): Sale => ({ id, shop: shops[random(KEYS)]!, amount: random(1_000_000) / 100 }),
);
const sales = Array.from({ length: RECORDS }, (_, index) => objects[index % OBJECTS]!);
const expected = sales.reduce((total, sale) => total + sale.amount, 0);
const sink = new TotalsSink();

const ways = {
  loop: () => totalsByHand(sales, sink.take),

  async millrace() {
    const totals = from(sales)
      .keyBy((sale) => sale.shop)
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('group-aggregate', totals.to(forEach(sink.take))));
  },

  rxjs: () =>
    new Promise<void>((resolve, reject) => {
      rxFrom(sales)
        .pipe(
          groupBy((sale) => sale.shop),
          mergeMap((group) =>
            group.pipe(
              reduce(
                (total, { amount }) => {
                  total.n++;
                  total.total += amount;
                  if (amount > total.largest) total.largest = amount;
                  return total;
                },
                { key: group.key, n: 0, total: 0, largest: Number.NEGATIVE_INFINITY },
              ),
            ),
          ),
        )
        .subscribe({ next: sink.take, error: reject, complete: resolve });
    }),
};

await onePass(RECORDS, ways, () => sink.check(KEYS * 0.99, RECORDS, expected));
