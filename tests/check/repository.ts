import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The entries of the package, and the door of each. */
export const ENTRIES: Readonly<Record<string, string>> = {
  millrace: 'src/index.ts',
  'millrace/testing': 'src/testing/index.ts',
  'millrace/spec': 'src/spec/index.ts',
  'millrace/postgres': 'src/postgres.ts',
  'millrace/sqlite': 'src/sqlite.ts',
};

/** Where checks put what they build: ignored by git, formatter and linter. */
export const CACHE = join(ROOT, '.cache');

/** A tool of the project's dev dependencies. */
export const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name);

/** The text of a file of the repository. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The code of a file of the repository, its comments taken out, its lines where they were. */
export function code(path: string): string {
  const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm;
  return read(path).replaceAll(comments, (comment) => comment.replaceAll(/[^\n]/g, ''));
}

/** Paths from the root with forward slashes, sorted. */
export function files(...patterns: readonly string[]): readonly string[] {
  const found = globSync(patterns, { cwd: ROOT, exclude: ['**/node_modules/**', '.cache/**', 'dist/**'] });
  return found.map((path) => path.replaceAll('\\', '/')).sort();
}

export const sources = (): readonly string[] => files('src/**/*.ts');

export const documents = (): readonly string[] => files('*.md', 'docs/**/*.md', '.github/**/*.md');
