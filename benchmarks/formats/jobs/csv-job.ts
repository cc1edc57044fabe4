import { StringDecoder } from 'node:string_decoder';
import { DuckDBInstance } from '@duckdb/node-api';
import { inferSchema, initParser, type Parser } from 'udsv';
import { csv, filter, map, ndjson, pipeline, run } from '../../../src/index.ts';
import { openChunks } from '../../jobs/chunks.ts';
import { type Job, runJob } from '../../jobs/job.ts';
import { LineFile } from '../../jobs/line-file.ts';
import { bill, isPaid, type Order } from '../../jobs/orders.ts';

/** The same work in SQL: rows as text, then just what `isPaid` and `bill` do. */
const SQL = (input: string, output: string) => `
  copy (
    select cast(id as bigint) as id, ts, customer, country,
           round(cast(qty as double) * cast(price as double) * 100) / 100 as total, comment
    from read_csv('${input}', header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, auto_detect = false,
      columns = {id: 'VARCHAR', ts: 'VARCHAR', customer: 'VARCHAR', email: 'VARCHAR', country: 'VARCHAR',
        product: 'VARCHAR', qty: 'VARCHAR', price: 'VARCHAR', status: 'VARCHAR', comment: 'VARCHAR'})
    where status = 'paid' and id <> '' and cast(qty as double) > 0 and cast(price as double) >= 0
  ) to '${output}' (format json)`;

const WAYS: Readonly<Record<string, Job>> = {
  async millrace(input, output) {
    const orders = csv.read<Order>(input);
    await run(pipeline('job', orders.pipe(filter(isPaid), map(bill)).to(ndjson.write(output))));
  },
  async 'millrace, columns'(input, output) {
    const columns = ['id', 'ts', 'customer', 'country', 'qty', 'price', 'status', 'comment'];
    const orders = csv.read<Order>(input, { columns });
    await run(pipeline('job', orders.pipe(filter(isPaid), map(bill)).to(ndjson.write(output))));
  },
  duckdb: (input, output) => duckdb(input, output, 1),
  'duckdb, two threads': (input, output) => duckdb(input, output, 2),
  udsv,
};

await runJob(WAYS[process.argv[4]!]!);

async function duckdb(input: string, output: string, threads: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: `${threads}` });
  const connection = await instance.connect();
  await connection.run(SQL(input, output));
  connection.closeSync();
  instance.closeSync();
}

/** The loop on the fastest parser in JavaScript; it writes as millrace does. */
async function udsv(input: string, output: string): Promise<void> {
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
}
