import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { execute } from './execute.ts';
import { CACHE, ROOT, tool } from './repository.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the build of the sources, as `npm run build` puts it into `dist/`. */
    readonly dist: string;
  }
}

/** Builds the sources once for all checks that need a build, outside of the working tree's own `dist/`. */
export default function setup(project: TestProject): () => void {
  mkdirSync(CACHE, { recursive: true });
  const home = mkdtempSync(join(CACHE, 'build-'));
  const dist = join(home, 'dist');
  // The version of millrace is read from there.
  copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    const built = ['--project', join(ROOT, 'tsconfig.build.json')];
    // The check has seen their types by then.
    execute(tool('tsc'), [...built, '--noCheck', '--outDir', dist], ROOT);
  } catch (error) {
    remove();
    throw error;
  }
  project.provide('dist', dist);
  return remove;
}
