import { join } from 'node:path';
import { runBenchmarks } from '../run-benchmarks.ts';
import { convert } from './convert.ts';
import { count } from './count.ts';
import { expression } from './expression.ts';
import { head } from './head.ts';

/** All benchmarks of the command line: `node cli/run.ts`; some: `node cli/run.ts count`. Build first: `npm run build`. */
await runBenchmarks(
  'npm run bench:cli',
  [convert, count, head, expression],
  join(import.meta.dirname, 'RESULTS.md'),
);
