import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A folder for one test, removed after it. */
export interface TempFolder {
  readonly path: string;
  /** Writes a file into it and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Names of what is in it, sorted. */
  names(): readonly string[];
  /** Names of the files in it that this process has open. */
  open(): readonly string[];
}

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'millrace-'));
  made.push(path);
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    names: () => readdirSync(path).sort(),
    open: () => openFiles().filter((file) => file.startsWith(`${path}/`)),
  };
}

/** What the descriptors of this process stand for. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      return [];
    }
  });
}
