import { forEach, from, join, pipeline, run } from '../../../src/index.ts';
import { report } from './report.ts';

const CUSTOMERS = 400_000;
const ORDERS = 600_000;

function* customers() {
  for (let id = 0; id < CUSTOMERS; id++) {
    yield {
      id,
      name: `customer ${id}`,
      note: `what is said of customer ${id} takes some more bytes of text`,
    };
  }
}

function* orders() {
  for (let n = 0; n < ORDERS; n++) yield { n, customer: (n * 7919) % (CUSTOMERS + 100_000) };
}

let right = 0;
let lonely = 0;
const sink = forEach(
  ({ customer, name }: { readonly customer: number; readonly name: string | undefined }) => {
    if (name === undefined) lonely++;
    else if (name === `customer ${customer}`) right++;
  },
);
const named = join(from(orders()), from(customers()), {
  on: [(order) => order.customer, (customer) => customer.id],
  kind: 'left',
  merge: ({ customer }, found) => ({ customer, name: found?.name }),
  spill: true,
});
const { held } = await run(pipeline('beyond', named.to(sink)), { memory: '16 MiB' });
report({ right, lonely, held, resident: process.resourceUsage().maxRSS * 1024 });
