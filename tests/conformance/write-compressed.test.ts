import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { writerConformance } from '../../src/testing/writer-conformance.ts';
import { COMPRESSIONS } from './compressions.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

for (const [compression, { ending, options, unpack }] of Object.entries(COMPRESSIONS)) {
  for (const [name, { write, records, text, empty, poison }] of Object.entries(FORMATS)) {
    const subject = () => {
      const path = folder.path(`x.${name}${ending}`);
      const written = () => (existsSync(path) ? unpack(readFileSync(path)).toString() : undefined);
      return { writer: write(path, { ...options, level: 1, bufferBytes: 16 }), written };
    };
    const cases = {
      leaks: openFiles,
      input: records,
      output: text,
      nothing: undefined,
      empty,
      poison,
    };
    describe(`${name} by ${compression}`, () => {
      for (const one of writerConformance(name, subject, cases)) test(one.name, one.run);
    });
  }
}
