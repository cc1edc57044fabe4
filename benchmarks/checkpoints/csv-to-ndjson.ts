import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { ordersFile, repeatedOrders } from '../orders-file.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const MEGABYTES = 100;
const TIMES = scaled(10);
const ROUNDS = 5;

const WAYS = [
  ['plain', 'without checkpoints', ''],
  ['second', 'a checkpoint each second', '1000'],
  ['tenth', 'ten each second', '100'],
] as const;

export const csvToNdjson: Benchmark = {
  name: 'csv-to-ndjson',
  question: 'What do checkpoints cost a job from CSV to NDJSON?',
  async measure() {
    const file = await repeatedOrders(await ordersFile(MEGABYTES), TIMES);
    const rounds = await contest(
      WAYS.map(([name, , every]) => ({
        name,
        job: 'jobs/checkpointed-csv.ts',
        args: [file.path, join(import.meta.dirname, '..', 'out', `checkpointed-${name}.ndjson`), every],
      })),
      ROUNDS,
    );
    const to = (name: string, figure = 'wallMs') => ratio(rounds, name, 'plain', figure);
    return {
      setup: [
        `The job of the demo over ${(file.bytes / 1e6).toFixed(0)} MB. A checkpoint brings what was written so far to the disk, and itself into a folder beside.`,
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules.`,
      ],
      tables: [
        {
          head: ['way', 's', '÷ without', 'processor ÷ without', 'checkpoints', 'ms, the longest'],
          rows: WAYS.map(([name, label]) => [
            label,
            (typical(rounds, name, 'wallMs') / 1000).toFixed(2),
            to(name).toFixed(3),
            to(name, 'cpuMs').toFixed(3),
            typical(rounds, name, 'checkpoints').toFixed(0),
            typical(rounds, name, 'longest').toFixed(0),
          ]),
        },
      ],
      goals: [{ what: 'with a checkpoint each second ÷ without', most: 1.03, measured: to('second') }],
      takeaway: `A checkpoint each second costs the job ${((to('second') - 1) * 100).toFixed(1)} % of its time, ten each second ${((to('tenth') - 1) * 100).toFixed(1)} %.`,
    };
  },
};

if (import.meta.main) console.log(section(csvToNdjson, await csvToNdjson.measure()).join('\n'));
