import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { ordersFile, repeatedOrders } from '../orders-file.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const ROUNDS = 9;
const TIMES = scaled(20);

export const head: Benchmark = {
  name: 'head',
  question: 'How soon does head show the first records, of a small file and of a large one?',
  async measure() {
    const small = await ordersFile(1, 0);
    const large = await repeatedOrders(await ordersFile(100, 0), TIMES);
    const rounds = await contest(
      [small, large].map(({ path }, at) => ({
        name: at === 0 ? 'small' : 'large',
        job: 'jobs/command.ts',
        args: ['-', 'millrace', 'head', path],
      })),
      ROUNDS,
    );
    const first = (name: string) => typical(rounds, name, 'firstMs');
    const growth = ratio(rounds, 'large', 'small', 'firstMs');
    return {
      setup: [
        `Files of ${(small.bytes / 1e6).toFixed(0)} and ${(large.bytes / 1e6).toFixed(0)} MB; from the start of the process to the first byte of its output. ${ROUNDS} rounds.`,
      ],
      tables: [
        { head: ['file', 'ms'], rows: ['small', 'large'].map((name) => [name, first(name).toFixed(0)]) },
      ],
      goals: [
        { what: 'start to first output, ms', most: 250, measured: first('large') },
        { what: 'the large file ÷ the small one', most: 1.1, measured: growth },
      ],
      takeaway: `The first records are there after ${first('large').toFixed(0)} ms, however large the file is.`,
    };
  },
};

if (import.meta.main) console.log(section(head, await head.measure()).join('\n'));
