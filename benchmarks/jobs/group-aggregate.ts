import { groupBy, mergeMap, reduce, from as rxFrom } from 'rxjs';
import { count, forEach, from, max, pipeline, run, sum } from '../../src/index.ts';

const RECORDS = 10_000_000;
const KEYS = 100_000;
/** Records that are different objects; the same come again and again, in the same order. */
const OBJECTS = 1_000_000;

interface Sale {
  readonly id: number;
  readonly shop: string;
  readonly amount: number;
}

interface Total {
  readonly key: string;
  n: number;
  total: number;
  largest: number;
}

let state = 1;

/** A whole number below `below`, the same ones in each run (a linear congruential generator). */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const shops = Array.from({ length: KEYS }, (_, index) => `shop ${index}`);
const objects = Array.from(
  { length: OBJECTS },
  (_, id): Sale => ({ id, shop: shops[random(KEYS)]!, amount: random(1_000_000) / 100 }),
);
const sales = Array.from({ length: RECORDS }, (_, index) => objects[index % OBJECTS]!);

let results = 0;
let records = 0;
let amount = 0;
const sink = ({ n, total }: Pick<Total, 'n' | 'total'>): void => {
  results++;
  records += n;
  amount += total;
};

const WAYS: Readonly<Record<string, () => void | Promise<void>>> = {
  loop() {
    const totals = new Map<string, Total>();
    for (const { shop, amount } of sales) {
      const found = totals.get(shop);
      if (found === undefined) totals.set(shop, { key: shop, n: 1, total: amount, largest: amount });
      else {
        found.n++;
        found.total += amount;
        if (amount > found.largest) found.largest = amount;
      }
    }
    for (const total of totals.values()) sink(total);
  },

  async millrace() {
    const totals = from(sales)
      .keyBy((sale) => sale.shop)
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('group-aggregate', totals.to(forEach(sink))));
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
        .subscribe({ next: sink, error: reject, complete: resolve });
    }),
};

const [name = ''] = process.argv.slice(2);
const way = WAYS[name];
if (way === undefined) throw new Error(`no such job: ${name}`);
const expected = sales.reduce((total, sale) => total + sale.amount, 0);
const before = process.cpuUsage();
const start = performance.now();
await way();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const { maxRSS } = process.resourceUsage();
if (results < KEYS * 0.99 || records !== RECORDS || Math.abs(amount - expected) > expected * 1e-9) {
  throw new Error(`the sink got ${records} records of ${results} keys, ${amount} in all`);
}
console.log(
  JSON.stringify({
    nsPerRecord: (ms * 1e6) / RECORDS,
    cpuNsPerRecord: ((user + system) * 1000) / RECORDS,
    rssMb: maxRSS / 1024,
  }),
);
