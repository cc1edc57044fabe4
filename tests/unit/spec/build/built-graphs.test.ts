import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../io/temp-folder.ts';
import { put, runFile } from '../files.ts';

type Files = Readonly<Record<string, string>>;

const ndjson = (...records: readonly object[]) => records.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Runs a pipeline with these files beside it, and reads what it wrote. */
async function ran(text: string, files: Files): Promise<(name: string) => unknown[]> {
  const folder = tempFolder().path;
  for (const [name, content] of Object.entries(files)) put(folder, name, content);
  const { balance } = await runFile(put(folder, 'p.yaml', `version: 1\n${text}`));
  expect(balance.closed).toBe(true);
  return (name) =>
    readFileSync(join(folder, `${name}.ndjson`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
}

const views = ndjson(
  { page: '/', at: '2026-01-01T10:00:01Z' },
  { page: '/', at: '2026-01-01T10:02:00Z' },
  { page: '/', at: '2026-01-01T10:00:02Z' },
);

test('windows with late: route give late records as a flow of their own', async () => {
  const written = await ran(
    `flows:
  views:
    read: { ndjson: views.ndjson }
    pipe:
      - eventTime: at
      - keyBy: record.page
      - window: { tumbling: { size: 1m, time: at }, late: route }
      - aggregate: { n: { count: true } }
sinks:
  counts: { from: views.results, write: { ndjson: counts.ndjson } }
  late: { from: views.late, write: { ndjson: late.ndjson } }
`,
    { 'views.ndjson': views },
  );
  expect(written('counts')).toMatchObject([
    { key: '/', n: 1 },
    { key: '/', n: 1 },
  ]);
  expect(written('late')).toEqual([{ page: '/', at: '2026-01-01T10:00:02Z' }]);
});

test('late: route keeps the names of the fields of a key', async () => {
  const written = await ran(
    `flows:
  views:
    read: { ndjson: views.ndjson }
    pipe:
      - eventTime: at
      - window: { window: { type: tumbling, size: 1m, time: at }, key: page, late: route, aggregates: { n: { count: true } } }
sinks:
  counts: { from: views.results, write: { ndjson: counts.ndjson } }
  late: { from: views.late, write: { discard: {} } }
`,
    { 'views.ndjson': views },
  );
  expect(Object.keys(written('counts')[0] as object)).toEqual(['page', 'window', 'n']);
});

test('process gives its side outputs as flows', async () => {
  const written = await ran(
    `flows:
  views:
    read: { ndjson: views.ndjson }
    pipe:
      - keyBy: record.page
      - process: { use: "./watch.ts#spec", outputs: [repeated] }
sinks:
  first: { from: views.main, write: { ndjson: first.ndjson } }
  repeated: { from: views.repeated, write: { ndjson: repeated.ndjson } }
`,
    {
      'views.ndjson': views,
      'watch.ts': `import { state } from ${JSON.stringify(join(process.cwd(), 'src/processing/operators/state/state.ts'))};
export const spec = {
  outputs: ['repeated'],
  state: { seen: state.value(false) },
  onRecord(record, { state, emit, output }) {
    if (state.seen.get()) output('repeated', record);
    else emit(record);
    state.seen.set(true);
  },
};
`,
    },
  );
  expect(written('first')).toHaveLength(1);
  expect(written('repeated')).toHaveLength(2);
});

test('windowJoin joins what meets in a window', async () => {
  const written = await ran(
    `flows:
  views: { read: { ndjson: views.ndjson }, pipe: [{ eventTime: { time: at, outOfOrder: 1h } }] }
  orders: { read: { ndjson: orders.ndjson }, pipe: [{ eventTime: { time: at, outOfOrder: 1h } }] }
  both: { windowJoin: { left: views, right: orders, on: record.page, tumbling: { size: 1m, time: at } } }
sinks:
  out: { from: both, write: { ndjson: out.ndjson } }
`,
    { 'views.ndjson': views, 'orders.ndjson': ndjson({ page: '/', at: '2026-01-01T10:02:59Z', total: 7 }) },
  );
  expect(written('out')).toMatchObject([{ left: { at: '2026-01-01T10:02:00Z' }, right: { total: 7 } }]);
});

describe('lookupJoin looks up in', () => {
  const join = (table: string) => `flows:
  orders:
    read: { ndjson: orders.ndjson }
    pipe:
      - lookupJoin: { table: ${table}, key: record.country, tableKey: record.code }
sinks:
  out: { from: orders, write: { ndjson: out.ndjson } }
`;
  const files = {
    'orders.ndjson': ndjson({ id: 1, country: 'DE' }, { id: 2, country: 'XX' }),
    'countries.csv': 'code,name,old\nDE,Germany,no\nXX,Nowhere,yes\n',
    'tables.ts': "export const countries = () => [{ code: 'DE', name: 'Germany' }];\n",
  };
  test.each([
    [
      'a flow of its own',
      '{ read: { csv: countries.csv }, pipe: [{ filter: record.old == "no" }, { drop: [old] }] }',
    ],
    ['rows in place', '[{ code: DE, name: Germany }]'],
    ['rows of a module', '{ use: "./tables.ts#countries" }'],
  ])('%s', async (_, table) => {
    const written = await ran(join(table), files);
    expect(written('out')).toEqual([
      { id: 1, country: 'DE', code: 'DE', name: 'Germany' },
      { id: 2, country: 'XX' },
    ]);
  });
});

test('operators of RxJS, streams of Node, conflate, and records in place', async () => {
  const written = await ran(
    `flows:
  numbers:
    read: { records: [{ n: 1 }, { n: 1 }, { n: 2 }] }
    pipe:
      - rx: { use: "./parts.ts#changes", buffer: 10 }
      - through: { use: "./parts.ts#doubled" }
      - conflate: { seed: record.n, fold: { use: "./parts.ts#add" } }
      - map: '{"sum": record}'
      - takeUntil: { after: 1h }
sinks:
  out: { from: numbers, write: { ndjson: out.ndjson } }
  seen: { from: numbers, write: { forEach: { use: "./parts.ts#see" } } }
`,
    {
      'parts.ts': `import { distinctUntilChanged } from ${JSON.stringify(import.meta.resolve('rxjs'))};
import { Transform } from 'node:stream';
import { appendFileSync } from 'node:fs';
export const changes = distinctUntilChanged((a, b) => a.n === b.n);
export const doubled = () => new Transform({ objectMode: true, transform: (record, _, done) => done(null, { n: record.n * 2 }) });
export const add = (sum, record) => sum + record.n;
export const see = (record) => appendFileSync(new URL('seen.ndjson', import.meta.url), JSON.stringify(record) + '\\n');
`,
    },
  );
  const sums = written('out') as { sum: number }[];
  expect(sums.reduce((sum, one) => sum + one.sum, 0)).toBe(6);
  expect(written('seen')).toEqual(sums);
});

test('expandAsync walks what comes of each record', async () => {
  const written = await ran(
    `flows:
  tree:
    read: { records: [1] }
    pipe: [{ expandAsync: { use: "./tree.ts#below", depth: 2 } }]
sinks:
  out: { from: tree, write: { ndjson: out.ndjson } }
`,
    { 'tree.ts': 'export const below = async (n) => [n * 10, n * 10 + 1];\n' },
  );
  expect(written('out')).toEqual([1, 10, 11, 100, 101, 110, 111]);
});

test('bulkheads of one name bound the calls of several operators together', async () => {
  const written = await ran(
    `flows:
  numbers:
    read: { records: [1, 2, 3, 4, 5, 6, 7, 8] }
    pipe:
      - mapAsync: { use: "./calls.ts#call", bulkhead: { name: db, concurrency: 2 } }
      - mapAsync: { use: "./calls.ts#call", bulkhead: { name: db, concurrency: 2 } }
sinks:
  out: { from: numbers, write: { ndjson: out.ndjson } }
`,
    {
      'calls.ts': `let open = 0;
export const call = async (n) => {
  open++;
  if (open > 2) throw new Error('too many calls: ' + open);
  await new Promise((resolve) => setImmediate(resolve));
  open--;
  return n;
};
`,
    },
  );
  expect(written('out')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a circuit breaker of a file makes no calls for a while', async () => {
  const written = await ran(
    `flows:
  numbers:
    read: { records: [1, 2, 3, 4, 5, 6, 7, 8, 9] }
    pipe:
      - mapAsync: { use: "./calls.ts#call", concurrency: 1, circuitBreaker: { name: shop, failures: 2, reset: 1h }, onError: { deadLetter: bad } }
sinks:
  out: { from: numbers, write: { ndjson: out.ndjson } }
  bad: { write: { ndjson: bad.ndjson } }
`,
    { 'calls.ts': "export const call = async () => { throw new Error('down'); };\n" },
  );
  const codes = (written('bad') as { error: { code: string } }[]).map(({ error }) => error.code);
  expect(codes).toHaveLength(9);
  expect(codes.slice(0, 2)).toEqual(['ERR_CALLBACK', 'ERR_CALLBACK']);
  expect(codes.slice(-5)).toEqual(Array(5).fill('ERR_CIRCUIT_OPEN'));
});

describe('functions of a package', () => {
  const using = (name: string) => `flows:
  rows:
    read: { ndjson: rows.ndjson }
    pipe: [{ map: { use: "${name}" } }]
sinks: { out: { from: rows, write: { ndjson: out.ndjson } } }
`;

  test.each([
    ['import', 'export const twice = ({ n }) => ({ n: n * 2 });'],
    ['require', 'exports.twice = ({ n }) => ({ n: n * 2 });'],
  ])('are found where it is for %s only', async (condition, code) => {
    const type = condition === 'import' ? 'module' : 'commonjs';
    const files = {
      'rows.ndjson': ndjson({ n: 1 }),
      'node_modules/numbers/package.json': JSON.stringify({
        name: 'numbers',
        type,
        exports: { [condition]: './numbers.js' },
      }),
      'node_modules/numbers/numbers.js': code,
    };
    expect((await ran(using('numbers#twice'), files))('out')).toEqual([{ n: 2 }]);
  });

  test('are none of Node itself, which reaches everywhere', async () => {
    const found = ran(using('node:child_process#execSync'), { 'rows.ndjson': '' });
    await expect(found).rejects.toThrow('there is no package "node:child_process"');
  });
});
