import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { fileSchema } from '../../../../src/spec/file-schema.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { put, REGISTRY, runFile } from '../files.ts';

const ORDERS = [
  { id: 1, name: 'Bo', qty: 2, price: 5, at: '2024-03-01T12:00:30Z' },
  { id: 2, name: 'ada', qty: 9, price: 1, at: '2024-03-01T12:00:10Z' },
  { id: 3, name: 'Cy', qty: 1, price: 30, at: '2024-03-01T12:02:00Z' },
];

const MODULE = `import { defineAggregate } from ${JSON.stringify(join(process.cwd(), 'src/processing/operators/aggregates/define-aggregate.ts'))};
export const byPrice = (a, b) => a.price - b.price;
export const total = (record) => record.qty * record.price;
export const product = defineAggregate({
  name: 'product',
  create: () => 1,
  add: (product, record) => product * record.qty,
  merge: (earlier, later) => earlier * later,
  result: (product) => product,
});
export const made = () => product;
export const number = 7;
export const nothing = () => 7;
`;

/** What comes out of these operators, or of these flows with an end called \`it\`. */
async function out(text: string, records: readonly object[] = ORDERS): Promise<unknown[]> {
  const folder = tempFolder().path;
  put(folder, 'parts.ts', MODULE);
  const lines = (list: readonly object[]) => list.map((one) => `${JSON.stringify(one)}\n`).join('');
  put(folder, 'in.ndjson', lines(records));
  const flows = text.startsWith('- ')
    ? `  it:\n    read: { ndjson: in.ndjson }\n    pipe:\n${text.replaceAll(/^/gm, '      ')}\n`
    : text;
  const file = `version: 1\nparams: { vat: { type: number, default: 2 } }\nflows:\n${flows}sinks:\n  out: { from: it, write: { ndjson: out.ndjson } }\n`;
  await runFile(put(folder, 'p.yaml', file));
  const written = readFileSync(join(folder, 'out.ndjson'), 'utf8').trimEnd();
  return written.split('\n').map((line) => JSON.parse(line) as unknown);
}

const ids = async (text: string) => (await out(text)).map((one) => (one as { readonly id: number }).id);

describe('sort', () => {
  test.each([
    ['by an expression', '- sort: { expression: record.qty * record.price }', [2, 1, 3]],
    [
      'by an expression, the largest first',
      '- sort: { by: { expression: record.qty * record.price }, order: desc }',
      [3, 1, 2],
    ],
    ['by an expression of a parameter', '- sort: { expression: record.price % params.vat }', [3, 1, 2]],
    [
      'by several, each in its order',
      '- sort: { by: [{ by: { expression: record.qty > 1 }, order: desc }, { by: name, locale: en }] }',
      [2, 1, 3],
    ],
    ['by a function of a module', '- sort: { use: "./parts.ts#total" }', [2, 1, 3]],
    ['by a function that compares', '- sort: { use: "./parts.ts#byPrice" }', [2, 1, 3]],
  ])('%s', async (_, step, expected) => {
    expect(await ids(step)).toEqual(expected);
  });

  test('of several fields, the order is said of each', async () => {
    await expect(out('- sort: { by: [{ by: id }], order: desc }')).rejects.toThrow(
      /p\.yaml:7:\d+: sort: of several fields, each has its own order, nulls and locale/,
    );
  });

  test('a function that compares sees to the order itself', async () => {
    await expect(out('- sort: { use: "./parts.ts#byPrice", order: desc }')).rejects.toThrow(
      'a function compares',
    );
  });
});

test('top ranks by an expression, of all records and of each key', async () => {
  const by = '{ expression: record.qty * record.price }';
  expect(await ids(`- top: { n: 2, by: ${by} }`)).toEqual([3, 1]);
  expect(await ids(`- keyBy: record.qty > 1\n- top: { n: 1, by: ${by} }`)).toEqual([1, 3]);
});

test('event time and windows go by the time that an expression makes', async () => {
  const steps = `- map: '{"qty": record.qty, "when": {"at": record.at}}'
- eventTime: { expression: record.when.at, outOfOrder: 1m }
- window: { tumbling: { size: 1m, time: { expression: record.when.at } } }
- aggregate: { n: { count: true } }`;
  const results = (await out(steps)) as { readonly n: number }[];
  expect(results.map(({ n }) => n)).toEqual([2, 1]);
});

test('sessions and windows of a join do, too', async () => {
  const session =
    '- window: { session: { gap: 1m, time: { expression: timestamp(record.at) } } }\n- aggregate: { n: { count: true } }';
  expect(await out(`- sort: at\n- eventTime: at\n${session}`)).toMatchObject([{ n: 2 }, { n: 1 }]);
  const join = `  a: { read: { ndjson: in.ndjson }, pipe: [eventTime: { time: at, outOfOrder: 1m }] }
  b: { read: { ndjson: in.ndjson }, pipe: [eventTime: { time: at, outOfOrder: 1m }] }
  it:
    windowJoin: { left: a, right: b, on: record.id, tumbling: { size: 1m, time: { expression: record.at } } }
    pipe: [map: record.left]
`;
  expect((await out(join)).length).toBe(3);
});

