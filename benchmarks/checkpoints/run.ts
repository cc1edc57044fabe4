import { connect } from 'node:net';
import { join } from 'node:path';
import { POSTGRES_URL } from '../postgres-url.ts';
import { runBenchmarks } from '../run-benchmarks.ts';
import { csvToNdjson } from './csv-to-ndjson.ts';
import { keyedState } from './keyed-state.ts';
import { postgresWriter } from './postgres-writer.ts';
import { resume } from './resume.ts';
import { sqliteWriter } from './sqlite-writer.ts';

const served = await answers(new URL(POSTGRES_URL));
if (!served)
  console.error('No PostgreSQL answers, so postgres-writer is left out: set MILLRACE_BENCH_POSTGRES.');

/** All benchmarks of checkpoints: `node checkpoints/run.ts`; some: `node checkpoints/run.ts keyed-state`. Build first: `npm run build`. */
await runBenchmarks(
  'npm run bench:checkpoints',
  [csvToNdjson, keyedState, resume, sqliteWriter, ...(served ? [postgresWriter] : [])],
  join(import.meta.dirname, 'RESULTS.md'),
);

function answers({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
