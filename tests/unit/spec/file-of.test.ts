import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { from } from '../../../src/from.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import type { GraphDescription } from '../../../src/processing/graph/describe.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { componentExample } from '../../../src/spec/component-example.ts';
import { componentPage } from '../../../src/spec/component-page.ts';
import { fileOf } from '../../../src/spec/file-of.ts';
import { exampleFolder, fileWith } from './components.ts';
import { open, put, REGISTRY } from './files.ts';

/** The graph of a file, without the places in it. */
async function graphOf(path: string): Promise<GraphDescription> {
  const file = await open(path);
  const { pipeline } = await file.build(file.params.parse({}) as Record<string, unknown>);
  const { nodes, ...rest } = pipeline.describe();
  return { ...rest, nodes: nodes.map(({ site: _, ...node }) => node) };
}

/** Asks of a file that what is written of its graph makes the same graph, and stays as it is from then on. */
async function comesBack(text: string): Promise<string> {
  const folder = exampleFolder();
  put(folder, 'parts.ts', PARTS);
  const first = await graphOf(put(folder, 'p.yaml', text));
  const again = fileOf(first);
  const second = await graphOf(put(folder, 'again.yaml', again));
  expect(second).toEqual(first);
  expect(fileOf(second)).toBe(again);
  return again;
}

const PARTS = `import { Observable } from ${JSON.stringify(import.meta.resolve('rxjs'))};
import { bulkhead } from ${JSON.stringify(join(process.cwd(), 'src/processing/policies/bulkhead.ts'))};
import { count } from ${JSON.stringify(join(process.cwd(), 'src/processing/operators/aggregates/count.ts'))};
import { map } from ${JSON.stringify(join(process.cwd(), 'src/processing/operators/map.ts'))};
import { csvReader } from ${JSON.stringify(join(process.cwd(), 'src/io/formats/csv/csv-reader.ts'))};
import { discard } from ${JSON.stringify(join(process.cwd(), 'src/io/memory/discard.ts'))};
export const never = new Observable();
export const calls = bulkhead({ concurrency: 3 });
export const n = count();
export const compare = (a, b) => a.n - b.n;
export const at = (record) => record.at;
export const double = map((record: number) => record * 2);
export const reader = () => csvReader('in.csv');
export const writer = () => discard();
export const merge = (left: object, right: object) => ({ ...left, ...right });
export const rows = () => [{ code: 'DE' }];
export const sessions = { onRecord: (record: object) => [record] };
export const alarms = { outputs: ['alarms', 'audit'], onRecord: (record: object) => [record] };
`;

const AB = `version: 1
flows:
  a: { read: { csv: a.csv } }
  b: { read: { csv: b.csv }, pipe: [take: 3] }
`;
const out = (from: string) => `sinks:\n  out: { from: ${from}, write: { discard: {} } }\n`;
const piped = (step: string, froms: readonly string[] = ['it']) =>
  `version: 1\nflows:\n  it:\n    read: { ndjson: in.ndjson }\n    pipe:\n${step.replaceAll(/^/gm, '      ')}\nsinks:\n${froms
    .map((one, at) => `  out${at}: { from: ${one}, write: { discard: {} } }\n`)
    .join('')}`;

describe('every component comes back as it was', () => {
  test.each(
    REGISTRY.list().map((component) => {
      const page = componentPage(component);
      return [`${page.kind} ${page.name}`, page] as const;
    }),
  )('%s', async (_, page) => {
    await comesBack(fileWith(page.kind, componentExample(page)));
  });
});

