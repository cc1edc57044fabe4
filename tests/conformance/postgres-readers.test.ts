import pg from 'pg';
import { afterAll, describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { PostgresReadOptions } from '../../src/io/connectors/postgres/postgres-read-options.ts';
import { postgresReader } from '../../src/io/connectors/postgres/postgres-reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { pgliteServer } from '../unit/io/connectors/postgres/pglite-server.ts';

const server = await pgliteServer();
afterAll(async () => {
  // Whatever was left open would keep this waiting.
  await server.left();
  await server.close();
});

const rows = Array.from({ length: 40 }, (_, index) => ({
  part: index < 15 ? 'a' : 'b "quoted"',
  id: index < 15 ? BigInt(index) : 2n ** 53n - 25n + BigInt(index),
  note: ['plain', 'two\nlines', 'say "hü"', null, '🙂 漢字', ''][index % 6]!,
}));

const client = new pg.Client(server.url);
await client.connect();
await client.query('CREATE TABLE rows (part text, id int8, note text, PRIMARY KEY (part, id))');
await client.query('CREATE TABLE loose (part text, id int8, note text)');
for (const { part, id, note } of rows) {
  for (const table of ['rows', 'loose']) {
    await client.query(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [part, id, note]);
  }
}
await client.query('CREATE TABLE numbers AS SELECT id FROM generate_series(1, 40) id');
await client.query('ALTER TABLE numbers ADD PRIMARY KEY (id)');
await client.end();

const reader = (options: PostgresReadOptions): Reader<unknown> =>
  postgresReader({ url: server.url, pageRows: 7, ...options });

const isSafe = ({ id }: (typeof rows)[number]) => id <= BigInt(Number.MAX_SAFE_INTEGER);
const numbers = rows.filter(isSafe).map((row) => ({ ...row, id: Number(row.id) }));

function suite(name: string, options: PostgresReadOptions, cases: Partial<ReaderCases<unknown>> = {}): void {
  describe(name, () => {
    const bad = {
      make: () => reader({ ...options, bigints: 'number' }),
      output: numbers,
      failures: rows.length - numbers.length,
    };
    const all = readerConformance(name, () => reader(options), { output: rows, bad, ...cases });
    for (const one of all) test(one.name, one.run);
  });
}

const SOME = 'SELECT part, id, note FROM loose';

suite('postgres table by its key', { table: 'rows' });
suite('postgres table by another key', { table: 'loose', key: ['part', 'id'] });
suite('postgres table since', { table: 'loose', since: 'id' });
suite('postgres query', { query: `${SOME} WHERE id >= $1; `, params: [0] });
suite(
  'postgres query by a key',
  { query: `${SOME} -- and so on`, key: 'id' },
  {
    failing: {
      // Only where rows come by the index are those behind the bad one not looked at before.
      make: () =>
        reader({
          query: 'SELECT id, 1 / (20 - id) AS q FROM numbers',
          key: 'id',
          session: { enable_seqscan: 'off', enable_bitmapscan: 'off', enable_sort: 'off' },
        }),
      before: Array.from({ length: 14 }, (_, at) => ({ id: at + 1, q: 0 })),
    },
  },
);
