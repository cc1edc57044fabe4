import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Papa from 'papaparse';
import { runJob } from './job.ts';
import { bill, isPaid, isWhole } from './orders.ts';

await runJob((input, output) =>
  pipeline(
    createReadStream(input, { highWaterMark: 128 * 1024, encoding: 'utf8' }),
    Papa.parse(Papa.NODE_STREAM_INPUT, { header: true, delimiter: ',', newline: '\n' }),
    new Transform({
      objectMode: true,
      transform(order, _encoding, done) {
        if (isWhole(order) && isPaid(order)) done(null, order);
        else done();
      },
    }),
    new Transform({
      objectMode: true,
      transform(order, _encoding, done) {
        done(null, bill(order));
      },
    }),
    new Transform({
      writableObjectMode: true,
      transform(record, _encoding, done) {
        done(null, `${JSON.stringify(record)}\n`);
      },
    }),
    createWriteStream(output),
  ),
);