describe('what is no component comes back, too', () => {
  test.each([
    ['merge', `${AB}  it: { merge: [a, b] }\n${out('it')}`],
    ['concat, named', `${AB}  it: { concat: [a, b], as: both, pipe: [take: 1] }\n${out('it')}`],
    ['zip', `${AB}  it: { zip: [a, b] }\n${out('it')}`],
    ['mergeSorted', `${AB}  it: { mergeSorted: { flows: [a, b], by: id, order: desc } }\n${out('it')}`],
    [
      'mergeSorted by several, with a parameter',
      `params: { by: { type: number, default: 7 } }\n${AB}  it: { mergeSorted: { flows: [a, b], by: [{ by: id, order: desc }, { by: { expression: double(record.n) % params.by } }] } }\n${out('it')}`,
    ],
    [
      'what goes by expressions, and by functions of modules',
      piped(`- sort: { use: "./parts.ts#compare" }
- sort: { by: [{ by: { use: "./parts.ts#at" }, nulls: first }, { by: name, locale: de }] }
- top: { n: 3, by: { expression: record.n * 2 } }
- eventTime: { expression: record.at }
- window: { hopping: { size: 2m, every: 1m, time: { use: "./parts.ts#at" } } }
- aggregate: { n: { use: "./parts.ts#n" }, total: { sum: { expression: record.n * 2 } }, all: { list: { use: "./parts.ts#at" }, max: 3 } }`),
    ],
    ['join', `${AB}  it: { join: { left: a, right: b, on: record.id } }\n${out('it')}`],
    [
      'join that holds the left side',
      `${AB}  it: { join: { left: a, right: b, on: [record.id, record.ref], kind: full, build: left } }\n${out('it')}`,
    ],
    [
      'join on the disk, of a parameter',
      `params: { limit: { type: number, default: 7 } }\n${AB}  it: { join: { left: a, right: b, on: record.id + params.limit, spill: true } }\n${out('it')}`,
    ],
    [
      'windowJoin',
      `${AB}  it: { windowJoin: { left: a, right: b, on: record.id, tumbling: { size: 1m, time: at }, merge: { use: "./parts.ts#merge" } } }\n${out('it')}`,
    ],
    [
      'windowJoin of hopping windows',
      `${AB}  it: { windowJoin: { left: b, right: a, on: record.id, window: { type: hopping, size: 2m, every: 1m, time: at }, kind: left, maxRows: 9 } }\n${out('it')}`,
    ],
    [
      'intervalJoin',
      `${AB}  it: { intervalJoin: { left: a, right: b, on: record.id, time: record.at, within: ["-5m", "1h"] } }\n${out('it')}`,
    ],
    [
      'asOfJoin of a join, and both read twice',
      `${AB}  one: { join: { left: a, right: b, on: record.id } }
  it: { asOfJoin: { left: one, right: b, on: [record.left.id, record.id], time: [record.left.at, record.at], tolerance: 1h }, as: latest }
sinks:
  out: { from: it, write: { discard: {} } }
  other: { from: one, write: { discard: {} } }
`,
    ],
    ['split', piped('- split: { large: record.n > 5, small: otherwise }', ['it.large', 'it.small'])],
    [
      'split that skips what no route takes',
      piped('- split: { routes: { large: record.n > 5, small: record.n < 3 }, onError: skip }\n  as: sizes', [
        'it.large',
        'it.small',
      ]),
    ],
    ['process', piped('- keyBy: record.user\n- process: { use: "./parts.ts#sessions" }\n- take: 3')],
    [
      'process with side outputs',
      piped(
        '- keyBy: record.user\n- process: { use: "./parts.ts#alarms", outputs: [alarms, audit] }\n  as: watch',
        ['it.main', 'it.alarms', 'it.audit'],
      ),
    ],
    [
      'windows with late records as a flow of their own',
      piped(
        '- eventTime: at\n- keyBy: record.page\n- window: { tumbling: { size: 1m, time: at }, late: route }\n- aggregate: { n: { count: true } }',
        ['it.results', 'it.late'],
      ),
    ],
    [
      'the same in one step',
      piped(
        '- window: { window: { type: session, gap: 1m, time: at }, key: page, late: route, aggregates: { n: { count: true } } }',
        ['it.late', 'it.results'],
      ),
    ],
    [
      'parts of modules',
      `version: 1\nflows:\n  it: { read: { use: "./parts.ts#reader" }, pipe: [use: "./parts.ts#double"] }\nsinks:\n  out: { from: it, write: { use: "./parts.ts#writer" } }\n`,
    ],
    [
      'dead letters as a flow, and as a sink',
      `version: 1
onError: { deadLetter: rest }
flows:
  bad: { deadLetters: true, pipe: [take: 9] }
  it: { read: { ndjson: { path: a.ndjson, onError: [{ retry: 2 }, { deadLetter: { to: bad, budget: 1% } }] } }, pipe: [filter: record.n > 1] }
sinks:
  out: { from: it, write: { discard: {} } }
  letters: { from: bad, write: { discard: {} } }
  rest: { write: { discard: {} } }
`,
    ],
    [
      'lookupJoin with a flow of its own, filtered by a parameter',
      piped(
        '- lookupJoin:\n    table: { read: { csv: c.csv }, as: countries, pipe: [{ filter: record.since > params.since, as: new ones }] }\n    key: record.country\n    tableKey: record.code\n    refresh: 1h',
      ).replace('flows:', 'params: { since: { type: integer, default: 1990 } }\nflows:'),
    ],
    [
      'lookupJoin with rows in place',
      piped(
        '- lookupJoin: { table: [{ code: DE }], key: record.country, tableKey: record.code, missing: fail }',
      ),
    ],
    [
      'lookupJoin with rows of a module',
      piped(
        '- lookupJoin: { table: { use: "./parts.ts#rows" }, key: record.country, tableKey: record.code }',
      ),
    ],
    ['takeUntil of a module', piped('- takeUntil: { use: "./parts.ts#never" }')],
    [
      'a bulkhead of a module, and one by name',
      piped(
        '- mapAsync: { use: "./enrich.ts#lookup", bulkhead: { use: "./parts.ts#calls" } }\n- flatMapAsync: { use: "./pages.ts#itemsOf", bulkhead: { name: db, concurrency: 2 } }',
      ),
    ],
  ])('%s', async (_, text) => {
    await comesBack(text);
  });
});

