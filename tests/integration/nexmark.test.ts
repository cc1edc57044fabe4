import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { events } from '../../examples/nexmark/events.ts';
import { queries } from '../../examples/nexmark/queries.ts';
import { streams } from '../../examples/nexmark/streams.ts';
import { ndjson, pipeline, run, toArray } from '../../src/index.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { tempFolder } from '../unit/io/temp-folder.ts';

const OPTIONS = { count: 200_000, seed: 7 };

let database: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  database = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await database.connect();
  const folder = tempFolder();
  const { persons, auctions, bids } = streams(OPTIONS);
  for (const [table, flow] of [
    ['person', persons()],
    ['auction', auctions()],
    ['bid', bids()],
  ] as const) {
    const path = `${folder.path}/${table}.ndjson`;
    await run(pipeline(table, flow.to(ndjson.write(path))));
    await connection.run(
      `CREATE TABLE ${table} AS SELECT * FROM read_json('${path}', format = 'newline_delimited')`,
    );
  }
});

afterAll(() => {
  connection.closeSync();
  database.closeSync();
});

/** Rows as text, in one order; numbers to twelve digits, as sums of fractions depend on the order. */
function comparable(rows: readonly object[]): readonly string[] {
  return rows
    .map((row) =>
      Object.entries(row)
        .toSorted(([one], [other]) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1))
        .map(([name, value]) => `${name.toLowerCase()}=${plain(value)}`)
        .join(' '),
    )
    .sort();
}

function plain(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(12))) : String(value);
}

test('the events have the proportions of the model, and are the same for each seed', () => {
  const all = [...events(OPTIONS)];
  const kinds = Map.groupBy(all, ({ kind }) => kind);
  expect(['person', 'auction', 'bid'].map((kind) => kinds.get(kind as 'bid')!.length)).toEqual([
    4000, 12_000, 184_000,
  ]);
  expect([...events(OPTIONS)]).toEqual(all);
  expect([...events({ ...OPTIONS, seed: 8 })]).not.toEqual(all);
});

describe.each(queries)('$name: $asks', ({ name, flow, sql }) => {
  test('gives what the same gives in SQL', async () => {
    const out = toArray<object>();
    const { balance } = await run(pipeline(name, flow(streams(OPTIONS)).to(out)), { clock: virtualClock() });
    expect(balance.closed).toBe(true);
    const reader = await connection.runAndReadAll(sql);
    const wanted = comparable(reader.getRowObjectsJson().map(asNumbers));
    const found = comparable(out.records);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBe(wanted.length);
    expect(found.filter((row, index) => row !== wanted[index]).slice(0, 3)).toEqual([]);
  });
});

/** DuckDB gives large integers as text. */
function asNumbers(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}
