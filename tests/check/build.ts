import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { temporaryBuild } from '../temporary-build.ts';
import { execute } from './execute.ts';
import { ROOT, tool } from './repository.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the build of the sources, as `npm run build` puts it into `dist/`. */
    readonly dist: string;
  }
}

/** Builds the sources once for all checks that need a build. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { dist, remove } = await temporaryBuild();
  try {
    const declared = ['--project', join(ROOT, 'tsconfig.build.json')];
    // The check has seen their types by then.
    execute(tool('tsc'), [...declared, '--noCheck', '--outDir', dist], ROOT);
  } catch (error) {
    remove();
    throw error;
  }
  project.provide('dist', dist);
  return remove;
}
