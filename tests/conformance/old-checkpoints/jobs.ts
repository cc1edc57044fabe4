import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import {
  count,
  csv,
  deadLetter,
  defineOperator,
  drop,
  eventTime,
  ndjson,
  type Pipeline,
  pipeline,
  skip,
  sort,
  sum,
  tumbling,
  validate,
} from '../../../src/index.ts';
import { sqlite } from '../../../src/sqlite.ts';

/**
 * The folder that a process works in, by a name that is the same wherever it lies: checkpoints have whole paths, and
 * their bytes are to be left as an earlier version has written them.
 */
const HERE = '/proc/self/cwd';

const at = (name: string) => `${HERE}/${name}`;

const Order = z.object({
  id: z.coerce.number().int(),
  shop: z.string(),
  price: z.coerce.number(),
  at: z.coerce.number(),
});

/** Called with each order that comes: in the run that leaves a checkpoint, the one in the middle stops it. */
export type Seen = (id: number) => void;

export interface Job {
  readonly make: (seen: Seen) => Pipeline;
  /** What it reads, by name. */
  readonly input: Readonly<Record<string, Uint8Array>>;
  /** What it writes. */
  readonly output: readonly string[];
  /** Memory of a run. */
  readonly memory: string;
}

/** Small pieces, so that there is a middle; what is in the place of a file after a checkout is another. */
const READ = { chunkBytes: 1024, resume: { changed: 'allow' } } as const;

function watched<T extends { readonly id: number }>(seen: Seen) {
  return defineOperator<T, T>({
    name: 'watched',
    cardinality: 'one',
    remembers: 'none',
    create: () => ({
      push(order, emit) {
        seen(order.id);
        emit(order);
      },
    }),
  });
}

/** The same in every version: checkpoints of earlier ones tell of it. */
function rows(count: number, length: number): Buffer {
  const lines = Array.from({ length: count }, (_, n) => {
    const price = n % 41 === 7 ? 'free' : ((n * 7919) % 10_007) / 100;
    return `${n},shop ${n % 5},${price},${n * 1000},"${'é'.repeat(n % 4)}${'x'.repeat((n * 31) % length)}"`;
  });
  return Buffer.from(`id,shop,price,at,note\n${lines.join('\n')}\n`);
}

/** What was checked, what was refused, and what windows made of it; from plain text, which is gone on with at its byte. */
const windows: Job = {
  input: { 'orders.csv': rows(1200, 20) },
  output: ['valid.ndjson', 'rejects.ndjson', 'sums.csv'],
  memory: '64 MiB',
  make(seen) {
    const orders = csv
      .read(at('orders.csv'), READ)
      .pipe(validate(Order, { onError: deadLetter(ndjson.write(at('rejects.ndjson'))) }), watched(seen));
    const sums = orders
      .pipe(eventTime(({ at }) => at))
      .keyBy(({ shop }) => shop)
      .window(tumbling('5m', { time: ({ at }) => at }))
      .aggregate({ n: count(), total: sum('price') });
    return pipeline('windows', [
      orders.to(ndjson.write(at('valid.ndjson'))),
      sums.to(csv.write(at('sums.csv'))),
    ]);
  },
};

/** A sort that has put a part of what it holds on the disk. */
const sorted: Job = {
  input: { 'orders.csv': rows(2500, 120) },
  output: ['sorted.ndjson'],
  memory: '128 KiB',
  make(seen) {
    const orders = csv
      .read(at('orders.csv'), READ)
      .pipe(validate(Order.extend({ price: z.string(), note: z.string() })), watched(seen));
    return pipeline(
      'sorted',
      orders.pipe(sort([{ by: 'note' }, { by: 'id' }])).to(ndjson.write(at('sorted.ndjson'))),
    );
  },
};

/** Compressed files, both of several: a glob of which one is done and one in work. */
const compressed: Job = {
  input: { 'in-1.csv.gz': gzipSync(rows(300, 40)), 'in-2.csv.gz': gzipSync(rows(900, 40)) },
  output: ['orders.ndjson.zst', 'rejects.ndjson.gz'],
  memory: '64 MiB',
  make(seen) {
    const rejects = ndjson.write(at('rejects.ndjson.gz'));
    const orders = csv
      .read(at('in-*.csv.gz'), READ)
      .pipe(validate(Order, { onError: deadLetter(rejects) }), watched(seen));
    return pipeline('compressed', orders.to(ndjson.write(at('orders.ndjson.zst'))));
  },
};

/** Rows of a database, which knows itself what it has; what a transaction had is in a file beside the checkpoint, too. */
const rowsOfTable: Job = {
  input: { 'orders.csv': rows(1200, 20) },
  output: ['orders.db'],
  memory: '64 MiB',
  make(seen) {
    const orders = csv
      .read(at('orders.csv'), READ)
      .pipe(validate(Order, { onError: skip() }), watched(seen), drop('at'));
    const create = { id: 'INTEGER PRIMARY KEY', shop: 'TEXT NOT NULL', price: 'REAL NOT NULL' };
    return pipeline('table', orders.to(sqlite.write({ database: at('orders.db'), table: 'orders', create })));
  },
};

export const JOBS: Readonly<Record<string, Job>> = { windows, sorted, compressed, table: rowsOfTable };
