import type { Benchmark } from './benchmark.ts';
import { contest, ratio, typical } from './contest.ts';

const ROUNDS = 5;

const WAYS = [
  ['await', 'one `await` after the other, in a loop'],
  ['millrace', '`mapAsync`, concurrency 64, in order'],
  ['millrace-unordered', '`mapAsync`, concurrency 64, as they come'],
  ['rxjs', 'RxJS `mergeMap`, concurrency 64'],
  ['node', 'Node `Readable.map`, concurrency 64'],
] as const;

export const mapAsync: Benchmark = {
  name: 'map-async',
  question: 'What does an asynchronous call cost a record when there is nothing to wait for?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/map-async.ts', args: [name] })),
      ROUNDS,
    );
    const micros = typical(rounds, 'millrace', 'usPerRecord');
    const to = (name: string, base: string) => ratio(rounds, name, base, 'usPerRecord');
    return {
      setup: [
        '300,000 numbers from an array; the callback returns a promise that has settled already; the sink is the same function for all.',
        'The loop waits for one call before it makes the next: it shows what promises cost, and is no peer. RxJS gives results as they come, millrace and Node in the order of the input. RxJS gets its records in lots of 10,000: it buffers all that an array holds, and with 300,000 it takes tens of microseconds a record.',
        `A process for each way and round, ${ROUNDS} rounds; in each, passes for at least 1 s, of which the median of the later half counts.`,
      ],
      tables: [
        {
          head: ['way', 'µs a record', '÷ RxJS', '÷ Node'],
          rows: WAYS.map(([name, label]) => [
            label,
            typical(rounds, name, 'usPerRecord').toFixed(2),
            to(name, 'rxjs').toFixed(2),
            to(name, 'node').toFixed(2),
          ]),
        },
      ],
      goals: [{ what: 'µs a record of mapAsync', most: 1.5, measured: micros }],
      takeaway: `An asynchronous call costs millrace ${micros.toFixed(2)} µs a record: ${to('millrace', 'rxjs').toFixed(2)} times RxJS, ${to('millrace', 'node').toFixed(2)} times Node.`,
    };
  },
};
