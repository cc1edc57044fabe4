import { count, eventTime, forEach, from, max, pipeline, run, sum, tumbling } from '../../src/index.ts';

const RECORDS = 10_000_000;
const KEYS = 1000;
/** Records that are different objects; the same come again and again, later each time. */
const OBJECTS = 1_000_000;
const BEGIN = Date.UTC(2024, 2, 1, 12);

interface Sale {
  at: number;
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
  (_, id): Sale => ({
    at: BEGIN + id - OBJECTS,
    shop: shops[random(KEYS)]!,
    amount: random(1_000_000) / 100,
  }),
);

/** All records, one a millisecond; ten million objects would be about memory. */
function* sales(): Generator<Sale> {
  for (let round = 0; round < RECORDS / OBJECTS; round++) {
    for (const sale of objects) {
      sale.at += OBJECTS;
      yield sale;
    }
  }
}

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
    for (const { shop, amount } of sales()) {
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

  async windows() {
    const totals = from(sales())
      .pipe(eventTime((sale) => sale.at))
      .keyBy((sale) => sale.shop)
      .window(tumbling('1m', { time: (sale) => sale.at }))
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('tumbling-window', totals.to(forEach(sink))));
  },

  async aggregate() {
    const totals = from(sales())
      .keyBy((sale) => sale.shop)
      .aggregate({ n: count(), total: sum('amount'), largest: max('amount') });
    await run(pipeline('tumbling-window', totals.to(forEach(sink))));
  },
};

const [name = ''] = process.argv.slice(2);
const way = WAYS[name];
if (way === undefined) throw new Error(`no such job: ${name}`);
const expected = (objects.reduce((total, sale) => total + sale.amount, 0) * RECORDS) / OBJECTS;
const before = process.cpuUsage();
const start = performance.now();
await way();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const { maxRSS } = process.resourceUsage();
const least = name === 'windows' ? (KEYS * RECORDS) / 60_000 / 1.1 : KEYS;
if (results < least || records !== RECORDS || Math.abs(amount - expected) > expected * 1e-9) {
  throw new Error(`the sink got ${records} records in ${results} results, ${amount} in all`);
}
console.log(
  JSON.stringify({
    nsPerRecord: (ms * 1e6) / RECORDS,
    cpuNsPerRecord: ((user + system) * 1000) / RECORDS,
    rssMb: maxRSS / 1024,
  }),
);
