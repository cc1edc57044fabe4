import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { from, pipeline, run } from '../../src/index.ts';
import { sqlite } from '../../src/sqlite.ts';
import { scaled } from '../scale.ts';
import { onePass, random } from './one-pass.ts';

const ROWS = scaled(1_000_000);
/** Rows that are different objects; the same come again and again, in the same order. */
const OBJECTS = scaled(100_000);

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
  readonly total: number;
}

const objects = Array.from({ length: OBJECTS }, (_, id): Order => {
  const [quantity, price] = [1 + random(9), random(100_000) / 100];
  return {
    id,
    status: ['paid', 'pending', 'refunded'][id % 3]!,
    quantity,
    price,
    customer: `customer number ${id}`,
    email: `customer.${id}@example.com`,
    country: 'DE',
    city: ['Köln', 'Berlin', 'München'][random(3)]!,
    note: id % 10 === 0 ? `a note of some words on order number ${id}` : '',
    total: quantity * price,
  };
});

function* orders(): Generator<Order> {
  for (let n = 0; n < ROWS; n++) yield objects[n % OBJECTS]!;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
const path = join(folder, 'orders.db');
const columns = Object.keys(objects[0]!);
const made = new DatabaseSync(path);
made.exec(`CREATE TABLE orders (
  id INTEGER, status TEXT, quantity INTEGER, price REAL, customer TEXT, email TEXT, country TEXT, city TEXT, note TEXT, total REAL
)`);
made.close();

/** The loop that people write: one prepared statement, and so many rows in each transaction. */
function loop(rows: number): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare(
    `INSERT INTO orders (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  let open = 0;
  for (const order of orders()) {
    if (open === 0) database.exec('BEGIN');
    insert.run(
      order.id,
      order.status,
      order.quantity,
      order.price,
      order.customer,
      order.email,
      order.country,
      order.city,
      order.note,
      order.total,
    );
    if (++open < rows) continue;
    database.exec('COMMIT');
    open = 0;
  }
  if (open > 0) database.exec('COMMIT');
  database.close();
}

async function millrace(store?: Parameters<typeof run>[1]): Promise<void> {
  const input = { [Symbol.iterator]: orders };
  await run(
    pipeline('orders', from(input).to(sqlite.write<Order>({ database: path, table: 'orders' }))),
    store,
  );
}

const ways = {
  loop: () => loop(10_000),
  'loop-once': () => loop(Number.POSITIVE_INFINITY),
  millrace: () => millrace(),
  'millrace-together': () => millrace({ checkpoint: { store: sqlite.store(path), every: '1s' } }),
  'millrace-apart': () => millrace({ checkpoint: { store: join(folder, 'state'), every: '1s' } }),
};

await onePass(ROWS, ways, () => {
  const database = new DatabaseSync(path, { readOnly: true });
  const { count, total } = database.prepare('SELECT count(*) count, sum(quantity) total FROM orders').get()!;
  database.close();
  rmSync(folder, { recursive: true });
  let expected = 0;
  for (const { quantity } of orders()) expected += quantity;
  if (count !== ROWS || total !== expected) throw new Error(`the table has ${count} rows, ${total} in all`);
});
