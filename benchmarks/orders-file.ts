import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateOrders } from '../examples/generate-orders.ts';

/** An orders file and what a job over it must write. */
export interface OrdersFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly paid: number;
}

const OUT = join(import.meta.dirname, 'out');
const MEGABYTE = 1e6;

/** A generated orders file of about `megabytes`; made once, then taken from `out/`. `badShare`: how many rows are bad, of 1. */
export async function ordersFile(megabytes: number, badShare?: number): Promise<OrdersFile> {
  const path = join(OUT, `orders-${megabytes}MB${badShare === 0 ? '-clean' : ''}.csv`);
  const known = `${path}.json`;
  if (!existsSync(known)) {
    process.stderr.write(`making ${path}\n`);
    const { bytes, rows, paid } = await generateOrders({
      path,
      bytes: megabytes * MEGABYTE,
      ...(badShare !== undefined && { badShare }),
    });
    await writeFile(known, JSON.stringify({ bytes, rows, paid }));
  }
  return { path, ...JSON.parse(readFileSync(known, 'utf8')) };
}

/** The rows of `file`, `times` times over under one header: quicker made than as many new rows. */
export async function repeatedOrders(file: OrdersFile, times: number): Promise<OrdersFile> {
  const path = file.path.replace(/\.csv$/, `-x${times}.csv`);
  const bytes = await headerBytes(file.path);
  const whole = {
    path,
    bytes: bytes + times * (file.bytes - bytes),
    rows: times * file.rows,
    paid: times * file.paid,
  };
  const there = await stat(path).catch(() => undefined);
  if (there?.size === whole.bytes) return whole;
  process.stderr.write(`making ${path}\n`);
  const partial = createWriteStream(`${path}.partial`);
  for (let time = 0; time < times; time++) {
    for await (const chunk of createReadStream(file.path, { start: time === 0 ? 0 : bytes })) {
      if (!partial.write(chunk)) await once(partial, 'drain');
    }
  }
  partial.end();
  await once(partial, 'close');
  await rename(`${path}.partial`, path);
  return whole;
}

async function headerBytes(path: string): Promise<number> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
  await file.close();
  return buffer.indexOf(0x0a) + 1;
}
