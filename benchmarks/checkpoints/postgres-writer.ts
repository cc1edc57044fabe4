import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';

const ROUNDS = 5;

const WAYS = {
  encoded: 'COPY of bytes that were made before',
  copy: 'COPY of lines made of the rows, by pg-copy-streams',
  millrace: 'millrace, one transaction',
  'millrace-together': 'millrace, a checkpoint each second in the same database',
  'millrace-apart': 'millrace, a checkpoint each second in a folder',
} as const;

const UPSERTS = {
  'upsert-loop': 'INSERT … ON CONFLICT of 1000 rows each',
  'upsert-millrace': 'millrace, conflict: { key }',
} as const;

const HEAD = ['way', 'µs a row', '÷ COPY', 'µs of processor a row, of this process'];

export const postgresWriter: Benchmark = {
  name: 'postgres-writer',
  question: 'How fast do records get into a table of PostgreSQL?',
  async measure() {
    const names = [...Object.keys(WAYS), ...Object.keys(UPSERTS)];
    const rounds = await contest(
      names.map((name) => ({ name, job: 'jobs/postgres-writer.ts', args: [name] })),
      ROUNDS,
    );
    const rows = (ways: Readonly<Record<string, string>>, base: string) =>
      Object.entries(ways).map(([name, label]) => [
        label,
        (typical(rounds, name, 'nsPerRecord') / 1000).toFixed(2),
        ratio(rounds, name, base, 'nsPerRecord').toFixed(2),
        (typical(rounds, name, 'cpuNsPerRecord') / 1000).toFixed(2),
      ]);
    const speed = (name: string) => 1 / ratio(rounds, name, 'copy', 'nsPerRecord');
    return {
      setup: [
        '1,000,000 orders of 10 fields from a generator, 107 bytes each as COPY has them, into a table without an index; the server is on the same machine. The peer makes a text of 1024 rows at a time.',
        'Rows that may be there: the same 100,000 ten times over, into a table with a primary key.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules.`,
      ],
      tables: [
        { title: 'Rows', head: HEAD, rows: rows(WAYS, 'copy') },
        {
          title: 'Rows that may be there',
          head: HEAD.with(2, '÷ loop'),
          rows: rows(UPSERTS, 'upsert-loop'),
        },
      ],
      goals: [
        { what: 'speed of millrace ÷ a bare COPY', least: 0.9, measured: speed('millrace') },
        {
          what: 'the same with checkpoints in the same database',
          least: 0.9,
          measured: speed('millrace-together'),
        },
        { what: 'the same with checkpoints in a folder', least: 0.9, measured: speed('millrace-apart') },
      ],
      takeaway: `millrace writes at ${speed('millrace').toFixed(2)} of the speed of a bare COPY; at ${speed('millrace-together').toFixed(2)} with checkpoints in the same database, at ${speed('millrace-apart').toFixed(2)} with checkpoints in a folder.`,
    };
  },
};

if (import.meta.main) console.log(section(postgresWriter, await postgresWriter.measure()).join('\n'));
