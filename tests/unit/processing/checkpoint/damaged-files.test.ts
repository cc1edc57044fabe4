import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../../../src/processing/checkpoint/checkpoint-file.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import { fileName } from '../../../../src/processing/checkpoint/directory-view.ts';
import type { FilePrint, RunManifest } from '../../../../src/processing/checkpoint/run-manifest.ts';
import { of } from './checkpointed-run.ts';
import { type Disk, disk } from './durable.ts';
import { beginSorting, killedSorting, ROWS, type Row } from './sorting-run.ts';

let root: string;
let folder: string;
/** What the killed run has left. */
let copy: string;
let out: Disk<Row>;
let left: readonly Row[];
let sorted: readonly Row[];
let newest: number;

const inside = (name: string) => join(folder, 'sorted', name);
const manifestOf = (id: number) =>
  decodeCheckpoint(readFileSync(inside(fileName(id))), `${id}`).manifest as RunManifest;

const begin = () => beginSorting(directoryStore(folder), out);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-'));
  [folder, copy] = [join(root, 'whole'), join(root, 'copy')];
  out = disk();
  await begin().live.done;
  sorted = out.records;

  folder = join(root, 'left');
  out = disk();
  newest = await killedSorting(directoryStore(folder), out);
  cpSync(folder, copy, { recursive: true });
  left = [...out.records];
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Puts all back as the killed run has left it. */
function leave(): void {
  rmSync(folder, { recursive: true });
  cpSync(copy, folder, { recursive: true });
  out = { ...disk(), records: [...left] };
}

const pathOf = ([name]: FilePrint) => inside(`${name}.kept`);

/** A file of a checkpoint, with bytes that the one before it does not have. */
function ownOf(id: number): { readonly print: FilePrint; readonly from: number } {
  const before = new Map(manifestOf(id - 1).prints?.map((print) => [print[0], print[1]]));
  const own = manifestOf(id).prints?.find(([name, bytes]) => bytes > (before.get(name) ?? 0));
  expect(own).toBeDefined();
  return { print: own!, from: before.get(own![0]) ?? 0 };
}

const DAMAGES: Readonly<Record<string, (id: number) => void>> = {
  'is shorter'(id) {
    const { print } = ownOf(id);
    truncateSync(pathOf(print), print[1] - 1);
  },
  'has another byte'(id) {
    const { print, from } = ownOf(id);
    const bytes = readFileSync(pathOf(print));
    bytes[(from + print[1]) >> 1]! ^= 1;
    writeFileSync(pathOf(print), bytes);
  },
  'ends where it did for the one before'(id) {
    const { print, from } = ownOf(id);
    truncateSync(pathOf(print), from);
  },
};

describe('a run of whose newest checkpoint a file beside it', () => {
  async function goesOnFrom(checkpoint: number, damaged: readonly number[]): Promise<void> {
    const { live, events } = begin();
    const { balance } = await live.done;
    expect(of(events, 'resumed')).toMatchObject([{ checkpoint, damaged }]);
    expect(out.records).toEqual(sorted);
    expect(balance).toMatchObject({ read: ROWS, written: ROWS, closed: true });
  }

  test('is as it was goes on from that, also where the file has grown since', async () => {
    leave();
    expect(manifestOf(newest).files!.length).toBeGreaterThan(0);
    const { print } = ownOf(newest);
    writeFileSync(pathOf(print), Buffer.concat([readFileSync(pathOf(print)), Buffer.from('more')]));
    await goesOnFrom(newest, []);
  });

  test.each(Object.entries(DAMAGES))('%s goes on from the one before, and says so', async (_, damage) => {
    leave();
    damage(newest);
    await goesOnFrom(newest - 1, [newest]);
  });

  test('and of the one before are damaged goes on from one that is older still', async () => {
    leave();
    for (const id of [newest, newest - 1]) DAMAGES['has another byte']!(id);
    await goesOnFrom(newest - 2, [newest, newest - 1]);
  });

  test('is gone, and of all others, too, fails, says so, and leaves all as it is, as often as it is tried', async () => {
    leave();
    for (const name of readdirSync(inside(''))) if (name.endsWith('.kept')) rmSync(inside(name));
    const before = readdirSync(inside(''));
    for (let tries = 0; tries < 3; tries++) {
      const { live } = begin();
      await expect(live.done).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringMatching(
          /none of its \d+ checkpoints is whole; .* files beside it are missing: "1-1"/,
        ),
        hint: expect.any(String),
      });
      expect(readdirSync(inside(''))).toEqual(before);
      expect(out.records).toEqual(left);
    }
  });
});
