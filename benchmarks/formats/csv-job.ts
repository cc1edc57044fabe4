import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { Contest } from './contest-of.ts';
import { formatFiles, megabytesOf } from './files.ts';

const ROUNDS = 5;
const WAYS = ['millrace', 'millrace, columns', 'duckdb', 'duckdb, two threads', 'udsv'];

export const csvJob: Benchmark = {
  name: 'csv-job',
  question: 'How long does CSV → filter → compute → NDJSON take beside a native database?',
  async measure() {
    const { csv } = await formatFiles(200);
    const entries = WAYS.map((way) => ({
      way,
      args: [csv, join(csv, '..', `job-${way.replaceAll(/\W+/g, '-')}.ndjson`), way],
    }));
    const all = await Contest.of('csv-job', entries, ROUNDS);
    return {
      setup: [
        `${(await megabytesOf(csv)).toFixed(0)} MB of sound orders. DuckDB (its binding for Node) runs the same work as one SQL statement, told the names of all columns and that they are text, as in the file; it neither syncs nor renames its output, millrace does both.`,
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules, memory with it (the most that was resident).`,
      ],
      tables: [
        {
          head: ['way', 's', '÷ millrace', 'processor s', 'MB resident', 'orders written'],
          rows: WAYS.map((way) => [
            way,
            all.seconds(way),
            all.slower(way, 'millrace').toFixed(2),
            (all.figure(way, 'cpuMs') / 1000).toFixed(2),
            all.figure(way, 'rssMb').toFixed(0),
            all.figure(way, 'lines').toLocaleString('en'),
          ]),
        },
      ],
      goals: [{ what: 'millrace ÷ DuckDB, one thread', most: 1, measured: all.slower('millrace', 'duckdb') }],
      profile: [
        'Of the 1.1 s of millrace, by one `--cpu-prof`, 27 % are `JSON.stringify`, one call a record, which is native; 8 % turning its text into UTF-8; 25 % the rows: the kernel, decoding the text, slices; 15 % the user’s functions, mostly `Number(text)`; 12 % collecting garbage. DuckDB makes no objects and no texts of fields that it does not write.',
        'Tried, and given up: code made for the keys of the records that writes JSON into bytes (0.68 of the time as a prototype on records in memory, a tenth faster in the writing benchmark, 5 to 10 % slower in this job), and chunks of 32, 48 and 63 KiB (no difference beyond noise).',
      ],
      takeaway: `millrace takes ${all.slower('millrace', 'duckdb').toFixed(2)} times as long as DuckDB on one thread, ${all.slower('millrace', 'duckdb, two threads').toFixed(2)} of DuckDB on two, ${all.slower('millrace', 'udsv').toFixed(2)} of a hand-written loop over uDSV.`,
    };
  },
};
