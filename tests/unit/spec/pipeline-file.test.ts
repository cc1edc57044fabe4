import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { open, put, runFile } from './files.ts';

const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** Runs a pipe on records, and gives what comes out of it. */
async function through(pipe: string, records: readonly object[], more = ''): Promise<unknown[]> {
  const folder = tempFolder().path;
  put(folder, 'in.ndjson', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const path = put(
    folder,
    'pipe.yaml',
    `version: 1
${more}
flows:
  it:
    read: { ndjson: in.ndjson }
    pipe:
${pipe.replaceAll(/^/gm, '      ')}
sinks:
  out: { from: it, write: { ndjson: out.ndjson } }
`,
  );
  await runFile(path);
  return lines(join(folder, 'out.ndjson'));
}

describe('the example of the reference', () => {
  const fixtures = () => {
    const folder = tempFolder().path;
    cpSync('tests/fixtures/pipelines', folder, { recursive: true });
    return folder;
  };

  test('reads, checks, filters, computes, enriches, splits, and puts rejects aside', async () => {
    const folder = fixtures();
    const { balance } = await runFile(join(folder, 'orders.yaml'), { in: 'orders.csv' });
    expect(balance).toMatchObject({ read: 6, written: 2, filtered: 1, deadLettered: 3, closed: true });
    expect(lines(join(folder, 'large.ndjson'))).toEqual([
      { id: 'A1', status: 'paid', qty: 2, price: 600, total: 1200, country: 'AT' },
    ]);
    expect(readFileSync(join(folder, 'small.csv'), 'utf8')).toBe(
      'id,status,qty,price,total,country\nB2,paid,1,9.5,9.5,BE\n',
    );
    const rejects = lines(join(folder, 'rejects.ndjson')) as { node: string; record: { id: string } }[];
    expect(rejects.map(({ node, record }) => [record.id, node]).sort()).toEqual([
      ['A5', 'validate'],
      ['C6', 'validate'],
      ['D4', 'mapAsync'],
    ]);
  });

  test('does what its parameters say', async () => {
    const folder = fixtures();
    await runFile(join(folder, 'orders.yaml'), { in: 'orders.csv', minimum: 5 });
    expect(lines(join(folder, 'large.ndjson'))).toHaveLength(2);
  });

  test('wants the parameters that have no default', async () => {
    const file = await open(join(fixtures(), 'orders.yaml'));
    expect(file.params.safeParse({}).error?.issues).toMatchObject([{ path: ['in'] }]);
    expect(file.params.safeParse({ in: 'orders.csv' }).data).toEqual({ in: 'orders.csv', minimum: 1000 });
  });

  test('is the same graph as JSON', async () => {
    const folder = fixtures();
    const yaml = await (await open(join(folder, 'orders.yaml'))).build({ in: 'orders.csv', minimum: 1000 });
    const { parse } = await import('yaml');
    const text = readFileSync(join(folder, 'orders.yaml'), 'utf8');
    const json = await open(put(folder, 'orders.json', JSON.stringify(parse(text), null, '\t')));
    const built = await json.build({ in: 'orders.csv', minimum: 1000 });
    const withoutSites = (description: object) =>
      JSON.stringify(description).replaceAll(/"site":"[^"]*",/g, '');
    expect(withoutSites(built.pipeline.describe())).toBe(withoutSites(yaml.pipeline.describe()));
  });
});

describe('a pipe', () => {
  test('sorts and takes, with a single value for the main option', async () => {
    expect(await through('- sort: n\n- take: 2', [{ n: 3 }, { n: 1 }, { n: 2 }])).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  });

  test('aggregates what keyBy sets apart, under "key"', async () => {
    const records = [
      { c: 'FR', v: 1 },
      { c: 'DE', v: 2 },
      { c: 'FR', v: 3 },
    ];
    expect(await through('- keyBy: record.c\n- aggregate: { total: { sum: v } }', records)).toEqual([
      { key: 'FR', total: 4 },
      { key: 'DE', total: 2 },
    ]);
  });

  test('names fields of the key by themselves', async () => {
    const records = [
      { c: 'FR', v: 1 },
      { c: 'FR', v: 3 },
    ];
    expect(await through('- keyBy: { fields: [c] }\n- aggregate: { total: { sum: v } }', records)).toEqual([
      { c: 'FR', total: 4 },
    ]);
    expect(await through('- aggregate: { key: c, aggregates: { total: { sum: v } } }', records)).toEqual([
      { c: 'FR', total: 4 },
    ]);
  });

  test('puts records together by windows, as the code does', async () => {
    const records = [
      { at: '2024-01-01T00:00:01Z' },
      { at: '2024-01-01T00:00:59Z' },
      { at: '2024-01-01T00:01:01Z' },
    ];
    const pipe =
      '- eventTime: at\n- keyBy: "1"\n- window: { tumbling: { size: 1m, time: at } }\n- aggregate: { n: { count: true } }';
    expect(await through(pipe, records)).toMatchObject([
      { key: 1, n: 2 },
      { key: 1, n: 1 },
    ]);
  });

  test('assigns constants besides expressions, and uses parameters in both ways', async () => {
    const more = 'params: { rate: { type: number, default: 2 } }';
    expect(
      await through(
        `- assign: { a: record.n * params.rate, b: 7, c: "'text'" }\n- take: \${params.rate}`,
        [{ n: 3 }],
        more,
      ),
    ).toEqual([{ n: 3, a: 6, b: 7, c: 'text' }]);
  });

  test('says the place of an expression that fails', async () => {
    await expect(through('- filter: record.a.b > 1', [{ a: 1 }])).rejects.toThrow(/filter/);
  });

  test('keeps names of columns that objects have of themselves', async () => {
    expect(
      await through('- rename: { constructor: made, toString: text }', [{ constructor: 1, toString: 2 }]),
    ).toEqual([{ made: 1, text: 2 }]);
  });
});

describe('flows', () => {
  const folderWith = (flows: string, from: string) => {
    const folder = tempFolder().path;
    put(folder, 'a.ndjson', '{"id":1,"v":"a"}\n{"id":3,"v":"c"}\n');
    put(folder, 'b.ndjson', '{"id":1,"w":"x"}\n{"id":2,"w":"y"}\n');
    put(
      folder,
      'p.yaml',
      `version: 1\nflows:\n  a: { read: { ndjson: a.ndjson } }\n  b: { read: { ndjson: b.ndjson } }\n${flows}\nsinks:\n  out: { from: ${from}, write: { ndjson: out.ndjson } }\n`,
    );
    return folder;
  };
  const out = async (flows: string, from = 'it') => {
    const folder = folderWith(flows, from);
    await runFile(join(folder, 'p.yaml'));
    return lines(join(folder, 'out.ndjson'));
  };

  test.each<[string, string, unknown]>([
    [
      'concat',
      '  it: { concat: [a, b], pipe: [{ select: [id] }] }',
      [{ id: 1 }, { id: 3 }, { id: 1 }, { id: 2 }],
    ],
    [
      'zip',
      '  it: { zip: [a, b] }',
      [
        [
          { id: 1, v: 'a' },
          { id: 1, w: 'x' },
        ],
        [
          { id: 3, v: 'c' },
          { id: 2, w: 'y' },
        ],
      ],
    ],
    [
      'mergeSorted',
      '  it: { mergeSorted: { flows: [a, b], by: id }, pipe: [{ select: [id] }] }',
      [{ id: 1 }, { id: 1 }, { id: 2 }, { id: 3 }],
    ],
    [
      'join',
      '  it: { join: { left: a, right: b, on: record.id } }',
      [{ left: { id: 1, v: 'a' }, right: { id: 1, w: 'x' } }],
    ],
    [
      'join on two',
      '  it: { join: { left: a, right: b, on: [record.id, record.id + 1], kind: left } }',
      [{ left: { id: 1, v: 'a' } }, { left: { id: 3, v: 'c' }, right: { id: 2, w: 'y' } }],
    ],
  ])('%s', async (_, flows, expected) => {
    expect(await out(flows)).toEqual(expected);
  });

  test('merge', async () => {
    expect(await out('  it: { merge: [a, b], pipe: [{ aggregate: { n: { count: true } } }] }')).toEqual([
      { n: 4 },
    ]);
  });

  test('a flow of dead letters goes on like any other', async () => {
    const flows = `  bad: { deadLetters: true, pipe: [{ map: '{"id": record.record.id}' }] }
  it: { merge: [a, b], pipe: [{ assert: { rules: { small: record.id < 3.0 }, onError: { deadLetter: bad } } }, { filter: "false" }] }
  all: { merge: [bad, it] }`;
    expect(await out(flows, 'all')).toEqual([{ id: 3 }]);
  });
});

describe('parameters, the environment and secrets', () => {
  const file = (path: string, more = '') =>
    put(
      tempFolder().path,
      'p.yaml',
      `version: 1\n${more}\nflows:\n  it: { read: { csv: { path: ${path} } } }\nsinks:\n  out: { from: it, write: { discard: {} } }\n`,
    );
  const labelOf = async (path: string, given: object = {}, environment: Record<string, string> = {}) => {
    const opened = await open(path, environment);
    const { pipeline } = await opened.build(opened.params.parse(given));
    return opened.secrets.hide(pipeline.describe().nodes[0]!.label);
  };

  test('fill in texts, with defaults for the environment', async () => {
    const path = file(`"\${DIR:-data}/\${params.day}.csv"`, 'params: { day: string }');
    expect(await labelOf(path, { day: '1' })).toMatch(/data\/1\.csv$/);
    expect(await labelOf(path, { day: '1' }, { DIR: 'other' })).toMatch(/other\/1\.csv$/);
  });

  test(`leave $\${ as \${`, async () => {
    expect(await labelOf(file(`"$\${x}.csv"`))).toMatch(/\$\{x\}\.csv$/);
  });

  test.each([
    [
      'a secret parameter',
      `"https://example.org/\${params.token}.csv"`,
      'params: { token: { type: string, secret: true } }',
      { token: 't0p' },
      {},
    ],
    ['a secret of the environment', `{ secret: "\${TOKEN}" }`, '', {}, { TOKEN: 't0p.csv' }],
  ])('%s is in no description, and in no error', async (_, path, more, given, environment) => {
    const opened = await open(file(path, more), environment);
    const { pipeline } = await opened.build(opened.params.parse(given));
    const [reader] = pipeline.describe().nodes;
    expect(JSON.stringify(pipeline.describe())).not.toContain('t0p');
    expect(pipeline.toMermaid() + pipeline.toDot() + pipeline.explain()).not.toContain('t0p');
    expect(JSON.stringify(reader!.options)).toContain(`\${`);
    const wrong = file(path, `${more}\nmemory: lots`);
    const message = await open(wrong, environment).then(
      () => '',
      (error: Error) => JSON.stringify([error.message, Reflect.get(error, 'details')]),
    );
    expect(message).toContain('memory');
    expect(message).not.toContain('t0p');
  });
});

describe('include', () => {
  test('brings flows, sinks and parameters, with paths relative to where they are written', async () => {
    const folder = tempFolder().path;
    put(folder, 'parts/in.ndjson', '{"n":1}\n');
    put(folder, 'parts/orders.yaml', 'version: 1\nflows:\n  orders: { read: { ndjson: in.ndjson } }\n');
    const path = put(
      folder,
      'main.yaml',
      'version: 1\ninclude: ./parts/orders.yaml\nsinks:\n  out: { from: orders, write: { ndjson: out.ndjson } }\n',
    );
    await runFile(path);
    expect(lines(join(folder, 'out.ndjson'))).toEqual([{ n: 1 }]);
  });

  test('is refused where files include one another, or name one thing twice', async () => {
    const folder = tempFolder().path;
    put(folder, 'b.yaml', 'include: a.yaml\nflows: { x: { read: { csv: b.csv } } }\n');
    const path = put(
      folder,
      'a.yaml',
      'version: 1\ninclude: b.yaml\nflows: { x: { read: { csv: a.csv } } }\nsinks: { out: { from: x, write: { discard: {} } } }\n',
    );
    await expect(open(path)).rejects.toThrow(/include one another: a\.yaml -> b\.yaml -> a\.yaml/);
    await expect(open(path)).rejects.toThrow(/"x" is among the flows of another file already/);
  });
});

test('anchors and merge keys say a thing once', async () => {
  const folder = tempFolder().path;
  put(folder, 'in.csv', 'a;b\n1;2\n');
  const path = put(
    folder,
    'p.yaml',
    'version: 1\nx-csv: &semicolons { delimiter: ";" }\nflows:\n  it: { read: { csv: { <<: *semicolons, path: in.csv } } }\nsinks:\n  out: { from: it, write: { csv: { <<: *semicolons, path: out.csv } } }\n',
  );
  await runFile(path);
  expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('a;b\n1;2\n');
});

test('checkpoint says how a run is checkpointed, its store relative to the file', async () => {
  const folder = tempFolder().path;
  const path = put(
    folder,
    'p.yaml',
    'version: 1\ncheckpoint: { store: ./state, every: 5s }\nflows:\n  it: { read: { csv: in.csv } }\nsinks:\n  out: { from: it, write: { csv: out.csv } }\n',
  );
  const { checkpoint } = await (await open(path)).build({});
  const labelled = (label: string) => ({
    store: expect.objectContaining({ label: expect.stringMatching(label) }),
  });
  expect(checkpoint).toEqual({ ...labelled(`^directory .*${folder}`), every: '5s' });
});