describe('what holds for the whole of a file comes back, too', () => {
  const settings = `description: Orders, as they come
params: { url: { type: string, secret: true, default: "postgres://me:hush@db.example/state" } }
edgeCapacity: 4
memory: 64 MiB
spill: { folder: ./spilled }
lint: { call-without-timeout: off, unused-parameter: [url] }
`;
  const file = `version: 1\n${settings}flows:\n  it: { read: { csv: in.csv } }\n${out('it')}`;

  test('memory, checkpoints, where state goes, rules of check', async () => {
    const checkpoint = 'checkpoint: { store: ./state, every: 10s, failures: 3, require: at least once }\n';
    const again = parse(await comesBack(`${file}${checkpoint}`));
    expect(again).toMatchObject({
      description: 'Orders, as they come',
      edgeCapacity: 4,
      memory: '64 MiB',
      spill: { folder: './spilled' },
      checkpoint: { store: './state', every: '10s', failures: 3, require: 'at least once' },
      lint: { 'call-without-timeout': 'off', 'unused-parameter': ['url'] },
    });
  });

  test('a store that a secret parameter names is named by it', async () => {
    const text = `${file}checkpoint: { store: "\${params.url}" }\n`;
    const folder = exampleFolder();
    const again = fileOf(await graphOf(put(folder, 'p.yaml', text)));
    expect(parse(again)).toMatchObject({
      params: { url: { type: 'string', secret: true } },
      checkpoint: { store: `\${params.url}` },
    });
    expect(again).not.toContain('hush');
  });

  test.each([
    ['it is written as it is', 'postgres://me:hush@db.example/state', 'postgres://me:***@db.example/state'],
    ['of the environment', `\${STATE}`, `\${STATE}`],
    ['in part of the environment', `postgres://me:\${PASSWORD}@db/s`, `postgres://me:\${PASSWORD}@db/s`],
    ['a default', `\${NONE:-postgres://me:hush@db/s}`, 'postgres://me:***@db/s'],
  ])('the password of a store is never told: %s', async (_, store, told) => {
    const text = `${file}checkpoint: { store: ${JSON.stringify(store)} }\n`;
    const opened = await open(put(exampleFolder(), 'p.yaml', text), {
      STATE: 'postgres://me:hush@db.example/state',
      PASSWORD: 'hush',
    });
    const { pipeline, checkpoint } = await opened.build(opened.params.parse({}) as Record<string, unknown>);
    expect(checkpoint?.store).toBeTypeOf('object');
    expect(pipeline.describe().settings?.checkpoint).toEqual({ store: told });
    expect(fileOf(pipeline.describe())).not.toContain('hush');
  });
});

test('a description that code made is refused by the names of its nodes', () => {
  const made = pipeline('code', [
    from([1])
      .pipe(map((n) => n))
      .to(discard()),
  ]);
  expect(() => fileOf(made.describe())).toThrow(
    'Cannot write pipeline "code" as a file: it is not plain data that "array", "map", "discard" were made of',
  );
});
