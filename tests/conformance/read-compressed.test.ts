import { zstdCompressSync } from 'node:zlib';
import { describe, test } from 'vitest';
import { readerConformance } from '../../src/testing/reader-conformance.ts';
import { COMPRESSIONS } from './compressions.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

for (const [compression, { ending, options, pack }] of Object.entries(COMPRESSIONS)) {
  for (const [name, { read, records, text, bad }] of Object.entries(FORMATS)) {
    const file = (content: Uint8Array) => {
      const path = folder.file(`x.${name}${ending}`, content);
      return (chunkBytes = 64) => read(path, { chunkBytes, ...options });
    };
    const reading = file(pack(text));
    const followed = Buffer.concat([pack(text), Buffer.from('more')]);
    describe(`${name} by ${compression}`, () => {
      const suite = readerConformance(name, reading, {
        leaks: openFiles,
        output: records,
        chunked: reading,
        failing: { make: file(followed), before: records },
        ...(bad && { bad: { make: file(pack(bad)), output: records, failures: 2 } }),
      });
      for (const one of suite) test(one.name, one.run);
    });
  }
}

for (const [name, { read, records, text }] of Object.entries(FORMATS)) {
  const half = text.indexOf('\n', text.length / 2) + 1;
  const frames = [text.slice(0, half), '', text.slice(half)].map((part) => zstdCompressSync(part));
  const path = folder.file(`frames.${name}.zst`, Buffer.concat([...frames, Buffer.alloc(100)]));
  const reading = (chunkBytes = 64) => read(path, { chunkBytes });
  describe(`${name} by several frames of zstd`, () => {
    const suite = readerConformance(name, reading, { leaks: openFiles, output: records, chunked: reading });
    for (const one of suite) test(one.name, one.run);
  });
}
