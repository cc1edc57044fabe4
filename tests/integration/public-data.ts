import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Public data beside the repository, where somebody has put it; `unpack.sh DIR` lays it out. */
export const PACKED = join(import.meta.dirname, '../../../shared/data');

export const absent = !existsSync(join(PACKED, 'unpack.sh'));

/** Lays the data out for the tests of one file, and removes it after them. Returns the folder. */
export function unpackedData(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-public-data-'));
  beforeAll(() => {
    if (!absent) execFileSync('bash', [join(PACKED, 'unpack.sh'), folder], { stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Paths of files in the data, in order. */
export function dataFiles(folder: string, ...patterns: string[]): string[] {
  return globSync(patterns, { cwd: folder }).sort();
}
