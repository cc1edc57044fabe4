import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../../src/interfaces/failure.ts';
import { ZstdFrames } from '../../../src/io/bytes/zstd-frames.ts';
import { verifyCheckpoint } from '../../../src/processing/checkpoint/checkpoint-file.ts';
import {
  CHECKPOINT_FORMAT,
  headBytes,
  readHead,
} from '../../../src/processing/checkpoint/checkpoint-format.ts';
import { JOBS } from './jobs.ts';
import { runJob } from './run-job.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-old-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function folderOf(name: string, from?: string): string {
  const folder = join(root, name);
  if (from === undefined) mkdirSync(folder);
  else cpSync(from, folder, { recursive: true });
  return folder;
}

/** The text of a file; where members of it end depends on where checkpoints were made. */
function textOf(folder: string, name: string): string {
  const bytes = readFileSync(join(folder, name));
  if (name.endsWith('.gz')) return gunzipSync(bytes).toString();
  if (!name.endsWith('.zst')) return bytes.toString();
  return Buffer.concat(
    new ZstdFrames().cut(bytes).map((frame) => zstdDecompressSync(frame.bytes)),
  ).toString();
}

/** The rows of the table of a database, in the order in which it took them. */
function rowsIn(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('SELECT * FROM orders ORDER BY rowid').all();
  } finally {
    database.close();
  }
}

/** What is to be the same whenever and by whichever version it was written: of dead letters not when, and in what words. */
function contentOf(folder: string, name: string): unknown {
  if (name.endsWith('.db')) return rowsIn(join(folder, name));
  const text = textOf(folder, name);
  if (!name.startsWith('rejects')) return text;
  const letters = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DeadLetter);
  return letters.map(({ record, raw, origin, error }) => ({ record, raw, origin, code: error.code }));
}

const checkpointsIn = (state: string) => readdirSync(state).filter((name) => name.endsWith('.checkpoint'));

const FORMATS = Array.from({ length: CHECKPOINT_FORMAT }, (_, index) => index + 1);
const CASES = FORMATS.flatMap((format) => Object.keys(JOBS).map((job) => [format, job] as const));

describe.each(CASES)('a checkpoint of format %i of the job "%s"', (format, job) => {
  const left = join(import.meta.dirname, `format-${format}`, job);
  const state = join('state', job);

  test('is there, whole, and of that format', () => {
    const names = checkpointsIn(join(left, state));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const checkpoint = verifyCheckpoint(readFileSync(join(left, state, name)), name);
      expect(checkpoint).toMatchObject({ format, pipeline: job });
    }
    const kept = readdirSync(join(left, state)).filter((name) => name.endsWith('.kept'));
    expect(kept.length > 0).toBe(job === 'sorted' || job === 'table');
  });

  // What its files are called by everywhere is a name that Linux has.
  test.runIf(process.platform === 'linux')(
    'is gone on with, to the output of an undisturbed run',
    async () => {
      const folder = folderOf(`${format}-${job}`, left);
      const whole = folderOf(`${format}-${job}-whole`);
      const rest = await runJob(folder, job, 'rest');
      const undisturbed = await runJob(whole, job, 'whole');
      expect(rest).toMatchObject({ state: 'done', resumed: [expect.any(Number)] });
      expect(rest.balance).toEqual(undisturbed.balance);
      for (const name of JOBS[job]!.output) expect(contentOf(folder, name)).toEqual(contentOf(whole, name));
      const files = (of: string) => readdirSync(of).filter((name) => name !== 'state');
      expect(files(folder)).toEqual(files(whole));
    },
  );

  test('of which only the format is a later one is refused, and no older one is taken instead', async () => {
    const folder = folderOf(`${format}-${job}-later`, left);
    const names = checkpointsIn(join(folder, state));
    expect(names.length).toBeGreaterThan(1);
    const newest = join(folder, state, names.at(-1)!);
    const bytes = readFileSync(newest);
    const later = headBytes(CHECKPOINT_FORMAT + 1, '99.0.0');
    writeFileSync(newest, Buffer.concat([later, bytes.subarray(readHead(bytes)!.end)]));
    const there = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const before = there();
    await expect(runJob(folder, job, 'rest')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT_VERSION',
      message: expect.stringMatching(
        /millrace 99\.0\.0 wrote it in format \d+, and this one, .*, knows formats up to/,
      ),
    });
    const { input } = JOBS[job]!;
    expect(there().filter((name) => !Object.hasOwn(input, name))).toEqual(before);
  });
});

// What its files are called by everywhere is a name that Linux has.
describe.runIf(process.platform === 'linux').each(FORMATS)(
  'a checkpoint of format %i whose transaction was lost, as of a run that was killed before it was committed,',
  (format) => {
    const left = join(import.meta.dirname, `format-${format}`, 'table');

    /** The folder as it was before the commit: what was in the transaction is in the file beside the checkpoint only. */
    function uncommitted(name: string): string {
      const folder = folderOf(`${format}-${name}`, left);
      const database = new DatabaseSync(join(folder, 'orders.db'));
      database.exec('DROP TABLE orders; DELETE FROM millrace_outputs');
      database.close();
      return folder;
    }

    test('is gone on with, and what was in it is written once more', async () => {
      const folder = uncommitted('lost');
      const whole = folderOf(`${format}-lost-whole`);
      const rest = await runJob(folder, 'table', 'rest');
      const undisturbed = await runJob(whole, 'table', 'whole');
      expect(rest).toMatchObject({ state: 'done', balance: undisturbed.balance });
      expect(rowsIn(join(folder, 'orders.db'))).toEqual(rowsIn(join(whole, 'orders.db')));
    });

    test('is not passed over where it was not lost: an older checkpoint would give its rows twice', async () => {
      const folder = folderOf(`${format}-committed`, left);
      const path = join(folder, 'state', 'table', '1-1.kept');
      writeFileSync(path, readFileSync(path).fill(0));
      const before = rowsIn(join(folder, 'orders.db'));
      await expect(runJob(folder, 'table', 'rest')).rejects.toMatchObject({ code: 'ERR_CHANGED' });
      expect(rowsIn(join(folder, 'orders.db'))).toEqual(before);
    });

    test('is passed over where what was in it has changed', async () => {
      const folder = uncommitted('changed');
      const whole = folderOf(`${format}-changed-whole`);
      const path = join(folder, 'state', 'table', '1-1.kept');
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
      expect(await runJob(folder, 'table', 'rest')).toMatchObject({ state: 'done', resumed: [1] });
      await runJob(whole, 'table', 'whole');
      expect(rowsIn(join(folder, 'orders.db'))).toEqual(rowsIn(join(whole, 'orders.db')));
    });
  },
);
