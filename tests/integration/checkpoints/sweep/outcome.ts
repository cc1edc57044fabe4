import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ZstdFrames } from '../../../../src/io/bytes/zstd-frames.ts';
import { postgresRows } from './postgres-schema.ts';
import type { Shape } from './shape.ts';
import { sqliteRows } from './sqlite-rows.ts';

/** What a job has left: its files, by their names, as they are but for their compression; its tables, by theirs. */
export interface Outcome {
  readonly files: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, Rows>>;
}

/** Where a checkpoint ends a member of gzip or a frame of zstd is no part of what a file says. */
const UNPACK: readonly (readonly [ending: string, unpack: (bytes: Buffer) => Buffer])[] = [
  ['.gz', (bytes) => gunzipSync(bytes)],
  [
    '.zst',
    (bytes) => Buffer.concat(new ZstdFrames().cut(bytes).map((frame) => zstdDecompressSync(frame.bytes))),
  ],
];

type Rows = readonly unknown[];

/** Tables, and how their rows are read. */
const TABLES: Readonly<Record<string, (folder: string, shape: Shape) => Rows | Promise<Rows>>> = {
  'quiet in SQLite': (folder) => sqliteRows(folder, 'quiet'),
  'tickets in SQLite': (folder) => sqliteRows(folder, 'tickets'),
  'orders in SQLite': (folder) => sqliteRows(folder, 'orders'),
  'quiet in PostgreSQL': (folder, { postgres }) =>
    postgres === undefined ? [] : postgresRows(postgres, folder, 'quiet'),
  'tickets in PostgreSQL': (folder, { postgres }) =>
    postgres === undefined ? [] : postgresRows(postgres, folder, 'tickets'),
};

/** A folder as it is named in the text of a dead letter. */
const shownIn = (folder: string) => JSON.stringify(folder + sep).slice(1, -1);

export async function outcomeOf(folder: string, shape: Shape): Promise<Outcome> {
  const out = join(folder, 'out');
  const entries = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const files = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(out, path).split(sep).join('/'), path] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, path]) => {
      const bytes = readFileSync(path);
      const unpack = UNPACK.find(([ending]) => name.endsWith(ending))?.[1];
      const text = (unpack === undefined ? bytes : unpack(bytes)).toString('latin1');
      return [name, text.replaceAll(shownIn(folder), '')];
    });
  const tables: [string, Rows][] = [];
  for (const [name, rowsOf] of Object.entries(TABLES)) tables.push([name, await rowsOf(folder, shape)]);
  return { files: Object.fromEntries(files), tables: Object.fromEntries(tables) };
}

/** What is different first, in words; nothing when all is the same. */
export function difference(found: Outcome, wanted: Outcome): string | undefined {
  for (const name of new Set([...Object.keys(wanted.files), ...Object.keys(found.files)])) {
    const [one, other] = [found.files[name], wanted.files[name]];
    if (one === other) continue;
    if (one === undefined) return `${name} is missing`;
    if (other === undefined) return `${name} is there, and should not`;
    let at = 0;
    while (one[at] === other[at]) at++;
    const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 80));
    return `${name} has ${around(one)} at byte ${at}, not ${around(other)}; ${one.length} bytes, not ${other.length}`;
  }
  for (const [name, rows] of Object.entries(wanted.tables)) {
    const given = found.tables[name]!;
    const row = rows.findIndex((one, index) => !isDeepStrictEqual(one, given[index]));
    if (row >= 0)
      return `row ${row + 1} of ${name} is ${JSON.stringify(given[row])}, not ${JSON.stringify(rows[row])}`;
    if (given.length !== rows.length) return `${name} has ${given.length} rows, not ${rows.length}`;
  }
  return undefined;
}
