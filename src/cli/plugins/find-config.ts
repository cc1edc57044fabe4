import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAMES = ['millrace.config.ts', 'millrace.config.mts', 'millrace.config.js', 'millrace.config.mjs'];

/** The nearest configuration from a folder upward, no further than the top of a repository; `undefined` where there is none. */
export function findConfig(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).find(
      (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    );
    if (found !== undefined || at === dirname(at) || existsSync(join(at, '.git'))) return found;
  }
}
