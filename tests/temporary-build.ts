import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from '../scripts/build.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Ignored by git, formatter and linter. */
const CACHE = join(ROOT, '.cache');

/** A build of the sources as they are now, outside of the working tree's own `dist/`. */
export interface TemporaryBuild {
  /** The folder of the package. */
  readonly home: string;
  /** The folder with what runs. */
  readonly dist: string;
  remove(): void;
}

/** Builds the package. */
export async function temporaryBuild(): Promise<TemporaryBuild> {
  mkdirSync(CACHE, { recursive: true });
  const home = mkdtempSync(join(CACHE, 'build-'));
  // Other users run the command, too.
  chmodSync(home, 0o755);
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    return { home, dist: await buildInto(home), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Builds the package, or other programs of the repository, each by its name and its source. Returns the folder with what runs. */
export async function buildInto(home: string, programs?: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(join(home, 'bin'), { recursive: true });
  copyFileSync(join(ROOT, 'bin/millrace.js'), join(home, 'bin/millrace.js'));
  copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'junction');
  const dist = join(home, 'dist');
  await bundle(dist, programs);
  return dist;
}
