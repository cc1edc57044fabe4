import { describe, expect, test } from 'vitest';
import { EXPECTED, Lives, TABLES } from '../../unit/io/connectors/postgres/lives.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked } = await testSchema();

describe.each([
  ['elsewhere', false],
  ['in the same database', true],
])('checkpoints %s', (_, together) => {
  test('make whole what a process that died before any step has left, also when the next dies, too', async () => {
    let deaths = 0;
    for (let dieBefore = 1; ; dieBefore++) {
      const own = `${schema}_${dieBefore}`;
      await asked(`CREATE SCHEMA ${own}`);
      for (const { table, columns } of TABLES) await asked(`CREATE TABLE ${own}.${table} (${columns})`);
      try {
        const lives = new Lives({ url, schema: own, together });
        const died = await lives.live(dieBefore);
        if (died) {
          deaths++;
          await lives.live(1 + ((dieBefore * 5) % 23));
          await lives.live(Number.POSITIVE_INFINITY);
        }
        for (const [index, { table }] of TABLES.entries()) {
          const rows = await asked(
            `SELECT id, note, encode(data, 'hex') AS data FROM ${own}.${table} ORDER BY id`,
          );
          expect(rows, `died before step ${dieBefore}`).toEqual(EXPECTED[index]);
        }
        if (!died) break;
      } finally {
        await asked(`DROP SCHEMA ${own} CASCADE`);
      }
    }
    expect(deaths).toBeGreaterThan(50);
  });
});
