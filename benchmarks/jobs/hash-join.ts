import { forEach, from, join, pipeline, run } from '../../src/index.ts';
import { scaled } from '../scale.ts';
import { onePass, random } from './one-pass.ts';

const PROBES = scaled(10_000_000);
const ROWS = scaled(1_000_000);
/** Probe records that are different objects; the same come again and again, in the same order. */
const OBJECTS = scaled(1_000_000);

interface Order {
  readonly id: number;
  readonly customer: number;
  readonly amount: number;
}

interface Customer {
  readonly id: number;
  readonly name: string;
}

interface Billed {
  readonly id: number;
  readonly amount: number;
  readonly name: string;
}

const customers = Array.from({ length: ROWS }, (_, id): Customer => ({ id, name: `customer ${id}` }));
// One order of eleven is of nobody who is known.
const objects = Array.from(
  { length: OBJECTS },
  (_, id): Order => ({ id, customer: random(ROWS * 1.1), amount: random(1_000_000) }),
);

function* orders(): Generator<Order> {
  for (let n = 0; n < PROBES; n++) yield objects[n % OBJECTS]!;
}

let pairs = 0;
let amount = 0;
const sink = (billed: Billed): void => {
  if (billed.name.length > 0) pairs++;
  amount += billed.amount;
};
const bill = ({ id, amount }: Order, { name }: Customer): Billed => ({ id, amount, name });

/** The whole life of a pipeline; the other options are those of the join, and of the pipeline. */
async function joined(options: object = {}, settings: object = {}): Promise<void> {
  const billed = join(from(orders()), from(customers), {
    on: [({ customer }) => customer, ({ id }) => id],
    merge: bill,
    ...options,
  });
  await run(pipeline('hash-join', billed.to(forEach(sink)), settings));
}

const ways = {
  loop() {
    const byId = new Map<number, Customer>();
    for (const customer of customers) byId.set(customer.id, customer);
    for (const order of orders()) {
      const customer = byId.get(order.customer);
      if (customer !== undefined) sink(bill(order, customer));
    }
  },
  millrace: () => joined(),
  spilled: () => joined({ spill: true }, { memory: '64 MiB' }),
};

let expectedPairs = 0;
let expectedAmount = 0;
for (const order of orders()) {
  if (order.customer >= ROWS) continue;
  expectedPairs++;
  expectedAmount += order.amount;
}

await onePass(PROBES, ways, () => {
  if (pairs === expectedPairs && amount === expectedAmount) return;
  throw new Error(`the sink got ${pairs} pairs of ${expectedPairs}, ${amount} in all`);
});
