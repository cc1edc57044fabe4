import { join } from 'node:path';
import { runBenchmarks } from '../run-benchmarks.ts';
import { csvToNdjson } from './csv-to-ndjson.ts';
import { keyedState } from './keyed-state.ts';
import { resume } from './resume.ts';
import { sqliteWriter } from './sqlite-writer.ts';

/** All benchmarks of checkpoints: `node checkpoints/run.ts`; some: `node checkpoints/run.ts keyed-state`. */
await runBenchmarks(
  'npm run bench:checkpoints',
  [csvToNdjson, keyedState, resume, sqliteWriter],
  join(import.meta.dirname, 'RESULTS.md'),
);
