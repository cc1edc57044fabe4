import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 3;

const WAYS = [
  ['loop', 'a hand-written loop over a `Map`'],
  ['millrace', 'millrace: `keyBy(…).aggregate({ count, sum, max })`'],
  ['rxjs', 'RxJS: `groupBy`, `mergeMap`, `reduce`'],
] as const;

export const groupAggregate: Benchmark = {
  name: 'group-aggregate',
  question: 'What does it cost to work out a count, a sum and a maximum for each of 100,000 keys?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/group-aggregate.ts', args: [name] })),
      ROUNDS,
    );
    const to = (name: string, base: string) => ratio(rounds, name, base, 'nsPerRecord');
    return {
      setup: [
        '10,000,000 records from an array, of 100,000 keys in random order; the sink is the same function for all, and checks what arrives.',
        'The sum of millrace is compensated, the others add up. Its time is that of a pipeline’s whole life: plan, open, balance, close.',
        `A process for each way and round, ${ROUNDS} rounds, one pass each: groups are cold at the start, as in a run.`,
      ],
      tables: [
        {
          head: ['way', 'ns a record', '÷ loop', '÷ RxJS', 'MB resident'],
          rows: WAYS.map(([name, label]) => [
            label,
            typical(rounds, name, 'nsPerRecord').toFixed(1),
            to(name, 'loop').toFixed(2),
            to(name, 'rxjs').toFixed(2),
            typical(rounds, name, 'rssMb').toFixed(0),
          ]),
        },
      ],
      goals: [
        { what: 'millrace ÷ hand-written loop', most: 1.3, measured: to('millrace', 'loop') },
        { what: 'RxJS ÷ millrace', least: 3, measured: to('rxjs', 'millrace') },
      ],
      takeaway: `A grouped aggregate takes millrace ${to('millrace', 'loop').toFixed(2)} times what a hand-written loop takes; RxJS takes ${to('rxjs', 'millrace').toFixed(1)} times what millrace takes.`,
    };
  },
};

if (import.meta.main) console.log(section(groupAggregate, await groupAggregate.measure()).join('\n'));
