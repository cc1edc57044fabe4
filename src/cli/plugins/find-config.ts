import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

const NAMES = ['millrace.config.ts', 'millrace.config.mts', 'millrace.config.js', 'millrace.config.mjs'];

/**
 * The nearest configuration from a folder upward, `undefined` where there is none. No further than the top of a repository or
 * the home of the user; elsewhere in the folder alone: what others may have put above it is code that nobody asked for.
 */
export function findConfig(folder: string, home: string = homedir()): string | undefined {
  const top = topOf(folder, home);
  for (let at = folder; ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).find(
      (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    );
    if (found !== undefined || at === top) return found;
  }
}

function topOf(folder: string, home: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) break;
  }
  const below = relative(home, folder);
  return below === '..' || below.startsWith(`..${sep}`) || below.startsWith(sep) ? folder : home;
}
