import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { contest, typical } from '../contest.ts';
import { ordersFile, repeatedOrders } from '../orders-file.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const MEGABYTES = 100;
const TIMES = scaled(20);
const ROUNDS = 3;

export const resume: Benchmark = {
  name: 'resume',
  question: 'How soon does a job go on that was stopped at 90 % of a large file?',
  async measure() {
    const file = await repeatedOrders(await ordersFile(MEGABYTES), TIMES);
    const first: number[] = [];
    const read: number[] = [];
    let idle = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
      try {
        const args = [file.path, join(folder, 'out.ndjson'), join(folder, 'state')];
        const job = 'jobs/resumed-csv.ts';
        const begun = await contest([{ name: 'begin', job, args: ['begin', ...args] }], 1);
        if (typical(begun, 'begin', 'stopped') !== 1) throw new Error('it was not stopped');
        const resumed = await contest([{ name: 'resume', job, args: ['resume', ...args] }], 1);
        if (typical(resumed, 'resume', 'written') !== file.paid) throw new Error('records are missing');
        first.push(typical(resumed, 'resume', 'firstMs'));
        read.push(typical(resumed, 'resume', 'readByThen'));
        const fresh = await contest(
          [
            {
              name: 'fresh',
              job,
              args: ['begin', file.path, join(folder, 'new.ndjson'), join(folder, 'new'), '0.001'],
            },
          ],
          1,
        );
        idle = typical(fresh, 'fresh', 'firstMs');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
    const ms = first.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    const bytes = read.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    return {
      setup: [
        `The job of the demo over ${(file.bytes / 1e9).toFixed(2)} GB of plain CSV, with a checkpoint each second; stopped when 90 % had been read, and started again in another process.`,
        `Time from the start of the process, the loading of modules included, to the first record; bytes that the process had read of any file by then, its modules included. ${ROUNDS} rounds.`,
      ],
      tables: [
        {
          head: ['way', 'ms to the first record', 'MB read by then'],
          rows: [
            ['resumed at 90 %', ms.toFixed(0), (bytes / 1e6).toFixed(1)],
            ['begun anew', idle.toFixed(0), ''],
          ],
        },
      ],
      goals: [
        { what: 'ms from the start of the process to the first new record', most: 500, measured: ms },
        { what: 'MB read by then', most: 20, measured: bytes / 1e6 },
      ],
      takeaway: `A job goes on ${ms.toFixed(0)} ms after its process was started, and reads nothing again.`,
    };
  },
};

if (import.meta.main) console.log(section(resume, await resume.measure()).join('\n'));
