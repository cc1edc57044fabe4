// Orders enriched by a service that is sometimes slow and sometimes down, large and small ones apart.
//
//   npx millrace run examples/advanced/enrich.ts --set in=orders.csv
import {
  batch,
  csv,
  deadLetter,
  deadLetters,
  fallback,
  filter,
  map,
  mapAsync,
  merge,
  ndjson,
  otherwise,
  type Pipeline,
  pipeline,
  retry,
  scan,
  select,
  validate,
} from 'millrace';
import { z } from 'zod';
import { creditLimit } from './credit-service.ts';

export const params = z.object({
  in: z.string().default('examples/out/orders.csv').describe('CSV files of orders: a path or a glob'),
  out: z.string().default('examples/out').describe('Folder for the results'),
  concurrency: z.int().min(1).default(32).describe('Calls to the service at a time'),
  large: z.number().default(5000).describe('From which total on an order is large'),
});

/** JSON Schema works as well as zod: it is compiled once, by ajv. */
const orderSchema = {
  type: 'object',
  required: ['id', 'qty', 'price', 'status'],
  properties: {
    id: { type: 'string', pattern: '^[1-9][0-9]*$' },
    qty: { type: 'string', pattern: '^[0-9]+$' },
    price: { type: 'string', pattern: '^[0-9]+([.][0-9]+)?$' },
    status: { enum: ['paid', 'pending', 'refunded', 'cancelled'] },
    email: { type: 'string', format: 'email' },
  },
} as const;

interface Row {
  readonly id: string;
  readonly customer: string;
  readonly country: string;
  readonly qty: string;
  readonly price: string;
  readonly status: string;
}

interface Sale extends Row {
  readonly total: number;
}

export default function enrich(given: z.output<typeof params>): Pipeline {
  const write = (name: string) => ndjson.write(`${given.out}/${name}.ndjson`, { mkdir: true });
  const rejects = deadLetters().as('rejects');

  const orders = csv
    .read<Row>(given.in, { columns: ['id', 'customer', 'country', 'qty', 'price', 'status', 'email'] })
    .as('orders')
    .pipe(
      validate<Row>(orderSchema),
      filter((row) => row.status === 'paid'),
      map((row): Sale => ({ ...row, total: Math.round(Number(row.qty) * Number(row.price) * 100) / 100 })),
    );

  const { large, small } = orders.split({ large: (order) => order.total >= given.large, small: otherwise });

  const checked = large
    .pipe(
      mapAsync(
        async (order, { signal }) => ({ ...order, limit: await creditLimit(order.customer, signal) }),
        {
          concurrency: given.concurrency,
          timeout: '500ms',
          onError: [
            retry({ attempts: 4, backoff: '1ms..20ms' }),
            fallback(({ record }) => ({ ...(record as Sale), limit: 0 })),
          ],
        },
      ),
    )
    .as('credit check');

  const revenue = merge(checked, small).pipe(
    scan((sum, order) => ({ orders: sum.orders + 1, total: sum.total + order.total }), {
      orders: 0,
      total: 0,
    }),
    batch(50_000),
    map((sums) => sums.at(-1)),
  );

  return pipeline(
    'enrich',
    [
      checked.pipe(select('id', 'customer', 'total', 'limit')).to(write('large')),
      small.pipe(select('id', 'country', 'total')).to(csv.write(`${given.out}/small.csv`, { mkdir: true })),
      revenue.to(write('revenue')),
      rejects
        .pipe(map(({ error, origin, raw }) => ({ why: error.message, line: origin.line, raw })))
        .to(write('bad')),
    ],
    { onError: deadLetter(rejects) },
  );
}
