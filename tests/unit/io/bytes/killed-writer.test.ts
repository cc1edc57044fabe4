import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import type { Sink, Writer } from '../../../../src/interfaces/writer.ts';
import type { FileWriteOptions } from '../../../../src/io/bytes/file-options.ts';
import { type FileSystem, nodeFileSystem } from '../../../../src/io/bytes/file-system.ts';
import { fileWriter } from '../../../../src/io/bytes/file-writer.ts';
import { ZstdFrames } from '../../../../src/io/bytes/zstd-frames.ts';
import { CsvEncoder } from '../../../../src/io/formats/csv/csv-encoder.ts';
import { CsvWriteSchema } from '../../../../src/io/formats/csv/csv-write-options.ts';
import { ArrayEncoder } from '../../../../src/io/formats/json/json-writer.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { errno, faultyFileSystem } from '../faulty-file-system.ts';
import { type MortalFileSystem, mortalFileSystem } from '../mortal-file-system.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';

interface Row {
  readonly k: string;
  readonly n: number;
}

const ROWS: readonly Row[] = Array.from({ length: 8 }, (_, n) => ({ k: `k${(n * n) % 3}`, n }));

/** Rows of a batch; a checkpoint follows each. */
const AT_ONCE = 2;

const PACK = {
  '': (text: string) => text,
  '.gz': (text: string) => gzipSync(text),
  '.zst': (text: string) => zstdCompressSync(text),
};

const UNPACK = {
  '': (bytes: Buffer) => bytes,
  '.gz': (bytes: Buffer) => gunzipSync(bytes),
  '.zst': (bytes: Buffer) =>
    Buffer.concat(new ZstdFrames().cut(bytes).map((frame) => zstdDecompressSync(frame.bytes))),
};

interface Way {
  readonly path: string;
  readonly options: FileWriteOptions;
  readonly json?: boolean;
  /** What is there already. */
  readonly before?: string;
}

const WAYS: Readonly<Record<string, Way>> = {
  'one file': { path: 'x', options: { mkdir: true, bufferBytes: 5 } },
  'one JSON array': { path: 'x', options: {}, json: true },
  'one new file': { path: 'x', options: { overwrite: false } },
  'one that is appended to': { path: 'x', options: { append: true }, before: 'k,n\nk9,9\n' },
  'a rotated file': { path: 'x', options: { rotate: { records: 3 } } },
  'a rotated new file': { path: 'x', options: { rotate: { records: 3 }, overwrite: false } },
  partitions: { path: '{k}/x', options: { partitionBy: 'k', maxOpenFiles: 2 }, json: true },
  'rotated partitions': {
    path: '{k}-x',
    options: { partitionBy: 'k', rotate: { records: 2 }, maxOpenFiles: 1, bufferBytes: 1 },
  },
};

type Make = (folder: string, fileSystem: FileSystem) => Writer<Row>;

function making({ path, options, json = false }: Way, ending: string): Make {
  const encoder = () => (json ? new ArrayEncoder() : new CsvEncoder<Row>(CsvWriteSchema.parse({}), true));
  return (folder, fileSystem) =>
    fileWriter<Row>({
      name: 'rows',
      path: join(folder, path + ending),
      options,
      encoder,
      resumable: true,
      fileSystem,
    });
}

/** What a process leaves to the next: how many rows the last complete checkpoint has, and what the sink gave to it. */
interface Left {
  readonly rows: number;
  readonly from: unknown;
}

function opened(writer: Writer<Row>, from: unknown): Promise<Sink<Row>> {
  const context = { signal: new AbortController().signal, clock: virtualClock(), wrote: () => {} };
  return writer.open({ ...context, checkpointed: true, ...(from === undefined ? {} : { from }) });
}

/** As the engine does it: a checkpoint before the first row, one behind each batch, and one before the end. */
async function runs(writer: Writer<Row>, left: Left, keep: (left: Left) => void): Promise<void> {
  const sink = await opened(writer, left.from);
  const checkpoint = async (rows: number) => {
    const from: unknown = JSON.parse(JSON.stringify(await sink.prepare!(rows)));
    keep({ rows, from });
    await sink.commit!(rows);
  };
  await checkpoint(left.rows);
  for (let rows = left.rows; rows < ROWS.length; rows += AT_ONCE) {
    await sink.write(batch(ROWS.slice(rows, rows + AT_ONCE), new CountedOrigin('test', rows + 1)));
    await checkpoint(rows + AT_ONCE);
  }
  await sink.close();
}

function contents(folder: string, ending: keyof typeof UNPACK): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const bytes = readFileSync(path);
      const text = path.endsWith('.partial') ? 'unfinished' : UNPACK[ending](bytes).toString();
      return [relative(folder, path), text];
    }),
  );
}

const START: Left = { rows: 0, from: undefined };

