import { deadLetter, deadLetters, map, otherwise, pipeline, start } from '../../../src/index.ts';
import { sqlite } from '../../../src/sqlite.ts';

interface Order {
  readonly id: number;
  readonly shop: string;
  readonly total: number;
}

/**
 * Reads the orders of one database and divides them among tables of another, with checkpoints in a folder or in that database.
 * Says so when there is a checkpoint, and what the run came to.
 */
const [folder = '', where = ''] = process.argv.slice(2);
const database = `${folder}/out.db`;
const rejects = deadLetters();
const { large, small } = sqlite
  .read<Order>({ database: `${folder}/in.db`, table: 'orders' })
  .pipe(map((order) => ({ ...order, big: BigInt(order.id) * 10n ** 12n, data: Buffer.from(order.shop) })))
  .split({ large: ({ total }) => total >= 500, small: otherwise });
const job = pipeline('orders', [
  rejects
    .pipe(map(({ record, error }) => ({ id: (record as Order).id, code: error.code })))
    .to(sqlite.write({ database, table: 'rejects', create: true })),
  large.to(sqlite.write({ database, table: 'large', onError: deadLetter(rejects) })),
  small.to(sqlite.write({ database, table: 'small', create: true })),
  large.pipe(map(({ shop, id }) => ({ shop, last: id }))).to(
    sqlite.write({
      database,
      table: 'shops',
      conflict: { key: 'shop' },
      create: { shop: 'TEXT PRIMARY KEY', last: 'INTEGER' },
    }),
  ),
]);
const store = where === 'together' ? sqlite.store(database) : `${folder}/state`;
const live = start(job, { checkpoint: { store, every: '10ms' } });
live.events$.subscribe(({ type }) => {
  if (type === 'checkpoint' || type === 'resumed') process.stdout.write(`${type}\n`);
});
const { balance, checkpoints } = await live.done;
process.stdout.write(`${JSON.stringify({ balance, checkpoints })}\n`);
