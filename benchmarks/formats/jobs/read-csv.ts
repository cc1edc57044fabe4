import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import Papa from 'papaparse';
import { inferSchema, initParser, type Parser } from 'udsv';
import { csv, forEach, pipeline, run, select } from '../../../src/index.ts';
import { runReading, type Take, textChunks } from './reading.ts';

const THREE = ['id', 'country', 'price'] as const;
const CHUNK = 128 * 1024;

await runReading(
  {
    millrace: (path, take) => run(pipeline('read', csv.read(path).to(forEach(take)))).then(nothing),
    'millrace, columns': (path, take) =>
      run(pipeline('read', csv.read(path, { columns: THREE }).to(forEach(take)))).then(nothing),
    'millrace, select': (path, take) =>
      run(
        pipeline(
          'read',
          csv
            .read(path)
            .pipe(select(...THREE))
            .to(forEach(take)),
        ),
      ).then(nothing),
    'millrace, types': (path, take) => {
      const typed = csv.read(path, { types: { id: 'int', qty: 'int', price: 'float', ts: 'date' } });
      return run(pipeline('read', typed.to(forEach((order: any) => take({ id: `${order.id}` }))))).then(
        nothing,
      );
    },
    udsv,
    papaparse,
    'csv-parse': csvParse,
  },
  (order) => (order.id ?? order.InvoiceNo).length,
);

async function udsv(path: string, take: Take): Promise<void> {
  let parser: Parser | undefined;
  for await (const text of textChunks(path)) {
    parser ??= initParser(inferSchema(text));
    if (text !== '') parser.chunk<any>(text, parser.stringObjs as any, take as any);
  }
  parser?.end();
}

function papaparse(path: string, take: Take): Promise<void> {
  const input = createReadStream(path, { highWaterMark: CHUNK, encoding: 'utf8' });
  return new Promise((resolve, reject) => {
    Papa.parse<any>(input, {
      header: true,
      delimiter: ',',
      newline: '\n',
      chunk: ({ data }) => {
        for (const order of data) if (order.comment !== undefined || order.Country !== undefined) take(order);
      },
      complete: () => resolve(),
      error: reject,
    });
  });
}

async function csvParse(path: string, take: Take): Promise<void> {
  const parser = createReadStream(path, { highWaterMark: CHUNK }).pipe(parse({ columns: true }));
  parser.on('data', take);
  await once(parser, 'end');
}

function nothing(): void {}
