import { gzipSync } from 'node:zlib';
import { describe, test } from 'vitest';
import { readerConformance } from '../../src/testing/reader-conformance.ts';
import { type Packed, tar, zip } from '../unit/io/bytes/archives/packing.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

const KINDS: Readonly<Record<string, (files: readonly Packed[]) => Promise<Buffer>>> = {
  zip,
  tar,
  tgz: async (files) => gzipSync(await tar(files)),
};

for (const [kind, pack] of Object.entries(KINDS)) {
  for (const [name, { read, records, text, bad }] of Object.entries(FORMATS)) {
    const good = await pack([
      ['a', text],
      ['b/c.gz', gzipSync(text)],
    ]);
    const path = folder.file(`x.${kind}`, good);
    const broken = folder.file(
      `x.${kind}`,
      await pack([
        ['a', text],
        ['b.gz', gzipSync(text).subarray(0, -8)],
      ]),
    );
    const badPath =
      bad &&
      folder.file(
        `x.${kind}`,
        await pack([
          ['a', bad],
          ['b', text],
        ]),
      );
    const output = [...records, ...records];
    const suite = readerConformance(name, () => read(path, { chunkBytes: 64 }), {
      leaks: openFiles,
      output,
      chunked: (chunkBytes) => read(path, { chunkBytes }),
      failing: { make: () => read(broken, { chunkBytes: 64 }), before: output },
      ...(badPath && {
        bad: { make: (chunkBytes = 64) => read(badPath, { chunkBytes }), output, failures: 2 },
      }),
    });
    describe(`${name} in ${kind}`, () => {
      for (const one of suite) test(one.name, one.run);
    });
  }
}
