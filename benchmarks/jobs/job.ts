import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';

/** Reads the orders at `input`, writes the bills of those that were paid to `output`. */
export type Job = (input: string, output: string) => Promise<void>;

/**
 * Runs a job on the files that the command line names, and prints its figures: wall and processor
 * time without the loading of modules, the most memory that the process had, and what it wrote.
 */
export async function runJob(job: Job): Promise<void> {
  const [input = '', output = ''] = process.argv.slice(2);
  const before = process.cpuUsage();
  const start = performance.now();
  await job(input, output);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const { maxRSS } = process.resourceUsage();
  const written = await look(output);
  await rm(output);
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, rssMb: maxRSS / 1024, ...written }));
}

async function look(path: string): Promise<{ lines: number; digest: number }> {
  const hash = createHash('sha256');
  let lines = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return { lines, digest: hash.digest().readUIntBE(0, 6) };
}