interface Case {
  readonly make: Make;
  readonly ending: keyof typeof PACK;
  readonly folder: () => TempFolder;
  readonly expected: Record<string, string>;
}

async function caseOf(way: Way, ending: keyof typeof PACK): Promise<Case> {
  const make = making(way, ending);
  const folder = () => {
    const made = tempFolder();
    if (way.before !== undefined) made.write(way.path + ending, PACK[ending](way.before));
    return made;
  };
  const one = folder();
  await runs(make(one.path, nodeFileSystem), START, () => {});
  return { make, ending, folder, expected: contents(one.path, ending) };
}

/** Each case is tried at a hundred calls. */
const COMPRESSED = {
  '.gz': ['one file', 'one that is appended to', 'rotated partitions'],
  '.zst': ['one JSON array', 'partitions'],
};

const CASES = Object.entries(WAYS).flatMap(([name, way]) =>
  (['', '.gz', '.zst'] as const)
    .filter((ending) => ending === '' || COMPRESSED[ending].includes(name))
    .map((ending) => [name + ending, way, ending] as const),
);

/** Two lives that end too early, and one that does not; returns whether the first did. */
async function threeLives({ make, ending, folder, expected }: Case, deathAt: number, torn: boolean) {
  const { path, open } = folder();
  let left = START;
  const keep = (now: Left) => {
    left = now;
  };
  const live = async (mortal: MortalFileSystem) => {
    const died = await runs(make(path, mortal.fileSystem), left, keep).then(
      () => false,
      () => true,
    );
    await mortal.bury();
    return died;
  };
  const died = await live(mortalFileSystem(deathAt, torn));
  // Before the first checkpoint nobody knows of an unfinished file.
  const orphaned = left.from === undefined;
  if (died) await live(mortalFileSystem(1 + (deathAt % 7), torn));
  await runs(make(path, nodeFileSystem), left, keep);
  const found = Object.entries(contents(path, ending));
  expect(
    Object.fromEntries(found.filter(([name]) => !orphaned || !name.endsWith('.partial'))),
    `killed at call ${deathAt}`,
  ).toEqual(expected);
  expect(open()).toEqual([]);
  return died;
}

describe('killed at each call of the file system, and started again', () => {
  test.each(CASES)('%s: the output is that of an undisturbed run', async (_name, way, ending) => {
    const one = await caseOf(way, ending);
    for (const torn of ending === '' ? [false, true] : [false]) {
      let deathAt = 1;
      while (await threeLives(one, deathAt, torn)) deathAt++;
      expect(deathAt).toBeGreaterThan(9);
    }
  });
});

/** As the engine does it when things fail: a batch is tried again, a checkpoint is left to the next one. */
async function perseveres(writer: Writer<Row>, keep: (left: Left) => void): Promise<void> {
  const sink = await opened(writer, undefined);
  const checkpoint = async (rows: number) => {
    const from: unknown = JSON.parse(JSON.stringify(await sink.prepare!(rows)));
    keep({ rows, from });
    await sink.commit!(rows).catch(() => {});
  };
  try {
    await checkpoint(0).catch(() => checkpoint(0));
    for (let rows = 0; rows < ROWS.length; rows += AT_ONCE) {
      const write = async () =>
        sink.write(batch(ROWS.slice(rows, rows + AT_ONCE), new CountedOrigin('test', rows + 1)));
      await write().catch(write);
      await checkpoint(rows + AT_ONCE).catch(() => {});
    }
    await checkpoint(ROWS.length).catch(() => checkpoint(ROWS.length));
  } catch (error) {
    await sink.suspend!();
    throw error;
  }
  await sink.close();
}

const CALLS = [
  'open',
  'stat',
  'mkdir',
  'write',
  'sync',
  'read',
  'close',
  'rename',
  'link',
  'unlink',
] as const;

describe('a call of the file system fails', () => {
  test.each(CASES)('%s: nothing is lost, here or in the next run', async (_name, way, ending) => {
    const { make, folder, expected } = await caseOf(way, ending);
    let failures = 0;
    for (const call of CALLS) {
      for (let nth = 1, reached = true; reached; nth++) {
        reached = false;
        const { path, open } = folder();
        const fileSystem = faultyFileSystem((one, count) => {
          if (one !== call || count !== nth) return undefined;
          reached = true;
          return errno(nth % 2 === 0 ? 'EIO' : 'ENOSPC');
        });
        let left = START;
        const keep = (now: Left) => {
          left = now;
        };
        const error = await perseveres(make(path, fileSystem), keep).catch((thrown: unknown) => thrown);
        if (error !== undefined) {
          failures++;
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(IO|SPACE)$/) });
          await runs(make(path, nodeFileSystem), left, keep);
        }
        expect(contents(path, ending), `${call} ${nth}`).toEqual(expected);
        expect(open()).toEqual([]);
      }
    }
    expect(failures).toBeGreaterThan(3);
  });
});
