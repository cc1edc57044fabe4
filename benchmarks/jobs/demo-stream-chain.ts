import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Papa from 'papaparse';
import chain, { none } from 'stream-chain';
import { runJob } from './job.ts';
import { bill, isPaid, isWhole, type Order } from './orders.ts';

await runJob((input, output) =>
  pipeline(
    createReadStream(input, { highWaterMark: 128 * 1024, encoding: 'utf8' }),
    Papa.parse(Papa.NODE_STREAM_INPUT, { header: true, delimiter: ',', newline: '\n' }),
    chain([
      (order: Order) => (isWhole(order) && isPaid(order) ? order : none),
      bill,
      (record: unknown) => `${JSON.stringify(record)}\n`,
    ]),
    createWriteStream(output),
  ),
);
