import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 5;

const WAYS = [
  ['loop', 'a loop over a prepared statement, 10,000 rows in a transaction'],
  ['loop-once', 'the same loop, one transaction'],
  ['millrace', 'millrace, one transaction'],
  ['millrace-together', 'with a checkpoint each second in the same database'],
  ['millrace-apart', 'with a checkpoint each second in a folder'],
] as const;

export const sqliteWriter: Benchmark = {
  name: 'sqlite-writer',
  question: 'How fast do rows get into a table of SQLite, beside the loop that people write?',
  async measure() {
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: 'jobs/sqlite-writer.ts', args: [name] })),
      ROUNDS,
    );
    const faster = (name: string, than: string) => 1 / ratio(rounds, name, than, 'nsPerRecord');
    return {
      setup: [
        '1,000,000 rows of ten columns, four of numbers and six of text, from a generator into a table without an index.',
        'The time is that of the whole: the database is opened and closed, and for millrace the run is also planned and balanced. What is committed is synced.',
        'A folder of checkpoints means that rows are written twice: into the transaction, and into a log beside the checkpoints. There is no goal for that.',
        `A process for each way and round, ${ROUNDS} rounds.`,
      ],
      tables: [
        {
          head: ['way', 'µs a row', 'rows a second ÷ loop', 'µs of processor', 'MB resident'],
          rows: WAYS.map(([name, label]) => [
            label,
            (typical(rounds, name, 'nsPerRecord') / 1000).toFixed(2),
            faster(name, 'loop').toFixed(2),
            (typical(rounds, name, 'cpuNsPerRecord') / 1000).toFixed(2),
            typical(rounds, name, 'rssMb').toFixed(0),
          ]),
        },
      ],
      goals: [
        { what: 'millrace ÷ loop', least: 0.9, measured: faster('millrace', 'loop') },
        {
          what: 'with checkpoints in the database ÷ loop',
          least: 0.9,
          measured: faster('millrace-together', 'loop'),
        },
      ],
      takeaway: `Rows get into SQLite ${faster('millrace', 'loop').toFixed(2)} times as fast as by a loop; ${faster('millrace-together', 'loop').toFixed(2)} times with checkpoints in the same database, ${faster('millrace-apart', 'loop').toFixed(2)} times with checkpoints elsewhere.`,
    };
  },
};

if (import.meta.main) console.log(section(sqliteWriter, await sqliteWriter.measure()).join('\n'));