describe('mergeSorted', () => {
  const two = (by: string) => `  a: { read: { records: [{ k: 1, n: 9 }, { k: 1, n: 3 }] } }
  b: { read: { records: [{ k: 0, n: 1 }, { k: 1, n: 5 }] } }
  it: { mergeSorted: { flows: [a, b], ${by} } }
`;

  test.each([
    ['several fields, each in its order', 'by: [{ by: k }, { by: n, order: desc }]', [1, 9, 5, 3]],
    ['an expression', 'by: { expression: record.k * 10 - record.n }', [1, 9, 5, 3]],
    [
      'an expression of a parameter',
      'by: { expression: record.k * 9 - record.n * params.vat }',
      [9, 1, 5, 3],
    ],
    [
      'an expression among several',
      'by: [{ by: { expression: record.k } }, { by: { expression: -record.n } }]',
      [1, 9, 5, 3],
    ],
  ])('by %s', async (_, by, expected) => {
    const found = (await out(two(by))) as { readonly n: number }[];
    expect(found.map(({ n }) => n)).toEqual(expected);
  });

  test('of several fields, the order is said of each', async () => {
    await expect(out(two('by: [{ by: k }], order: desc'))).rejects.toThrow('each has its own order');
  });
});

describe('aggregates', () => {
  test.each([
    ['of an expression', '{ sum: { expression: record.qty * record.price * params.vat } }', 98],
    ['of a function', '{ max: { use: "./parts.ts#total" } }', 30],
    ['of whole records that an expression makes', '{ first: { expression: record.name } }', 'Bo'],
    ['with options', '{ quantile: { expression: record.qty * 1.0 }, q: 1 }', 9],
    ['of a module', '{ use: "./parts.ts#product" }', 18],
    ['of a function of a module', '{ use: "./parts.ts#made" }', 18],
  ])('%s', async (_, written, expected) => {
    expect(await out(`- aggregate: { value: ${written} }`)).toEqual([{ value: expected }]);
  });

  test('of a module, for each key, and of each window', async () => {
    expect(await out('- keyBy: record.qty > 1\n- aggregate: { p: { use: "./parts.ts#product" } }')).toEqual([
      { key: true, p: 18 },
      { key: false, p: 1 },
    ]);
    const window =
      '- eventTime: { time: at, outOfOrder: 1m }\n- window: { tumbling: { size: 1m, time: at } }\n- aggregate: { p: { use: "./parts.ts#product" } }';
    expect(await out(window)).toMatchObject([{ p: 18 }, { p: 1 }]);
  });

  test.each([
    [
      '{ use: "./parts.ts#number" }',
      /p\.yaml:7:\d+: aggregates\.value\.use: expected an aggregate, as defineAgg/,
    ],
    ['{ use: "./parts.ts#nothing" }', /Cannot use nothing as an aggregate: it returned 7/],
    ['{ use: "./parts.ts#produkt" }', /has no export "produkt"[\s\S]*Did you mean "product"\?/],
    ['{ use: "./parts.ts#product", k: 3 }', /has no option "k"/],
    ['{ sum: 7 }', /expected text, or a function, found 7/],
    ['{ sum: { expression: record.qty * } }', /p\.yaml:7:\d+: the expression ends too early/],
  ])('%s is refused', async (written, message) => {
    await expect(out(`- aggregate: { value: ${written} }`)).rejects.toThrow(message);
  });
});

describe('editors are told by the schema of files', () => {
  const valid = new Ajv({ strict: false }).compile(fileSchema(REGISTRY));
  const pipe = (...steps: unknown[]) => ({
    version: 1,
    flows: { it: { read: { csv: 'a.csv' }, pipe: steps } },
    sinks: { out: { from: 'it', write: { discard: {} } } },
  });
  const expression = 'record.a';

  test.each([
    [{ sort: { expression, order: 'desc' } }],
    [{ sort: { by: [{ by: { expression }, order: 'desc' }, { by: 'a' }] } }],
    [{ top: { n: 1, by: { expression }, key: { expression } } }],
    [{ eventTime: { expression } }],
    [{ eventTime: { time: { use: './a.ts#at' } } }],
    [{ window: { window: { type: 'tumbling', size: '1m', time: { expression } }, aggregates: {} } }],
    [{ aggregate: { a: { sum: { expression } }, b: { use: './a.ts#b' }, c: { count: true } } }],
  ])('%j', (step) => {
    expect(valid(pipe(step)), JSON.stringify(valid.errors)).toBe(true);
  });

  test.each([
    [{ sort: { by: { expresion: 'a' } } }],
    [{ top: { n: 1, by: 7 } }],
    [{ aggregate: { a: { use: 'no export' } } }],
    [{ aggregate: { a: { sum: { of: 'a' } } } }],
  ])('%j is none', (step) => {
    expect(valid(pipe(step))).toBe(false);
  });
});
