import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 3;

const WAYS = [
  ['loop', 'a hand-written loop that looks up in a `Map`'],
  ['millrace', 'millrace: `join(orders, customers, { on, merge })`'],
  ['spilled', 'the same with `spill: true`, in a memory of 64 MiB'],
] as const;

export const hashJoin: Benchmark = {
  name: 'hash-join',
  question: 'What does it cost to find the customer of each of ten million orders among a million?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/hash-join.ts', args: [name] })),
      ROUNDS,
    );
    const to = (name: string) => ratio(rounds, name, 'loop', 'nsPerRecord');
    return {
      setup: [
        '10,000,000 orders from a generator, 1,000,000 customers from an array; of eleven orders one has no customer. What is made of a pair is an object of three fields; the sink is the same function for all, and checks what arrives.',
        'The time is that of the whole: the table is filled, and for millrace also planned, opened, balanced and closed. Nanoseconds are for each order.',
        'With `spill`, what has no room in 64 MiB goes to the disk, both customers and their orders. It has to give the same pairs; there is no goal for its time.',
        `A process for each way and round, ${ROUNDS} rounds, one pass each.`,
      ],
      tables: [
        {
          head: ['way', 'ns an order', '÷ loop', 'ns of processor', 'MB resident'],
          rows: WAYS.map(([name, label]) => [
            label,
            typical(rounds, name, 'nsPerRecord').toFixed(1),
            to(name).toFixed(2),
            typical(rounds, name, 'cpuNsPerRecord').toFixed(1),
            typical(rounds, name, 'rssMb').toFixed(0),
          ]),
        },
      ],
      goals: [{ what: 'millrace ÷ hand-written loop', most: 1.5, measured: to('millrace') }],
      takeaway: `A join takes millrace ${to('millrace').toFixed(2)} times what a hand-written loop takes, and ${to('spilled').toFixed(1)} times in a memory of 64 MiB.`,
    };
  },
};

if (import.meta.main) console.log(section(hashJoin, await hashJoin.measure()).join('\n'));
