import type { Migration } from './migration.ts';

/** The version that files are written in now. */
export const FILE_VERSION = 1;

/** All steps from older versions, in their order, each from one version to the next; each has a file of its own. */
export const MIGRATIONS: readonly Migration[] = Object.freeze([]);
