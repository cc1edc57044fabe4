import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import { jsonReader } from '../../src/io/formats/json/json-reader.ts';
import { jsonWriter } from '../../src/io/formats/json/json-writer.ts';
import { ndjsonReader } from '../../src/io/formats/ndjson/ndjson-reader.ts';
import { ndjsonWriter } from '../../src/io/formats/ndjson/ndjson-writer.ts';
import { textReader } from '../../src/io/formats/text/text-reader.ts';
import { textWriter } from '../../src/io/formats/text/text-writer.ts';
import { readerConformance } from '../../src/testing/reader-conformance.ts';
import { type WriterCases, writerConformance } from '../../src/testing/writer-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

/** More than fit in a few pieces of 1 KiB, so that the work of the other thread overlaps with reading. */
const rows = Array.from({ length: 150 }, (_, id) => ({
  id,
  name: 'Zoë 日本 🚲',
  note: 'x'.repeat(id % 97),
}));
const lines = rows.map((row) => JSON.stringify(row));

type Options = { readonly chunkBytes?: number };
const readers: [string, (path: string, options?: Options) => Reader<unknown>, string, unknown[]][] = [
  ['ndjson', ndjsonReader, `\ufeff${lines.join('\r\n')}`, rows],
  ['json', jsonReader, `\ufeff[\n${lines.join(',\n')}\n]\n`, rows],
  ['text', textReader, `\ufeff${lines.join('\r\n')}`, lines],
];

for (const [name, make, text, output] of readers) {
  const zipped = gzipSync(text);
  const half = text.indexOf('\n', text.length / 2) + 1;
  const members = Buffer.concat([
    gzipSync(text.slice(0, half)),
    gzipSync(text.slice(half)),
    Buffer.alloc(100),
  ]);
  const path = folder.file(`x.${name}.gz`, zipped);
  const several = folder.file(`members.${name}.gz`, members);
  describe(`${name}.gz`, () => {
    const suite = readerConformance(name, () => make(path, { chunkBytes: 1024 }), {
      leaks: openFiles,
      output,
      chunked: (chunkBytes) => make(path, { chunkBytes }),
    });
    for (const one of suite) test(one.name, one.run);
  });
  describe(`${name}.gz of several members`, () => {
    const suite = readerConformance(name, () => make(several, { chunkBytes: 1024 }), {
      leaks: openFiles,
      output,
      chunked: (chunkBytes) => make(several, { chunkBytes }),
    });
    for (const one of suite) test(one.name, one.run);
  });
}

describe('json with bad records', () => {
  const path = folder.file('bad.json', '[1,\nbäd,{"a":2},{"a":tru},[,],3]');
  const suite = readerConformance('json', () => jsonReader(path, { chunkBytes: 4 }), {
    leaks: openFiles,
    output: [1, { a: 2 }, 3],
    bad: {
      make: (chunkBytes = 4) => jsonReader(path, { chunkBytes }),
      output: [1, { a: 2 }, 3],
      failures: 3,
    },
    chunked: (chunkBytes) => jsonReader(path, { chunkBytes }),
  });
  for (const one of suite) test(one.name, one.run);
});

const some = rows.slice(0, 100);
const someLines = lines.slice(0, 100);
const text = someLines.map((line) => `${line}\n`).join('');
const writers: [string, (path: string) => Writer<unknown>, object][] = [
  ['ndjson', ndjsonWriter, { input: some, output: text, empty: '', poison: 1n }],
  [
    'json',
    jsonWriter,
    { input: some, output: `[\n${someLines.join(',\n')}\n]\n`, empty: '[]\n', poison: 2n },
  ],
  [
    'text',
    textWriter as (path: string) => Writer<unknown>,
    { input: someLines, output: text, empty: '', poison: 4 },
  ],
];

for (const [name, make, cases] of writers) {
  describe(`${name}.gz`, () => {
    const subject = () => {
      const path = folder.path(`x.${name}.gz`);
      const written = () => (existsSync(path) ? gunzipSync(readFileSync(path)).toString() : undefined);
      return { writer: make(path), written };
    };
    const nothing = undefined;
    const all = { leaks: openFiles, nothing, ...cases } as WriterCases<unknown>;
    for (const one of writerConformance(name, subject, all)) test(one.name, one.run);
  });
}
