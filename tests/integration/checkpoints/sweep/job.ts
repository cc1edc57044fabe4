import { z } from 'zod';
import { readFrom } from '../../../../src/from.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { postgresWriter } from '../../../../src/io/connectors/postgres/postgres-writer.ts';
import { sqliteWriter } from '../../../../src/io/connectors/sqlite/sqlite-writer.ts';
import { csvReader } from '../../../../src/io/formats/csv/csv-reader.ts';
import { csvWriter } from '../../../../src/io/formats/csv/csv-writer.ts';
import { ndjsonWriter } from '../../../../src/io/formats/ndjson/ndjson-writer.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { type Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { validate } from '../../../../src/processing/operators/validate.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import type { FailPoints } from './fail-points.ts';
import { queueReader } from './queue.ts';
import type { RecordClock } from './record-clock.ts';
import type { Shape } from './shape.ts';
import { DATABASE, schemaOf } from './stores.ts';
import { watchedReader, watchedWriter } from './watched-parts.ts';

const Order = z.object({
  id: z.coerce.number().int(),
  shop: z.string(),
  qty: z.coerce.number().int(),
  price: z.coerce.number(),
  status: z.enum(['paid', 'open']),
  at: z.coerce.number(),
  note: z.string(),
});

/** Time that a ticket takes, in records: when all orders are read, there are still checkpoints. */
const TICKET = 5;

/** What a job needs of the process that runs it. */
export interface JobParts {
  readonly shape: Shape;
  readonly points: FailPoints;
  readonly clock: RecordClock;
}

/** A job of many parts over the files of the working directory, that writes to the folder `out`. */
export function job({ shape, points, clock }: JobParts): Pipeline {
  const { chunkBytes, edgeCapacity, memory, messages, rotate, ordersTable, postgres } = shape;
  const to = <T>(writer: Writer<T>) => watchedWriter(writer, points);
  const options = { bufferBytes: chunkBytes };
  const inSqlite = (table: string) => sqliteWriter({ database: DATABASE, table, create: true });
  const inPostgres = (url: string, table: string) =>
    postgresWriter({ url, schema: schemaOf(process.cwd()), table, create: true });
  const badRows = to(ndjsonWriter('out/bad-rows.ndjson', options));
  const rejects = to(ndjsonWriter('out/rejects.ndjson', options));
  const rows = watchedReader(csvReader('orders-*', { chunkBytes, onError: deadLetter(badRows) }), points);
  const orders = readFrom(rows)
    .as('orders')
    .pipe(
      map((row) => {
        clock.tick();
        return row;
      }),
      validate(Order, { onError: deadLetter(rejects) }),
      mapAsync(async (order) => ({ ...order, total: order.qty * order.price }), { concurrency: 8 }),
    );
  const { large, small } = orders.split({ large: (order) => order.total >= 500, small: otherwise });
  const perShop = orders
    .pipe(eventTime((order) => order.at, { outOfOrder: '1d' }))
    .keyBy((order) => order.shop)
    .window(tumbling('1h', { time: (order) => order.at }))
    .aggregate({ n: count(), total: sum('total') })
    .pipe(
      map(({ key, window, n, total }) => ({ shop: key, from: window.start, n, total: total.toFixed(2) })),
      sort([{ by: 'n', order: 'desc' }, { by: 'from' }, { by: 'shop' }]),
    );
  const { busy, quiet } = perShop.split({ busy: ({ n }) => n > 20, quiet: otherwise });
  const tickets = readFrom(watchedReader(queueReader('queue', messages), points))
    .as('tickets')
    .pipe(
      map((ticket) => {
        clock.tick(TICKET);
        return ticket;
      }),
    );
  const all = merge(large, small, tickets.pipe(map(() => ({ qty: 1 }))))
    .keyBy(() => 'all')
    .aggregate({ n: count(), qty: sum('qty') });
  return pipeline(
    'sweep',
    [
      large.to(to(ndjsonWriter('out/large.ndjson', options))),
      small
        .pipe(filter((order) => order.total > 1))
        .to(to(csvWriter('out/small.csv.gz', { ...options, overwrite: false }))),
      busy.to(to(csvWriter('out/busy.csv.zst', options))),
      quiet.to(to(inSqlite('quiet'))),
      tickets.to(to(inSqlite('tickets'))),
      ...(ordersTable
        ? [orders.pipe(map(({ id, total }) => ({ id, total }))).to(to(inSqlite('orders')))]
        : []),
      ...(postgres === undefined
        ? []
        : [quiet.to(to(inPostgres(postgres, 'quiet'))), tickets.to(to(inPostgres(postgres, 'tickets')))]),
      orders.pipe(sort('total')).to(to(ndjsonWriter('out/by-total.ndjson', options))),
      orders.to(
        to(
          csvWriter('out/by-shop/{shop}-{part}.csv', {
            partitionBy: 'shop',
            rotate: { records: rotate },
            mkdir: true,
          }),
        ),
      ),
      orders
        .pipe(map(({ id }) => ({ id })))
        .to(to(ndjsonWriter('out/log.ndjson', { ...options, append: true }))),
      all.to(to(ndjsonWriter('out/all.ndjson', options))),
      tickets.to(to(ndjsonWriter('out/tickets.ndjson', options))),
    ],
    { edgeCapacity, memory },
  );
}
