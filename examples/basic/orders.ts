// Paid orders out of a messy CSV file, what is wrong with the rest set aside.
//
//   npx millrace run examples/basic/orders.ts --set in=orders.csv
import { csv, deadLetter, filter, map, ndjson, type Pipeline, pipeline, validate } from 'millrace';
import { z } from 'zod';

export const params = z.object({
  in: z.string().default('examples/out/orders.csv').describe('CSV files of orders: a path or a glob'),
  out: z.string().default('examples/out/paid.ndjson').describe('Where the paid orders go'),
  rejects: z.string().default('examples/out/rejects.ndjson').describe('Where bad rows and bad orders go'),
});

const Order = z.object({
  id: z.coerce.number().int().positive(),
  ts: z.iso.datetime(),
  customer: z.string().min(1),
  country: z.string().length(2),
  product: z.string().min(1),
  qty: z.coerce.number().int().positive(),
  price: z.coerce.number().nonnegative(),
  status: z.enum(['paid', 'pending', 'refunded', 'cancelled']),
  comment: z.string(),
});

export default function orders(given: z.output<typeof params>): Pipeline {
  const rejects = ndjson.write(given.rejects, { mkdir: true });

  const paid = csv.read(given.in, { onError: deadLetter(rejects) }).pipe(
    validate(Order, { onError: deadLetter(rejects, { budget: '5%' }) }),
    filter((order) => order.status === 'paid'),
    map(({ id, ts, country, qty, price, comment }) => ({
      id,
      ts,
      country,
      total: Math.round(qty * price * 100) / 100,
      comment,
    })),
  );

  return pipeline('orders', paid.to(ndjson.write(given.out, { mkdir: true })));
}
