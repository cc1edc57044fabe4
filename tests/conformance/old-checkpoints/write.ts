import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FORMAT } from '../../../src/processing/checkpoint/checkpoint-format.ts';
import { JOBS } from './jobs.ts';
import { runJob } from './run-job.ts';

/**
 * Writes what a run of each job leaves that is stopped in the middle, in the format of this version, to the folder
 * `format-N`. To be run by hand, once for each format, and for each job that is new: what is there is never written again.
 */
const root = join(import.meta.dirname, `format-${CHECKPOINT_FORMAT}`);
mkdirSync(root, { recursive: true });
for (const [name, { input }] of Object.entries(JOBS)) {
  const folder = join(root, name);
  if (existsSync(folder)) continue;
  mkdirSync(folder);
  console.log(name, await runJob(folder, name, 'half'));
  // It is made again by whoever needs it.
  for (const file of Object.keys(input)) rmSync(join(folder, file));
}
