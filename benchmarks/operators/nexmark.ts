import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queries } from '../../examples/nexmark/queries.ts';
import type { Benchmark } from '../benchmark.ts';
import { contest, ratio, typical } from '../contest.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const EVENTS = scaled(2_000_000);
const ROUNDS = 2;
const JOB = 'jobs/nexmark.ts';

export const nexmark: Benchmark = {
  name: 'nexmark',
  question: `How fast are the queries of NEXMark over ${EVENTS.toLocaleString('en')} events?`,
  async measure() {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    try {
      await contest([{ name: 'tables', job: JOB, args: ['tables', String(EVENTS), folder] }], 1);
      const rounds = await contest(
        queries.flatMap(({ name }) => [
          { name, job: JOB, args: ['millrace', name, String(EVENTS)] },
          { name: `${name} in SQL`, job: JOB, args: ['duckdb', name, folder] },
        ]),
        ROUNDS,
      );
      const figure = (name: string, of: string) => typical(rounds, name, of);
      const wrong = queries.filter(
        ({ name }) => figure(name, 'results') !== figure(`${name} in SQL`, 'results'),
      );
      if (wrong.length > 0) {
        throw new Error(`other results than in SQL: ${wrong.map(({ name }) => name).join(', ')}`);
      }
      const pace = (name: string, way: string) => figure(name, 'events') / figure(way, 'ms') / 1000;
      const paces = queries.map(({ name }) => pace(name, name)).toSorted((a, b) => a - b);
      return {
        setup: [
          'The events are objects in arrays, one for each kind, before the clock is started; results are counted and let go. A pace is that of the events that a query reads: all of the kinds it asks for.',
          'DuckDB answers the same in SQL on one thread, over tables in memory, and puts the results into one. It is there for orientation: it knows all rows beforehand, has them in columns, and need not emit windows in time.',
          `A process for each query, way and round, ${ROUNDS} rounds, one pass each. Both come to equally many results.`,
        ],
        tables: [
          {
            head: ['query', 'results', 'million events a second', 'DuckDB', 'time ÷ DuckDB', 'MB resident'],
            rows: queries.map(({ name, asks }) => [
              `${name}: ${asks}`,
              figure(name, 'results').toLocaleString('en'),
              pace(name, name).toFixed(2),
              pace(name, `${name} in SQL`).toFixed(2),
              ratio(rounds, name, `${name} in SQL`, 'ms').toFixed(2),
              figure(name, 'rssMb').toFixed(0),
            ]),
          },
        ],
        goals: [],
        takeaway: `The ${queries.length} queries run at ${paces[0]!.toFixed(1)} to ${paces.at(-1)!.toFixed(1)} million events a second.`,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

if (import.meta.main) console.log(section(nexmark, await nexmark.measure()).join('\n'));
