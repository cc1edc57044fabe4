import { expect, test } from 'vitest';
import { postgresReader } from '../../../src/io/connectors/postgres/postgres-reader.ts';
import { probeReader } from '../../../src/testing/reader-probe.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked, table } = await testSchema();

test.each(['UTC', 'America/New_York', 'Asia/Tokyo'])('a day is older than its noon, in %s', async (zone) => {
  const name = await table('id int PRIMARY KEY, at date');
  await asked(`INSERT INTO ${name} SELECT n, '2026-01-01'::date + n / 2 FROM generate_series(0, 5) n`);
  const session = { TimeZone: zone };
  const reader = postgresReader<{ id: number }>({
    url,
    schema,
    table: name,
    since: 'at',
    pageRows: 1,
    session,
  });
  const idsFrom = async (from: string) => {
    const probe = probeReader(reader, { from: new Date(from) });
    const records = await probe.rest();
    await probe.close();
    return records.map(({ id }) => id);
  };
  expect(await idsFrom('2026-01-02T12:00Z')).toEqual([4, 5]);
  expect(await idsFrom('2026-01-02T00:00Z')).toEqual([2, 3, 4, 5]);
  expect(await idsFrom('2026-01-01T23:59:59.999Z')).toEqual([2, 3, 4, 5]);
});
