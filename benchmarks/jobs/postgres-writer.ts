import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as joined } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { from, pipeline, type RunOptions, run } from '../../src/index.ts';
import { postgres } from '../../src/postgres.ts';
import { POSTGRES_URL as url } from '../postgres-url.ts';
import { scaled } from '../scale.ts';
import { onePass, random } from './one-pass.ts';

const ROWS = scaled(1_000_000);
/** Rows that are different objects; the same come again and again, in the same order. */
const OBJECTS = scaled(100_000);
const BATCH = 1024;

const schema = `millrace_bench_${process.pid}`;

interface Order {
  readonly id: number;
  readonly status: string;
  readonly quantity: number;
  readonly price: number;
  readonly customer: string;
  readonly email: string;
  readonly country: string;
  readonly city: string;
  readonly note: string;
  readonly at: Date;
}

const objects = Array.from(
  { length: OBJECTS },
  (_, id): Order => ({
    id,
    status: ['paid', 'pending', 'refunded'][id % 3]!,
    quantity: 1 + random(9),
    price: random(100_000) / 100,
    customer: `customer number ${id}`,
    email: `customer.${id}@example.com`,
    country: 'DE',
    city: ['Köln', 'Berlin', 'München'][random(3)]!,
    note: id % 10 === 0 ? `a note\ton order number ${id}, with a tab` : '',
    at: new Date(1.7e12 + id * 60_000),
  }),
);

function* orders(): Generator<Order> {
  for (let n = 0; n < ROWS; n++) yield objects[n % OBJECTS]!;
}

const SPECIAL = /[\\\t\n\r]/;

/** Text as COPY reads it: what people write for it. */
function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

function line(order: Order): string {
  return `${order.id}\t${escaped(order.status)}\t${order.quantity}\t${order.price}\t${escaped(order.customer)}\t${escaped(order.email)}\t${escaped(order.country)}\t${escaped(order.city)}\t${escaped(order.note)}\t${order.at.toISOString()}\n`;
}

function* lines(): Generator<Buffer> {
  let text = '';
  let rows = 0;
  for (const order of orders()) {
    text += line(order);
    if (++rows % BATCH !== 0) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

const client = new pg.Client(url);
await client.connect();
await client.query(`CREATE SCHEMA ${schema}`);
await client.query(`CREATE TABLE ${schema}.orders (id int, status text, quantity int, price float8, customer text,
  email text, country text, city text, note text, at timestamptz)`);

async function copy(pieces: Iterable<Buffer>): Promise<void> {
  const into = client.query(copyFrom(`COPY ${schema}.orders FROM STDIN`));
  await joined(Readable.from(pieces, { objectMode: true }), into);
}

async function millrace(options?: RunOptions, more: object = {}): Promise<void> {
  const input = { [Symbol.iterator]: orders };
  const table = postgres.write<Order>({ url, schema, table: 'orders', ...more });
  await run(pipeline('orders', from(input).to(table)), options);
}

const folder = mkdtempSync(join(process.env['MILLRACE_BENCH_FOLDER'] ?? tmpdir(), 'millrace-'));
const [way] = process.argv.slice(2);
const encoded = way === 'encoded' ? [...lines()] : [];
if (way?.startsWith('upsert') === true)
  await client.query(`ALTER TABLE ${schema}.orders ADD PRIMARY KEY (id)`);

/** The loop that people write for rows that may be there: a statement for each thousand of them, which are all different. */
async function upsert(): Promise<void> {
  const columns = Object.keys(objects[0]!);
  const set = columns.slice(1).map((name) => `${name} = excluded.${name}`);
  await client.query('BEGIN');
  for (let at = 0; at < ROWS; at += 1000) {
    const rows = objects.slice(at % OBJECTS, (at % OBJECTS) + 1000);
    const values = rows.map(
      (_, row) => `(${columns.map((__, column) => `$${row * columns.length + column + 1}`)})`,
    );
    await client.query(
      `INSERT INTO ${schema}.orders VALUES ${values} ON CONFLICT (id) DO UPDATE SET ${set}`,
      rows.flatMap((row) => Object.values(row)),
    );
  }
  await client.query('COMMIT');
}

const ways = {
  encoded: () => copy(encoded),
  copy: () => copy(lines()),
  millrace: () => millrace(),
  'millrace-together': () =>
    millrace({ checkpoint: { store: postgres.store({ url, schema }), every: '1s' } }),
  'millrace-apart': () => millrace({ checkpoint: { store: join(folder, 'state'), every: '1s' } }),
  'upsert-loop': upsert,
  'upsert-millrace': () => millrace(undefined, { conflict: { key: 'id' } }),
};

try {
  let found: { count: string; quantity: string } | undefined;
  await onePass(ROWS, { ...ways, ...withCheck(ways) }, () => {
    const expected = way?.startsWith('upsert') === true ? Math.min(ROWS, OBJECTS) : ROWS;
    if (Number(found?.count) !== expected) throw new Error(`the table has ${found?.count} rows`);
  });

  /** The same ways, each of which counts in the end, which takes a moment. */
  function withCheck(all: Readonly<Record<string, () => Promise<void>>>) {
    return Object.fromEntries(
      Object.entries(all).map(([name, work]) => [
        name,
        async () => {
          await work();
          const { rows } = await client.query(
            `SELECT count(*), sum(quantity) AS quantity FROM ${schema}.orders`,
          );
          found = rows[0];
        },
      ]),
    );
  }
} finally {
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
  rmSync(folder, { recursive: true, force: true });
}
