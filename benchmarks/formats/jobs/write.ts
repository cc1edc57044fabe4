import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import Papa from 'papaparse';
import { concat, csv, type Flow, from, json, ndjson, pipeline, run } from '../../../src/index.ts';
import { LineFile } from '../../jobs/line-file.ts';

interface Order {
  readonly id: number;
  readonly ts: string;
  readonly customer: string;
  readonly email: string;
  readonly country: string;
  readonly product: string;
  readonly qty: number;
  readonly price: number;
  readonly status: string;
  readonly comment: string;
}

const BATCH = 1024;
const PASSES = 12;
const COLUMNS = ['id', 'ts', 'customer', 'email', 'country', 'product', 'qty', 'price', 'status', 'comment'];

/** Batches of as many records as millrace has on an edge. */
function* batches(orders: readonly Order[]): Generator<readonly Order[]> {
  for (let pass = 0; pass < PASSES; pass++) {
    for (let at = 0; at < orders.length; at += BATCH) yield orders.slice(at, at + BATCH);
  }
}

/** The same records as a flow. */
function flow(orders: readonly Order[]): Flow<Order> {
  return concat(...Array.from({ length: PASSES }, () => from(orders)));
}

/** Text of batches to a file, written one behind, as millrace does. */
async function byBatches(orders: readonly Order[], path: string, text: (batch: readonly Order[]) => string) {
  const target = await LineFile.open(path);
  for (const batch of batches(orders)) {
    const full = target.add(text(batch));
    if (full !== undefined) await full;
  }
  await target.close();
}

function lines(batch: readonly Order[]): string {
  let text = '';
  for (const order of batch) text += `${JSON.stringify(order)}\n`;
  return text;
}

const WAYS: Readonly<Record<string, (orders: readonly Order[], path: string) => Promise<unknown>>> = {
  'csv millrace': (orders, path) =>
    run(pipeline('write', flow(orders).to(csv.write(path, { header: false })))),
  'csv papaparse': (orders, path) =>
    byBatches(
      orders,
      path,
      (batch) => `${Papa.unparse(batch as Order[], { header: false, newline: '\n' })}\n`,
    ),
  'csv csv-stringify': (orders, path) =>
    byBatches(orders, path, (batch) => stringify(batch as Order[], { columns: COLUMNS, header: false })),
  'ndjson millrace': (orders, path) => run(pipeline('write', flow(orders).to(ndjson.write(path)))),
  'ndjson loop': (orders, path) => byBatches(orders, path, lines),
  'json millrace': (orders, path) => run(pipeline('write', flow(orders).to(json.write(path)))),
};

const [way = '', input = '', output = ''] = process.argv.slice(2);
const orders = await ordersOf(input);
const before = process.cpuUsage();
const start = performance.now();
await WAYS[way]!(orders, output);
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const hash = createHash('sha256');
for await (const chunk of createReadStream(output)) hash.update(chunk);
await rm(output);
console.log(
  JSON.stringify({
    wallMs,
    cpuMs: (user + system) / 1000,
    records: orders.length * PASSES,
    digest: hash.digest().readUIntBE(0, 6),
  }),
);

/** The first records of an NDJSON file, in memory. */
async function ordersOf(path: string): Promise<readonly Order[]> {
  const found: Order[] = [];
  let rest = '';
  for await (const text of createReadStream(path, { encoding: 'utf8', end: 24e6 })) {
    const whole = (rest + text).split('\n');
    rest = whole.pop()!;
    for (const line of whole) found.push(JSON.parse(line));
  }
  return found;
}
