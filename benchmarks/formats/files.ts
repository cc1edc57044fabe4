import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as streamed } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { generateOrders } from '../../examples/generate-orders.ts';
import { concat, csv, type Flow, json, map, ndjson, pipeline, run, type Writer } from '../../src/index.ts';
import type { Order } from '../jobs/orders.ts';

const OUT = join(import.meta.dirname, '..', 'out');

/** What the files of one size hold, each in another format. */
export interface FormatFiles {
  readonly csv: string;
  readonly gzip: string;
  readonly ndjson: string;
  readonly json: string;
}

/** Sound orders in all formats, made once and then taken from `out/`; the CSV file has `megabytes`. */
export async function formatFiles(megabytes: number): Promise<FormatFiles> {
  const base = join(OUT, `sound-${megabytes}MB`);
  const files = {
    csv: `${base}.csv`,
    gzip: `${base}.csv.gz`,
    ndjson: `${base}.ndjson`,
    json: `${base}.json`,
  };
  await once(files.csv, async (path) => {
    await generateOrders({ path, bytes: megabytes * 1e6, badShare: 0 });
  });
  await once(files.gzip, (path) =>
    streamed(createReadStream(files.csv), createGzip({ level: 6 }), createWriteStream(path)),
  );
  const typed = () =>
    csv.read<Order>(files.csv).pipe(
      map(({ id, qty, price, ...rest }) => ({
        id: Number(id),
        ...rest,
        qty: Number(qty),
        price: Number(price),
      })),
    );
  await once(files.ndjson, (path) => run(pipeline('ndjson', typed().to(ndjson.write(path)))));
  await once(files.json, (path) => run(pipeline('json', typed().to(json.write(path)))));
  return files;
}

/** The same records `times` times over, in all formats. */
export async function largeFiles(small: FormatFiles, times: number): Promise<FormatFiles> {
  const name = (path: string) => path.replace(/\.(?=csv|ndjson|json)/, `-x${times}.`);
  const large = {
    csv: name(small.csv),
    gzip: name(small.gzip),
    ndjson: name(small.ndjson),
    json: name(small.json),
  };
  const again = <T>(read: () => Flow<T>) => concat(...Array.from({ length: times }, read));
  const copy = (flow: Flow<any>, writer: Writer<any>) => run(pipeline('copy', flow.to(writer)));
  await once(large.csv, (path) =>
    copy(
      again(() => csv.read<Order>(small.csv)),
      csv.write(path),
    ),
  );
  await once(large.gzip, (path) =>
    copy(
      again(() => csv.read<Order>(small.csv)),
      csv.write(path, { compression: 'gzip' }),
    ),
  );
  await once(large.ndjson, (path) =>
    copy(
      again(() => ndjson.read(small.ndjson)),
      ndjson.write(path),
    ),
  );
  await once(large.json, (path) =>
    copy(
      again(() => ndjson.read(small.ndjson)),
      json.write(path),
    ),
  );
  return large;
}

export async function megabytesOf(path: string): Promise<number> {
  return (await stat(path)).size / 1e6;
}

async function once(path: string, make: (path: string) => Promise<unknown>): Promise<void> {
  if (existsSync(path)) return;
  process.stderr.write(`making ${path}\n`);
  const partial = `${path}.partial`;
  await make(partial);
  await rename(partial, path);
}
