import { join } from 'node:path';
import { demoJob } from './demo-job.ts';
import { mapAsync } from './map-async.ts';
import { memory } from './memory.ts';
import { overhead } from './overhead.ts';
import { runBenchmarks } from './run-benchmarks.ts';

/** All benchmarks: `node run.ts`; some: `node run.ts overhead memory`. */
await runBenchmarks(
  'npm run bench',
  [overhead, demoJob, mapAsync, memory],
  join(import.meta.dirname, 'RESULTS.md'),
);
