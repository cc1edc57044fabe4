import { mkdirSync, readdirSync } from 'node:fs';
import { afterEach, expect } from 'vitest';
import { openFiles, temporaryFolder } from '../../../conformance/folder.ts';

/** The least memory that a run may have. */
export const LEAST = 64 * 1024;

/**
 * A folder for what has no room in memory, and the options of a run that has the least. Each test of the file leaves
 * nothing there, and no file open, whichever way it ended.
 */
export function spillingFolder() {
  const folder = temporaryFolder().path('spill');
  mkdirSync(folder);
  afterEach(() => {
    expect(readdirSync(folder)).toEqual([]);
    expect(openFiles()).toEqual([]);
  });
  return { folder, options: { memory: LEAST, spill: { folder } } };
}
