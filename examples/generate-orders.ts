import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/core/random.ts';
import { formatSize, size } from '../src/core/size.ts';

export interface GenerateOrdersOptions {
  /** Where the file goes; missing folders are made. */
  readonly path: string;
  /** The file ends with the first row that reaches this many bytes. Either this or `rows`. */
  readonly bytes?: number;
  /** How many rows the file gets, besides the header. Either this or `bytes`. */
  readonly rows?: number;
  /** The same seed gives the same file. @default 42 */
  readonly seed?: number;
  /** How many of the rows are bad, of 1. @default 0.002 */
  readonly badShare?: number;
  /** Called after each piece that was written. */
  readonly onProgress?: (written: { readonly rows: number; readonly bytes: number }) => void;
}

/** What is wrong with a bad row. Each has one fault only. */
export type Fault = 'ragged' | 'quantity' | 'status' | 'id';

/** What the file holds: the figures that the balance of a pipeline over it must show. */
export interface GeneratedOrders {
  /** Rows besides the header, bad ones included. */
  readonly rows: number;
  /** Rows that have a fault. */
  readonly bad: number;
  /** Rows that have no fault and the status `paid`. */
  readonly paid: number;
  readonly bytes: number;
  /** The bad rows by fault. */
  readonly faults: Readonly<Record<Fault, number>>;
}

export const ORDER_COLUMNS = [
  'id',
  'ts',
  'customer',
  'email',
  'country',
  'product',
  'qty',
  'price',
  'status',
  'comment',
] as const;

const PIECE = 256 * 1024;
const FIRST_ORDER = Date.UTC(2025, 0, 1);
const SECOND = 1000;

const FAULTS: readonly Fault[] = ['ragged', 'quantity', 'status', 'id'];
const STATUSES = ['paid', 'paid', 'pending', 'refunded', 'cancelled'];
const COUNTRIES = ['DE', 'US', 'FR', 'GB', 'NL', 'ES', 'IT', 'PL', 'SE', 'JP'];
const FIRST_NAMES = [
  'Zoë',
  'Łukasz',
  'Søren',
  'Ana María',
  'Björn',
  'Chloé',
  'John',
  'Priya',
  '太郎',
  'Наталья',
];
const LAST_NAMES = [
  'Müller',
  'Nowak',
  'Østergaard',
  'Núñez',
  'Åkesson',
  "O'Brien",
  'Smith',
  'Patel',
  '山田',
  'Ким',
];
const PRODUCTS = ['widget', 'gadget', 'doohickey', '19" rack', 'gizmo, large', 'cable, 2 m, "flat"'];
const COMMENTS = ['', 'ok', 'as agreed', 'leave at the door', 'call first', 'gift'];
const MESSY_COMMENTS = [
  'ring twice,\nthen wait',
  'she said "not before 9"',
  'first line\n\nthird line, after an empty one',
  '"quoted from start to end"',
  'Grüße, 谢谢 🎁',
];

/**
 * Writes a CSV file of orders as messy as real ones: quoted commas, quotes and line breaks, names
 * beyond ASCII, and by default about two bad rows in a thousand. Holds one piece of 256 KiB at a time and
 * writes it before it makes the next.
 *
 * @throws RangeError unless exactly one of `bytes` and `rows` is given, and for a seed that is no whole number.
 */
export async function generateOrders(options: GenerateOrdersOptions): Promise<GeneratedOrders> {
  const { path, bytes = Number.POSITIVE_INFINITY, rows = Number.POSITIVE_INFINITY } = options;
  const { seed = 42, badShare = 0.002 } = options;
  if ((options.bytes === undefined) === (options.rows === undefined)) {
    throw new RangeError('Cannot generate orders: give either bytes or rows');
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`Cannot generate orders: the seed is ${seed}`);
  const random = seededRandom(seed);
  const done = { rows: 0, bad: 0, paid: 0, bytes: 0, faults: { ragged: 0, quantity: 0, status: 0, id: 0 } };
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    let text = `${ORDER_COLUMNS.join(',')}\n`;
    while (done.rows < rows && done.bytes + text.length < bytes) {
      while (done.rows < rows && text.length < Math.min(PIECE, bytes - done.bytes)) {
        const fault = random() < badShare ? pick(FAULTS, random) : undefined;
        const status = pick(STATUSES, random);
        done.rows++;
        if (fault !== undefined) {
          done.bad++;
          done.faults[fault]++;
        } else if (status === 'paid') done.paid++;
        text += orderRow(done.rows, status, fault, random);
      }
      done.bytes += await append(file, text);
      text = '';
      options.onProgress?.({ rows: done.rows, bytes: done.bytes });
    }
    if (text !== '') done.bytes += await append(file, text);
  } finally {
    await file.close();
  }
  return done;
}

async function append(file: Awaited<ReturnType<typeof open>>, text: string): Promise<number> {
  const piece = Buffer.from(text);
  await file.appendFile(piece);
  return piece.length;
}

function orderRow(id: number, status: string, fault: Fault | undefined, random: () => number): string {
  const customer = `${pick(FIRST_NAMES, random)} ${pick(LAST_NAMES, random)}`;
  const messy = random() < 0.05;
  const fields = [
    fault === 'id' ? '' : `${id}`,
    new Date(FIRST_ORDER + id * SECOND).toISOString(),
    random() < 0.1 ? `${customer}, c/o "${pick(LAST_NAMES, random)} & Co"` : customer,
    `user${Math.floor(random() * 100_000)}@example.com`,
    pick(COUNTRIES, random),
    pick(PRODUCTS, random),
    fault === 'quantity' ? 'several' : `${1 + Math.floor(random() * 9)}`,
    (random() * 1000).toFixed(2),
    fault === 'status' ? 'lost' : status,
    messy ? pick(MESSY_COMMENTS, random) : `${pick(COMMENTS, random)} ${Math.floor(random() * 1e6)}`,
  ];
  if (fault === 'ragged') {
    if (random() < 0.5) fields.length -= 2;
    else fields.push('one field too many');
  }
  return `${fields.map(quoted).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)]!;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bytes: { type: 'string', default: '55MB' },
      seed: { type: 'string', default: '42' },
      out: { type: 'string', default: 'examples/out/orders.csv' },
    },
  });
  const made = await generateOrders({
    path: values.out,
    bytes: size(values.bytes),
    seed: Number(values.seed),
  });
  const { rows, bad, paid } = made;
  console.log(`${values.out}: ${formatSize(made.bytes)}, ${rows} rows, ${bad} of them bad, ${paid} paid`);
}

if (process.argv[1] === import.meta.filename) await main();
