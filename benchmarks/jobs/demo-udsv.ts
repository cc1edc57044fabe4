import { StringDecoder } from 'node:string_decoder';
import { inferSchema, initParser, type Parser } from 'udsv';
import { openChunks } from './chunks.ts';
import { runJob } from './job.ts';
import { LineFile } from './line-file.ts';
import { bill, isPaid, type Order } from './orders.ts';

/** The loop on the fastest parser in JavaScript, which takes it that all rows have the same width. */
await runJob(async (input, output) => {
  const next = await openChunks(input);
  const target = await LineFile.open(output);
  const decoder = new StringDecoder('utf8');
  let parser: Parser | undefined;
  let lines = '';
  const take = (order: Order): void => {
    if (isPaid(order)) lines += `${JSON.stringify(bill(order))}\n`;
  };
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    const text = decoder.write(chunk);
    parser ??= initParser(inferSchema(text));
    parser.chunk<any>(text, parser.stringObjs as any, take as any);
    const full = target.add(lines);
    lines = '';
    if (full !== undefined) await full;
  }
  parser?.end();
  target.add(lines);
  await target.close();
});
