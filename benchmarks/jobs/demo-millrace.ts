import { csv, filter, map, ndjson, pipeline, run, skip } from '../../src/index.ts';
import { runJob } from './job.ts';
import { bill, isPaid, type Order } from './orders.ts';

await runJob(async (input, output) => {
  const orders = csv.read<Order>(input, { onError: skip() });
  await run(pipeline('demo', orders.pipe(filter(isPaid), map(bill)).to(ndjson.write(output))));
});
