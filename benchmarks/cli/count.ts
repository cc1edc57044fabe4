import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { ordersFile, repeatedOrders } from '../orders-file.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const ROUNDS = 5;
const TIMES = scaled(10);

export const count: Benchmark = {
  name: 'count',
  question: 'How fast are the records of a CSV with quoted line ends counted?',
  async measure() {
    const { path, bytes } = await repeatedOrders(await ordersFile(100, 0), TIMES);
    const rounds = await contest(
      [
        { name: 'millrace count', job: 'jobs/command.ts', args: ['-', 'millrace', 'count', path] },
        {
          name: 'DuckDB, one thread',
          job: 'jobs/duckdb-sql.ts',
          args: ['-', `SELECT count(*) FROM read_csv('${path}', header = true)`],
        },
      ],
      ROUNDS,
    );
    const beside = ratio(rounds, 'millrace count', 'DuckDB, one thread', 'wallMs');
    return {
      setup: [
        `${(bytes / 1e6).toFixed(0)} MB. millrace as a whole process, with its start; DuckDB on one thread, its statement alone. ${ROUNDS} rounds.`,
      ],
      tables: [
        {
          head: ['who', 's'],
          rows: [...rounds.keys()].map((name) => [name, (typical(rounds, name, 'wallMs') / 1000).toFixed(2)]),
        },
      ],
      goals: [{ what: 'millrace ÷ DuckDB on one thread', most: 1, measured: beside }],
      takeaway: `millrace takes ${beside.toFixed(2)} times as long as DuckDB on one thread.`,
    };
  },
};

if (import.meta.main) console.log(section(count, await count.measure()).join('\n'));
