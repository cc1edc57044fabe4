import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, test } from 'vitest';
import type { Writer } from '../../src/interfaces/writer.ts';
import type { FileWriteOptions } from '../../src/io/bytes/file-options.ts';
import { ZstdFrames } from '../../src/io/bytes/zstd-frames.ts';
import { discard } from '../../src/io/memory/discard.ts';
import { withoutLeak } from '../../src/testing/without-leak.ts';
import { writerConformance } from '../../src/testing/writer-conformance.ts';
import { resumptionCases } from '../../src/testing/writer-resumption.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

const UNPACK: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  '': (bytes) => bytes,
  '.gz': gunzipSync,
  // That of Node stops behind the first frame.
  '.zst': (bytes) =>
    Buffer.concat(new ZstdFrames().cut(bytes).map((frame) => zstdDecompressSync(frame.bytes))),
};

/** All files beneath a folder by their paths, without their compression; also those that are unfinished. */
function contents(root: string, unpack: (bytes: Buffer) => Buffer): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const bytes = readFileSync(path);
      return [relative(root, path), path.endsWith('.partial') ? 'unfinished' : unpack(bytes).toString()];
    }),
  );
}

interface Way {
  readonly path: (file: string) => string;
  readonly options: FileWriteOptions;
  /** The records of each file, by its name, for the records of all. */
  readonly files: (records: readonly unknown[]) => Readonly<Record<string, readonly unknown[]>>;
  readonly staysWritten?: boolean;
}

/** Bytes that are gathered before a write, where others than 7 are tried: each test waits for the disk. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  'json.gz': [1, 256 * 2 ** 10],
  ndjson: [1, 7, 256 * 2 ** 10],
};

const chunks = (records: readonly unknown[], size: number): readonly unknown[][] =>
  Array.from({ length: Math.ceil(records.length / size) }, (_, n) => records.slice(n * size, (n + 1) * size));

const numbered = (n: number) => `${n + 1}`.padStart(5, '0');
const keyOf = (record: unknown) => `k${JSON.stringify(record).length % 3}`;

const WAYS: Readonly<Record<string, Way>> = {
  'one file': { path: (file) => file, options: {}, files: (records) => ({ '': records }) },
  'one new file': {
    path: (file) => file,
    options: { overwrite: false },
    files: (records) => ({ '': records }),
  },
  'files of three records': {
    path: (file) => file,
    options: { rotate: { records: 3 } },
    files: (records) => Object.fromEntries(chunks(records, 3).map((chunk, n) => [`-${numbered(n)}`, chunk])),
    staysWritten: true,
  },
  partitions: {
    path: (file) => join('{key}', file),
    options: { partitionBy: (record) => ({ key: keyOf(record) }), maxOpenFiles: 2 },
    files: (records) => Object.groupBy(records, keyOf) as Record<string, unknown[]>,
  },
  'partitions in files of two records': {
    path: (file) => `{key}-${file}`,
    options: {
      partitionBy: (record) => ({ key: keyOf(record) }),
      rotate: { records: 2 },
      maxOpenFiles: 2,
    },
    files: (records) => {
      const keys = Object.groupBy(records, keyOf) as Record<string, unknown[]>;
      return Object.fromEntries(
        Object.entries(keys).flatMap(([key, all]) =>
          chunks(all, 2).map((chunk, n) => [`${key}-${numbered(n)}`, chunk]),
        ),
      );
    },
    staysWritten: true,
  },
};

/** What each format makes of some of its records. */
const TEXTS: Readonly<Record<string, (records: readonly unknown[], all: readonly unknown[]) => string>> = {
  csv: (records, all) => {
    const lines = FORMATS['csv']!.text.split(/(?<=\n)/);
    return lines[0] + records.map((record) => lines[all.indexOf(record) + 1]).join('');
  },
  ndjson: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  json: (records) => `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`,
  text: (records) => records.map((record) => `${record}\n`).join(''),
};

/** The name of a file by what distinguishes it, as the way makes it. */
function nameOf(way: string, which: string, name: string, ending: string): string {
  if (way === 'partitions') return join(which, `x.${name}${ending}`);
  if (way.startsWith('partitions')) {
    const [key, part] = which.split(/-/);
    return `${key}-x-${part}.${name}${ending}`;
  }
  return `x${which}.${name}${ending}`;
}

for (const [name, format] of Object.entries(FORMATS)) {
  for (const [way, { path, options, files, staysWritten = false }] of Object.entries(WAYS)) {
    for (const [ending, unpack] of Object.entries(UNPACK)) {
      for (const bufferBytes of SIZES[`${name}${ending}`] ?? [7]) {
        const write = (root: string): Writer<unknown> =>
          format.write(join(root, path(`x.${name}${ending}`)), { ...options, bufferBytes, level: undefined });
        const make = () => {
          const root = folder.path('out');
          mkdirSync(root);
          return { writer: write(root), written: () => contents(root, unpack) };
        };
        const one = way.startsWith('one');
        const input = format.records.slice(0, 11);
        const output = Object.fromEntries(
          Object.entries(files(input)).map(([which, records]) => [
            nameOf(way, which, name, ending),
            TEXTS[name]!(records, format.records),
          ]),
        );
        describe(`${name} to ${way}${ending}, ${bufferBytes} bytes at once`, () => {
          const suite = resumptionCases(make, {
            input,
            output,
            nothing: {},
            empty: one ? { [nameOf(way, '', name, ending)]: format.empty } : {},
            staysWritten,
            poison: format.poison,
          });
          for (const [title, run] of suite) test(title, () => withoutLeak(run, openFiles));
        });
      }
    }
  }
}

const BEFORE: Readonly<Record<string, string>> = {
  csv: 'id,note\n0,"there before"\n',
  ndjson: '{"there":"before"}',
  text: 'there before',
};

for (const [name, before] of Object.entries(BEFORE)) {
  const { write, records, text, poison } = FORMATS[name]!;
  const lines = name === 'csv' ? text.slice(text.indexOf('\n') + 1) : text;
  const whole = before.endsWith('\n') ? before : `${before}\n`;
  const written = (content: string) => ({ text: content, partial: 0 });
  describe(`${name} appended to a file`, () => {
    const make = () => {
      const path = folder.file(`x.${name}`, before);
      return { writer: write(path, { append: true, bufferBytes: 7 }), written: () => folder.content(path) };
    };
    const suite = writerConformance(name, make, {
      leaks: openFiles,
      input: records,
      output: written(whole + lines),
      nothing: written(before),
      empty: written(before),
      poison,
      resumes: true,
    });
    for (const { name: title, run } of suite) test(title, run);
  });
}

describe('discard', () => {
  const make = () => ({ writer: discard<number>(), written: () => null });
  const cases = { input: [1, 2, 3], output: null, nothing: null, empty: null, resumes: true };
  for (const { name, run } of writerConformance('discard', make, cases)) test(name, run);
});
