import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { FilesPosition } from '../../src/io/bytes/file-position.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { ndjsonReader } from '../../src/io/formats/ndjson/ndjson-reader.ts';
import { textReader } from '../../src/io/formats/text/text-reader.ts';
import { probeReader } from '../../src/testing/reader-probe.ts';
import { tempFolder } from '../unit/io/temp-folder.ts';

/** Records as the text of a file of a format, and a reader of all such files in a folder that gives them back. */
interface Kind {
  readonly text: (records: readonly string[], first: boolean) => string;
  readonly reader: (glob: string) => Reader<unknown>;
  readonly record: (found: unknown) => unknown;
}

const PIECES = { chunkBytes: 64 };

const KINDS: Readonly<Record<string, Kind>> = {
  text: {
    text: (records) => records.map((record) => `${record}\n`).join(''),
    reader: (glob) => textReader(glob, PIECES),
    record: (found) => found,
  },
  csv: {
    text: (records, first) =>
      `${first ? 'a,b\n' : ''}${records.map((record) => `${record},"x\ny"\n`).join('')}`,
    reader: (glob) => csvReader(glob, PIECES),
    record: (found) => (found as { readonly a: string }).a,
  },
  ndjson: {
    text: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    reader: (glob) => ndjsonReader(glob, PIECES),
    record: (found) => found,
  },
};

const PACKINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  plain: (text) => Buffer.from(text),
  gzip: (text) => gzipSync(text),
  zstd: (text) => zstdCompressSync(Buffer.from(text)),
};

/** What becomes of a file while no run is there. */
const CHANGES = ['nothing', 'grown', 'replaced', 'cut', 'removed'] as const;

const file = fc.record({
  /** How many records its members have: gzip and zstd begin a new one for each. */
  members: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
  /** Most stay, so that a run often can go on. */
  change: fc.constantFrom(...CHANGES, 'nothing', 'nothing', 'grown'),
});

const life = fc.record({
  files: fc.array(file, { minLength: 1, maxLength: 4 }),
  /** Names of new files sort behind those of so many. */
  fresh: fc.array(fc.nat(4), { maxLength: 2 }),
  batches: fc.nat(30),
  again: fc.nat(30),
});

async function taken(reader: Reader<unknown>, batches: number, from?: unknown) {
  const probe = probeReader(reader, { from });
  try {
    await (Number.isFinite(batches) ? probe.request(batches) : probe.rest());
    return { records: probe.records, position: structuredClone(probe.position) as FilesPosition };
  } finally {
    await probe.close();
  }
}

describe.each(Object.entries(PACKINGS))('files of %s that change while no run is there', (_packing, pack) => {
  test.each(Object.entries(KINDS))('give each record of %s once, or an error', async (_kind, kind) => {
    await fc.assert(
      fc.asyncProperty(life, async ({ files, fresh, batches, again }) => {
        const folder = tempFolder();
        const named = (index: number) => join(folder.path, `file-${index}-0`);
        const bytesOf = (records: readonly string[], first: boolean) => pack(kind.text(records, first));
        const holds = new Map<string, readonly string[]>();
        for (const [index, { members }] of files.entries()) {
          const path = named(index);
          writeFileSync(path, '');
          const all: string[] = [];
          for (const [part, count] of members.entries()) {
            const records = Array.from({ length: count }, (_, n) => `file ${index} part ${part} record ${n}`);
            appendFileSync(path, bytesOf(records, part === 0));
            all.push(...records);
          }
          holds.set(path, all);
        }
        const reader = kind.reader(join(folder.path, 'file-*'));
        const first = await taken(reader, batches);
        const { done, file: place } = first.position;
        // Nothing is known of them before they have been looked for.
        const known = first.position.files;
        const inWork = place === undefined ? undefined : known[done];

        let refused = false;
        for (const [index, { change }] of files.entries()) {
          const path = named(index);
          const isDone = known.slice(0, done).includes(path);
          const before = holds.get(path)!;
          const more = [`grown ${index}`, 'by two'];
          const other = Array.from({ length: 7 }, (_, n) => `other ${index} ${n}`);
          if (change === 'grown') appendFileSync(path, bytesOf(more, false));
          if (change === 'replaced') writeFileSync(path, bytesOf(other, true));
          if (change === 'cut') writeFileSync(path, bytesOf(before.slice(0, 1), true));
          if (change === 'removed') rmSync(path);
          const now = {
            nothing: before,
            grown: [...before, ...more],
            replaced: other,
            cut: before.slice(0, 1),
          };
          const found = change === 'removed' ? undefined : now[change];
          if (isDone) continue;
          if (path === inWork)
            refused ||= ['replaced', 'removed'].includes(change) || (change === 'cut' && before.length > 1);
          else refused ||= found === undefined && known.includes(path);
          if (found === undefined) holds.delete(path);
          else holds.set(path, found);
        }
        for (const [index, after] of fresh.entries()) {
          const path = join(folder.path, `file-${after}-${index + 1}`);
          writeFileSync(path, bytesOf([`new ${index}`, 'of two'], true));
          holds.set(path, [`new ${index}`, 'of two']);
        }

        const rest = async () => {
          // Once more in between, from what the second run says.
          const middle = await taken(reader, again, first.position);
          const last = await taken(reader, Number.POSITIVE_INFINITY, middle.position);
          return [...middle.records, ...last.records];
        };
        if (refused) {
          await expect(rest()).rejects.toMatchObject({ code: 'ERR_CHANGED' });
          return;
        }
        if (holds.size === 0) {
          await expect(rest()).rejects.toMatchObject({ code: 'ERR_NO_MATCH' });
          return;
        }
        const finished = known.slice(0, done);
        const left = [...holds.keys()].sort().filter((path) => !finished.includes(path) && path !== inWork);
        const order = [...finished, ...(inWork === undefined ? [] : [inWork]), ...left];
        const records = [...first.records, ...(await rest())].map(kind.record);
        expect(records).toEqual(order.flatMap((path) => holds.get(path)!));
      }),
      { numRuns: 25 },
    );
  });
});
