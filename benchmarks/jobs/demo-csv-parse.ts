import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { transform } from 'stream-transform';
import { runJob } from './job.ts';
import { bill, isPaid, type Order } from './orders.ts';

await runJob((input, output) =>
  pipeline(
    createReadStream(input, { highWaterMark: 128 * 1024 }),
    parse({ columns: true, skip_records_with_error: true }),
    transform((order: Order) => (isPaid(order) ? order : null)),
    transform((order: Order) => `${JSON.stringify(bill(order))}\n`),
    createWriteStream(output),
  ),
);
