import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const OUT = resolve(import.meta.dirname, '../out/real');

/** The 305 daily files of a retailer as one; `undefined` where the real data is absent. */
export async function retailFile(): Promise<string | undefined> {
  const folder = await unpacked();
  if (folder === undefined) return undefined;
  const path = join(OUT, 'retail.csv');
  if (existsSync(path)) return path;
  const days = await found(folder, /^\d{4}-\d{2}-\d{2}\.csv$/);
  const target = createWriteStream(path);
  for (const [index, day] of days.entries()) {
    const rows = await text(createReadStream(day));
    target.write(index === 0 ? rows : rows.slice(rows.indexOf('\n') + 1));
  }
  await new Promise<void>((done) => target.end(() => done()));
  return path;
}

/** Windows security events as NDJSON. */
export async function eventsFile(): Promise<string | undefined> {
  const folder = await unpacked();
  return folder === undefined ? undefined : (await found(folder, /^metasploit.*\.json$/))[0];
}

/** Art works as one pretty-printed array. */
export async function worksFile(): Promise<string | undefined> {
  const folder = await unpacked();
  return folder === undefined ? undefined : (await found(folder, /^tate-.*\.json$/))[0];
}

async function found(folder: string, name: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function unpacked(): Promise<string | undefined> {
  if (!existsSync(join(DATA, 'unpack.sh'))) {
    process.stderr.write(`  the real files are left out: there is no ${DATA}\n`);
    return undefined;
  }
  const folder = join(OUT, 'unpacked');
  if (!existsSync(folder)) {
    await mkdir(OUT, { recursive: true });
    const { status, stderr } = spawnSync('bash', [join(DATA, 'unpack.sh'), folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Cannot unpack the real files: ${stderr}`);
  }
  return folder;
}
