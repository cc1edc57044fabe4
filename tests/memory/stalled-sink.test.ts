import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  discard,
  filter,
  flatMap,
  map,
  mapAsync,
  merge,
  type Pipeline,
  pipeline,
  type Reader,
  readFrom,
  start,
  type Writer,
} from '../../src/index.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { ordersBlock } from './orders-block.ts';
import { heldBack } from './settled.ts';
import { type Watched, watched } from './watched-reader.ts';

const CHUNK = 128 * 1024;
const BATCH = 1024;
const CAPACITY = 2;
/** Batches between a reader and a sink that has one in work, with one edge between them. */
const ONE_EDGE = CAPACITY + 1;

/** A writer whose first write comes to no end before the run's. */
function neverDrains<T>(): Writer<T> {
  return {
    name: 'never_drains',
    label: 'never drains',
    traits: { commit: 'none' },
    open: async ({ signal }) => ({
      write: () => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      close: async () => {},
      abort: async () => {},
    }),
  };
}

/** Runs until nothing moves any more, lets `look` see, and ends the run, whose sink cannot. */
async function stall(held: Pipeline, reader: Watched<unknown>, look: () => void): Promise<void> {
  const live = start(held);
  const done = expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await heldBack(reader);
  look();
  await live.abort();
  await done;
}

function endless(): Reader<number> {
  return iterableReader({
    *[Symbol.iterator]() {
      for (let n = 0; ; n++) yield n;
    },
  });
}

describe('a sink that never drains', () => {
  const block = ordersBlock();
  const times = Math.ceil((64 * 2 ** 20) / block.csv.length);
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-memory-'));
    path = join(folder, 'orders.csv');
    const file = await open(path, 'w');
    await file.write(block.header);
    for (let time = 0; time < times; time++) await file.write(block.csv);
    await file.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('pain P1: stops the disk: of a file of 64 MiB, what the edge holds is read, and one chunk ahead', async () => {
    const reader = watched(csvReader(path));
    await stall(pipeline('p', readFrom(reader.reader).to(neverDrains())), reader, () => {
      expect(reader.batches).toBe(ONE_EDGE);
      expect(reader.bytes).toBe(ONE_EDGE * CHUNK);
    });
    expect(reader.closed).toBe(true);
  });

  test('stops every edge on the way: each holds its capacity, and each stage one batch', async () => {
    const reader = watched(csvReader(path));
    const slow = readFrom(reader.reader).pipe(
      map((order) => order),
      mapAsync(async (order) => order, { concurrency: 4 }),
      filter(() => true),
    );
    await stall(pipeline('p', slow.to(neverDrains())), reader, () => {
      expect(reader.batches).toBeLessThanOrEqual(2 * ONE_EDGE + 1);
    });
  });

  test('holds back all others that the same flow is given to', async () => {
    const reader = watched(csvReader(path));
    const orders = readFrom(reader.reader);
    await stall(pipeline('p', [orders.to(neverDrains()), orders.to(discard())]), reader, () => {
      expect(reader.batches).toBe(ONE_EDGE);
    });
  });

  test('holds back both readers of a merge', async () => {
    const [one, two] = [watched(endless()), watched(endless())];
    const both = merge(readFrom(one.reader), readFrom(two.reader));
    await stall(pipeline('p', both.to(neverDrains())), one, () => {
      expect(two.paused).toBe(true);
      expect(one.batches + two.batches).toBeLessThanOrEqual(2 * ONE_EDGE + ONE_EDGE);
    });
  });

  test('holds back an operator that makes endlessly many records of one', async () => {
    let made = 0;
    const reader = watched(endless());
    const many = readFrom(reader.reader).pipe(
      flatMap(function* () {
        for (;;) yield made++;
      }),
    );
    const live = start(pipeline('p', many.to(neverDrains())));
    const done = expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await heldBack(reader);
    expect(made).toBeLessThanOrEqual((ONE_EDGE + 1) * BATCH);
    await live.abort();
    await done;
  });

  test('pain P1: a chunk of 64 MiB on the standard input enters the graph piece by piece', async () => {
    const chunk = Buffer.concat([
      Buffer.from(block.header),
      ...Array.from({ length: times }, () => block.csv),
    ]);
    const stdin = Readable.from([chunk], { objectMode: false });
    const own = Object.getOwnPropertyDescriptor(process, 'stdin')!;
    Object.defineProperty(process, 'stdin', { ...own, get: () => stdin });
    try {
      const reader = watched(csvReader('-'));
      await stall(pipeline('p', readFrom(reader.reader).to(neverDrains())), reader, () => {
        expect(reader.batches).toBe(ONE_EDGE);
        expect(reader.bytes).toBeLessThanOrEqual((ONE_EDGE + 1) * CHUNK);
      });
    } finally {
      Object.defineProperty(process, 'stdin', own);
    }
  });
});
