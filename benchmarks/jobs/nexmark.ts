import { join } from 'node:path';
import { type Event, events } from '../../examples/nexmark/events.ts';
import { queries } from '../../examples/nexmark/queries.ts';
import type { Streams } from '../../examples/nexmark/query.ts';
import { discard, type Flow, from, ndjson, pipeline, run } from '../../src/index.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';

/** `millrace q5 2000000`; `duckdb q5 <folder>`; `tables 2000000 <folder>`, which writes what DuckDB loads. */
const [way = '', first = '', second = ''] = process.argv.slice(2);

/** The events of a kind, which are there before the clock is started. */
function eventsOf<K extends Event['kind']>(all: readonly Event[], kind: K) {
  return all.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
}

function tables(count: number) {
  const all = [...events({ count })];
  return {
    person: eventsOf(all, 'person'),
    auction: eventsOf(all, 'auction'),
    bid: eventsOf(all, 'bid'),
  };
}

function queryOf(name: string) {
  const query = queries.find((one) => one.name === name);
  if (query === undefined) throw new Error(`no such query: ${name}`);
  return query;
}

const ways: Readonly<Record<string, () => Promise<object>>> = {
  async tables() {
    for (const [name, records] of Object.entries(tables(Number(first)))) {
      await run(pipeline(name, from<object>(records).to(ndjson.write(join(second, `${name}.ndjson`)))));
    }
    return {};
  },

  async millrace() {
    const { person, auction, bid } = tables(Number(second));
    let read = 0;
    const stream = <T>(records: readonly T[]) => {
      return (): Flow<T> => {
        read += records.length;
        return from(records);
      };
    };
    const streams: Streams = { persons: stream(person), auctions: stream(auction), bids: stream(bid) };
    const flow = queryOf(first).flow(streams);
    const began = performance.now();
    // By the clock, which stands still, all is in one window.
    const { balance } = await run(pipeline(first, flow.to(discard())), { clock: virtualClock() });
    return { ms: performance.now() - began, results: balance.written, events: read };
  },

  async duckdb() {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const database = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await database.connect();
    for (const name of ['person', 'auction', 'bid']) {
      const path = join(second, `${name}.ndjson`);
      await connection.run(
        `CREATE TABLE ${name} AS SELECT * FROM read_json('${path}', format = 'newline_delimited')`,
      );
    }
    const began = performance.now();
    await connection.run(`CREATE TABLE results AS ${queryOf(first).sql}`);
    const ms = performance.now() - began;
    const counted = await connection.runAndReadAll('SELECT count(*) FROM results');
    const results = Number(counted.getRows()[0]![0]);
    connection.closeSync();
    database.closeSync();
    return { ms, results };
  },
};

const made = ways[way];
if (made === undefined) throw new Error(`no such job: ${way}`);
console.log(JSON.stringify({ ...(await made()), rssMb: process.resourceUsage().maxRSS / 1024 }));
