import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 3;

const WAYS = [
  ['none', 'without checkpoints'],
  ['checkpoints', 'a checkpoint each 2 s'],
] as const;

export const keyedState: Benchmark = {
  name: 'keyed-state',
  question: 'How long does a checkpoint of a million keys keep records waiting?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/keyed-state.ts', args: [name] })),
      ROUNDS,
    );
    const longest = typical(rounds, 'checkpoints', 'longest');
    return {
      setup: [
        '1,000,000 keys of text, with a count and a sum each; 60 million records in turn, from a generator. The longest time between two records of which 1023 lie between, once all keys have come twice: so what the garbage collector takes is part of it.',
        `A process for each way and round, ${ROUNDS} rounds.`,
      ],
      tables: [
        {
          head: [
            'way',
            'ms, the longest pause',
            's',
            '÷ without',
            'checkpoints',
            'MB each',
            'ms until it is written',
          ],
          rows: WAYS.map(([name, label]) => [
            label,
            typical(rounds, name, 'longest').toFixed(0),
            (typical(rounds, name, 'wallMs') / 1000).toFixed(1),
            ratio(rounds, name, 'none', 'wallMs').toFixed(2),
            typical(rounds, name, 'checkpoints').toFixed(0),
            (typical(rounds, name, 'bytes') / 1e6).toFixed(1),
            typical(rounds, name, 'writing').toFixed(0),
          ]),
        },
      ],
      goals: [{ what: 'ms that records wait at the most', most: 250, measured: longest }],
      takeaway: `A checkpoint of a million keys keeps records waiting for ${longest.toFixed(0)} ms.`,
    };
  },
};

if (import.meta.main) console.log(section(keyedState, await keyedState.measure()).join('\n'));
