// The queries of an auction house: what comes of 200,000 events, and how long each query takes.
//
//   node examples/nexmark/run.ts [q5 …] [--events 1000000]
import { parseArgs } from 'node:util';
import { discard, pipeline, run } from '../../src/index.ts';
import { queries } from './queries.ts';
import { streams } from './streams.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '200000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const unknown = positionals.filter((name) => !queries.some((query) => query.name === name));

if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no query ${unknown.join(', ')}.\n`);
  console.log('node examples/nexmark/run.ts [query …] [--events 200000]\n');
  for (const { name, asks } of queries) console.log(`${name.padEnd(5)}${asks}`);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  const count = Number(values.events);
  const wanted = queries.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const { name, asks, flow } of wanted) {
    const { balance, durationMs } = await run(pipeline(name, flow(streams({ count })).to(discard())));
    const results = balance.written.toLocaleString('en');
    console.log(
      `${name.padEnd(5)}${`${Math.round(durationMs)} ms`.padStart(9)}${results.padStart(11)} results  ${asks}`,
    );
  }
}
