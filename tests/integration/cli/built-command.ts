import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { temporaryBuild } from '../../temporary-build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the command, as a user gets it. */
    readonly command: string;
  }
}

/** Builds the command once for all tests that start it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { home, remove } = await temporaryBuild();
  project.provide('command', join(home, 'bin/millrace.js'));
  return remove;
}
