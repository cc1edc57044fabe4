import { CsvDecoder } from '../../src/io/formats/csv/csv-decoder.ts';
import { CsvReadSchema } from '../../src/io/formats/csv/csv-read-options.ts';
import { openChunks } from './chunks.ts';
import { runJob } from './job.ts';
import { LineFile } from './line-file.ts';
import { bill, isPaid, type Order } from './orders.ts';

/** The loop over millrace's own decoder: what is left to the whole of millrace is what the engine costs. */
await runJob(async (input, output) => {
  const next = await openChunks(input);
  const target = await LineFile.open(output);
  const decoder = new CsvDecoder<Order>(CsvReadSchema.parse({}), {
    source: 'csv',
    file: input,
    failed: () => undefined,
  });
  for (let last = false; !last; ) {
    const chunk = await next();
    last = chunk === undefined;
    const batch = chunk === undefined ? decoder.flush() : decoder.decode(chunk);
    let lines = '';
    for (const order of batch?.records ?? []) {
      if (isPaid(order)) lines += `${JSON.stringify(bill(order))}\n`;
    }
    const full = target.add(lines);
    if (full !== undefined) await full;
  }
  await target.close();
});
