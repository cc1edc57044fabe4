import { join } from 'node:path';
import {
  cast,
  count,
  csv,
  deadLetter,
  eventTime,
  filter,
  map,
  mapAsync,
  merge,
  ndjson,
  otherwise,
  type Pipeline,
  pipeline,
  sum,
  tumbling,
} from '../../../src/index.ts';

interface Order {
  readonly shop: string;
  readonly qty: number;
  readonly price: number;
  readonly status: string;
  readonly at: number;
}

/** A job of many parts over the files of a folder, that writes to the folder `out` beside them. */
export function job(folder: string): Pipeline {
  const out = (name: string) => join(folder, 'out', name);
  const rejects = ndjson.write(out('rejects.ndjson'), { mkdir: true });
  const orders = csv
    .read(join(folder, 'orders-*'))
    .as('orders')
    .pipe(
      cast({ qty: 'int', price: 'float', at: 'int' }, { onError: deadLetter(rejects) }),
      map((order) => order as unknown as Order),
      mapAsync(async (order) => ({ ...order, total: order.qty * order.price }), { concurrency: 8 }),
    );
  const { large, small } = orders.split({ large: (order) => order.total >= 500, small: otherwise });
  const perShop = orders
    .pipe(eventTime((order) => order.at))
    .keyBy((order) => order.shop)
    .window(tumbling('1h', { time: (order) => order.at }))
    .aggregate({ n: count(), total: sum('total') });
  return pipeline('sweep', [
    large.to(ndjson.write(out('large.ndjson'), { mkdir: true })),
    small.pipe(filter((order) => order.total > 1)).to(csv.write(out('small.csv.gz'), { mkdir: true })),
    perShop
      .pipe(
        map(({ key, window, n, total }) => ({ shop: key, from: window.start, n, total: total.toFixed(2) })),
      )
      .to(csv.write(out('shops.csv'), { mkdir: true })),
    merge(large, small)
      .keyBy((order) => order.status)
      .aggregate({ n: count() })
      .to(ndjson.write(out('statuses.ndjson'), { mkdir: true })),
  ]);
}
