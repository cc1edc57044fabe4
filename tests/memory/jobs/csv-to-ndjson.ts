import { csv, filter, map, ndjson, pipeline, run, tap } from '../../../src/index.ts';
import { report } from './report.ts';

interface Order {
  readonly id: string;
  readonly qty: string;
  readonly price: string;
  readonly status: string;
  readonly note: string;
}

const EVERY = 100_000;
const keeps = process.argv[2] === 'keep';
const kept: unknown[] = [];
const resident: number[] = [];
let records = 0;

const orders = csv.read<Order>('-').pipe(
  tap((order) => {
    if (keeps) kept.push(order);
    if (records++ % EVERY === 0) resident.push(process.memoryUsage.rss());
  }),
  filter((order) => order.status === 'paid'),
  map(({ id, qty, price, note }) => ({ id: Number(id), total: Number(qty) * Number(price), note })),
);
const { balance } = await run(pipeline('csv-to-ndjson', orders.to(ndjson.write('-'))));
report({ balance, resident, kept: kept.length });
