import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { postgresWriter } from '../../../../../src/io/connectors/postgres/postgres-writer.ts';
import { EXPECTED, Lives, TABLES } from './lives.ts';
import { pgliteServer } from './pglite-server.ts';
import { checkpointedContext, open, write } from './sinks.ts';

const server = await pgliteServer();
const { url } = server;
afterAll(async () => {
  await server.left();
  await server.close();
});

async function asked(...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  let rows: unknown[] = [];
  for (const statement of statements) ({ rows } = await client.query(statement));
  await client.end();
  return rows;
}

describe.each([
  ['elsewhere', false],
  ['in the same database', true],
])('checkpoints %s', (_, together) => {
  test('make whole what a process that died has left, also when the next dies, too', async () => {
    let deaths = 0;
    // Before each step it dies with the real server.
    for (let dieBefore = 1; ; dieBefore += 4) {
      const schema = `s${together ? 'together' : ''}${dieBefore}`;
      await asked(
        `CREATE SCHEMA ${schema}`,
        ...TABLES.map(({ table, columns }) => `CREATE TABLE ${schema}.${table} (${columns})`),
      );
      const lives = new Lives({ url, schema, together });
      const died = await lives.live(dieBefore);
      if (died) {
        deaths++;
        await lives.live(1 + ((dieBefore * 5) % 23));
        await lives.live(Number.POSITIVE_INFINITY);
      }
      for (const [index, { table }] of TABLES.entries()) {
        const rows = await asked(
          `SELECT id, note, encode(data, 'hex') AS data FROM ${schema}.${table} ORDER BY id`,
        );
        expect(rows, `died before step ${dieBefore}`).toEqual(EXPECTED[index]);
      }
      await asked(`DROP SCHEMA ${schema} CASCADE`);
      if (!died) break;
    }
    expect(deaths).toBeGreaterThan(12);
  });
});

test('nothing is in the database while it is no more than prepared', async () => {
  await asked('CREATE TABLE prepared (id int)');
  const sink = await open(postgresWriter<object>({ url, table: 'prepared' }), checkpointedContext());
  await write(sink, [{ id: 1 }]);
  const state = await sink.prepare(1);
  await server.cut();
  expect(await asked('SELECT id FROM prepared')).toEqual([]);
  await sink.suspend();
  expect(state).toMatchObject({ sequence: 1, since: 0, table: '"prepared"', columns: ['id'] });
});
