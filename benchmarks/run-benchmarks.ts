import { writeFile } from 'node:fs/promises';
import type { Benchmark } from './benchmark.ts';
import { type Answered, resultsPage, section } from './results.ts';
import { isFullSize } from './scale.ts';

/**
 * Runs the benchmarks that the command line names, and prints what they answer; all of them without a
 * name, which rewrites the page of results if sizes are as they should be.
 */
export async function runBenchmarks(command: string, all: readonly Benchmark[], page: string): Promise<void> {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !all.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    console.error(`Cannot run ${unknown.join(', ')}: there are ${all.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  const answered: Answered[] = [];
  for (const benchmark of all) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    process.stderr.write(`${benchmark.name}\n`);
    const answer = await benchmark.measure();
    answered.push({ benchmark, answer });
    console.log(section(benchmark, answer).join('\n'));
  }
  if (names.length === 0 && isFullSize) await writeFile(page, resultsPage(command, answered));
}
