import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Benchmark } from '../benchmark.ts';
import { type Contestant, contest, ratio, typical } from '../contest.ts';
import { ordersFile } from '../orders-file.ts';
import { section } from '../results.ts';
import { scaled } from '../scale.ts';

const ROUNDS = 5;
const MEGABYTES = scaled(200);
const OUT = join(import.meta.dirname, '..', 'out');
const FIELDS = ['id', 'status', 'qty', 'price'];

/** The orders, compressed once. */
async function compressedOrders(): Promise<string> {
  const { path } = await ordersFile(MEGABYTES, 0);
  const compressed = `${path}.gz`;
  if (!existsSync(compressed)) {
    await pipeline(createReadStream(path), createGzip({ level: 6 }), createWriteStream(compressed));
  }
  return compressed;
}

function contestants(input: string): Contestant[] {
  const output = (who: string) => join(OUT, `paid-${who}.ndjson`);
  const where = 'record.status == "paid"';
  const select = `SELECT ${FIELDS.join(', ')} FROM read_csv('${input}') WHERE status = 'paid'`;
  const miller = ['filter', '$status == "paid"', 'then', 'cut', '-o', '-f', FIELDS.join(',')];
  const all = [
    {
      name: 'millrace convert',
      job: 'jobs/command.ts',
      args: [
        output('millrace'),
        'millrace',
        'convert',
        input,
        output('millrace'),
        '--where',
        where,
        '--select',
        FIELDS.join(','),
      ],
    },
    {
      name: 'DuckDB, one thread',
      job: 'jobs/duckdb-sql.ts',
      args: [output('duckdb'), `COPY (${select}) TO '${output('duckdb')}' (FORMAT json)`],
    },
  ];
  if (spawnSync('mlr', ['--version']).status !== 0) return all;
  return [
    ...all,
    {
      name: 'Miller',
      job: 'jobs/command.ts',
      args: ['-', 'mlr', '--icsv', '--ojsonl', '--gzin', ...miller, input],
    },
  ];
}

export const convert: Benchmark = {
  name: 'convert',
  question: 'How long does it take to filter a compressed CSV into NDJSON?',
  async measure() {
    const rounds = await contest(contestants(await compressedOrders()), ROUNDS);
    const beside = (who: string) => ratio(rounds, 'millrace convert', who, 'wallMs');
    const goals = [
      { what: 'millrace ÷ DuckDB on one thread', most: 1.3, measured: beside('DuckDB, one thread') },
    ];
    if (rounds.has('Miller'))
      goals.push({ what: 'millrace ÷ Miller', most: 0.5, measured: beside('Miller') });
    return {
      setup: [
        `${MEGABYTES} MB of orders, compressed by gzip; the paid ones, four of ten fields. millrace and Miller as whole processes, DuckDB its statement alone. ${ROUNDS} rounds.`,
        ...(rounds.has('Miller') ? [] : ['Miller is not installed here.']),
      ],
      tables: [
        {
          head: ['who', 's', 'millrace ÷'],
          rows: [...rounds.keys()].map((name) => [
            name,
            (typical(rounds, name, 'wallMs') / 1000).toFixed(2),
            beside(name).toFixed(2),
          ]),
        },
      ],
      goals,
      takeaway: `millrace takes ${beside('DuckDB, one thread').toFixed(2)} times as long as DuckDB on one thread.`,
    };
  },
};

if (import.meta.main) console.log(section(convert, await convert.measure()).join('\n'));
