import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import Papa from 'papaparse';
import { filter, map, Observable } from 'rxjs';
import { runJob } from './job.ts';
import { bill, isPaid, isWhole, type Order } from './orders.ts';

const BUFFER = 256 * 1024;

/** RxJS cannot hold the parser back; lines are gathered, so that it is not the writes that are measured. */
await runJob(async (input, output) => {
  const target = createWriteStream(output);
  let gathered = '';
  const orders = new Observable<Order>((subscriber) => {
    Papa.parse<Order>(createReadStream(input, { highWaterMark: 128 * 1024, encoding: 'utf8' }), {
      header: true,
      delimiter: ',',
      newline: '\n',
      step: ({ data }) => subscriber.next(data),
      complete: () => subscriber.complete(),
      error: (error) => subscriber.error(error),
    });
  });
  orders.pipe(filter(isWhole), filter(isPaid), map(bill)).subscribe({
    next(record) {
      gathered += `${JSON.stringify(record)}\n`;
      if (gathered.length < BUFFER) return;
      target.write(gathered);
      gathered = '';
    },
    error: (error) => target.destroy(error),
    complete: () => target.end(gathered),
  });
  await finished(target);
});
