import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 3;

const WAYS = [
  ['loop', 'a hand-written loop over a `Map`, without windows'],
  ['windows', 'millrace: `eventTime`, `keyBy(…).window(tumbling(…)).aggregate({ count, sum, max })`'],
  ['aggregate', 'millrace: `keyBy(…).aggregate({ count, sum, max })`, without windows'],
] as const;

export const tumblingWindow: Benchmark = {
  name: 'tumbling-window',
  question:
    'What does it cost to work out a count, a sum and a maximum for each of 1,000 keys and each minute?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/tumbling-window.ts', args: [name] })),
      ROUNDS,
    );
    const to = (name: string, base: string, figure = 'nsPerRecord') => ratio(rounds, name, base, figure);
    return {
      setup: [
        '10,000,000 records from a generator, one a millisecond, of 1,000 keys in random order: 167 windows of a minute, and 167,000 results. The sink is the same function for all, and checks what arrives.',
        'The sum of millrace is compensated, that of the loop is not. Its time is that of a pipeline’s whole life: plan, open, balance, close.',
        `A process for each way and round, ${ROUNDS} rounds, one pass each.`,
      ],
      tables: [
        {
          head: ['way', 'ns a record', '÷ loop', 'ns of processor', '÷ loop', 'MB resident'],
          rows: WAYS.map(([name, label]) => [
            label,
            typical(rounds, name, 'nsPerRecord').toFixed(1),
            to(name, 'loop').toFixed(2),
            typical(rounds, name, 'cpuNsPerRecord').toFixed(1),
            to(name, 'loop', 'cpuNsPerRecord').toFixed(2),
            typical(rounds, name, 'rssMb').toFixed(0),
          ]),
        },
      ],
      goals: [
        {
          what: 'tumbling windows ÷ hand-written loop without windows',
          most: 2,
          measured: to('windows', 'loop'),
        },
      ],
      takeaway: `Tumbling windows take millrace ${to('windows', 'loop').toFixed(2)} times what a hand-written loop takes that has no windows.`,
    };
  },
};

if (import.meta.main) console.log(section(tumblingWindow, await tumblingWindow.measure()).join('\n'));
