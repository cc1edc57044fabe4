import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that goes away after the tests of the file. */
export function temporaryFolder() {
  const root = mkdtempSync(join(tmpdir(), 'millrace-'));
  let last = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    /** A path that nothing has. */
    path: (name: string) => join(root, `${++last}-${name}`),
    file(name: string, content: string | Uint8Array): string {
      const path = this.path(name);
      writeFileSync(path, content);
      return path;
    },
    /** What a file holds, and how many files lie beside it under its temporary name. */
    content(path: string) {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      return { text, partial: readdirSync(root).filter((name) => name.endsWith('.partial')).length };
    },
  };
}

/** The files in folders of the tests that this process has open, where the system tells: the test runner opens its own. */
export function openFiles(): readonly string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [readlinkSync(join('/proc/self/fd', fd))];
      } catch {
        return [];
      }
    })
    .filter((file) => file.startsWith(join(tmpdir(), 'millrace-')));
}
