import type { Benchmark } from './benchmark.ts';
import { contest, ratio, typical } from './contest.ts';
import { jobFiles } from './demo-job.ts';
import { ordersFile, repeatedOrders } from './orders-file.ts';

const MEGABYTES = 100;
const TIMES = 10;
const ROUNDS = 2;

const LIMIT = ['--max-old-space-size=64', '--max-semi-space-size=4'];

const WAYS = [
  { name: 'millrace', job: 'demo-millrace', flags: [] },
  { name: 'hand-written loop over papaparse', job: 'demo-loop', flags: [] },
  { name: 'millrace, heap limited to 64 MB', job: 'demo-millrace', flags: LIMIT },
] as const;

export const memory: Benchmark = {
  name: 'memory',
  question: 'Does the memory of the demo job grow with its input?',
  async measure() {
    const small = await ordersFile(MEGABYTES);
    const large = await repeatedOrders(small, TIMES);
    const rounds = await contest(
      [
        { name: 'empty', job: 'jobs/nothing.ts', args: [] },
        ...WAYS.flatMap(({ name, job, flags }) => [
          { name: `${name} small`, job: `jobs/${job}.ts`, args: jobFiles(small, job), flags },
          { name: `${name} large`, job: `jobs/${job}.ts`, args: jobFiles(large, job), flags },
        ]),
      ],
      ROUNDS,
    );
    const megabytes = (name: string) => typical(rounds, name, 'rssMb').toFixed(0);
    const growth = (name: string) => ratio(rounds, `${name} large`, `${name} small`, 'rssMb');
    const [free, loop, limited] = WAYS.map(({ name }) => growth(name));
    return {
      setup: [
        `The demo job over a file of ${(small.bytes / 1e6).toFixed(0)} MB and over one with the same rows ${TIMES} times, ${(large.bytes / 1e6).toFixed(0)} MB; the most that was resident, ${ROUNDS} rounds.`,
        'Without a limit V8 lets its heap grow with the time it runs, whatever is in it: what the loop over papaparse shows, which keeps nothing, is V8. Under a limit it has to collect, and what is resident is what is needed.',
        `A process that loads the same modules and does nothing takes ${megabytes('empty')} MB.`,
      ],
      tables: [
        {
          head: ['way', 'MB resident, small', 'MB resident, large', 'large ÷ small'],
          rows: WAYS.map(({ name }) => [
            name,
            megabytes(`${name} small`),
            megabytes(`${name} large`),
            growth(name).toFixed(2),
          ]),
        },
      ],
      goals: [
        { what: 'millrace, large ÷ small', most: 1.2, measured: free! },
        { what: 'millrace, heap limited to 64 MB, large ÷ small', most: 1.2, measured: limited! },
      ],
      profile: [
        'V8 lets its heap grow with the time that a process runs, also that of the loop which keeps nothing. What is needed shows under a limit.',
      ],
      takeaway: `Ten times the input takes millrace ${free!.toFixed(2)} times the memory where V8 is free to let its heap grow (a loop that keeps nothing: ${loop!.toFixed(2)}), and ${limited!.toFixed(2)} times where it is not.`,
    };
  },
};
