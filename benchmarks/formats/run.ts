import { join } from 'node:path';
import { runBenchmarks } from '../run-benchmarks.ts';
import { csvJob } from './csv-job.ts';
import { gzip } from './gzip.ts';
import { memory } from './memory.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readNdjson } from './read-ndjson.ts';
import { write } from './write.ts';

/** All benchmarks of formats: `node formats/run.ts`; some: `node formats/run.ts read-csv gzip`. */
await runBenchmarks(
  'npm run bench:formats',
  [readCsv, csvJob, readNdjson, readJson, write, gzip, memory],
  join(import.meta.dirname, 'RESULTS.md'),
);
