import { describe, expect, test } from 'vitest';
import { type Ended, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const ORDERS = `
import { csv, deadLetters, filter, map, merge, ndjson, otherwise, pipeline, retry, deadLetter, skip } from 'millrace';
import { z } from 'zod';

export const params = z.object({ least: z.number().default(0) });

export default ({ least }) => {
  const letters = deadLetters();
  const enough = filter((order) => order.total >= least);
  const orders = merge(csv.read('a.csv'), csv.read('b "ü".csv')).as('all orders');
  const { large, small } = orders
    .pipe(enough, map(Number, { onError: [retry({ attempts: 3, backoff: '1s..2s' }), deadLetter(letters, { budget: '1%' })] }))
    .split({ large: (n) => n > 100, small: otherwise });
  return pipeline('orders', [
    large.to(ndjson.write('large.ndjson')),
    small.to(ndjson.write('small.ndjson', { onError: skip({ budget: 5 }) })),
    letters.to(ndjson.write('letters.ndjson')),
  ]);
};
`;

const INVALID = `
import { from, ndjson, pipeline } from 'millrace';
const { a } = from([1]).split({ a: () => true, b: () => false });
export default pipeline('wrong', [a.to(ndjson.write('x')), from([2]).to(ndjson.write('x'))]);
`;

async function command(...args: readonly string[]): Promise<Ended> {
  work.current.put('orders.ts', ORDERS);
  work.current.put('invalid.ts', INVALID);
  return millrace(args, { cwd: work.current.folder });
}

/** The one document on stdout, which ends in a line feed; nothing is on stderr. */
function documentOf({ stdout, stderr }: Ended): unknown {
  expect(stderr).toBe('');
  expect(stdout.endsWith('\n')).toBe(true);
  return JSON.parse(stdout);
}

describe('millrace check --json', () => {
  test('says of a sound pipeline how large it is, on one line, and runs nothing', async () => {
    const ended = await command('check', 'orders.ts', '--json');
    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd()).not.toContain('\n');
    expect(documentOf(ended)).toEqual({
      pipeline: 'orders',
      valid: true,
      notes: [],
      findings: ['csv', 'csv-2'].map((node) => ({
        node,
        rule: 'reader-without-policy',
        severity: 'note',
        message: `a record of "${node}" that cannot be read ends the run`,
        hint: expect.stringContaining('deadLetter'),
      })),
      nodes: 10,
      stages: expect.any(Number),
      guarantees: {
        problems: [],
        sinks: ['ndjson', 'ndjson-2', 'ndjson-3'].map((sink) => ({
          sink,
          killed: 'exactly once',
          powerLost: 'exactly once',
          loweredBy: [],
        })),
      },
    });
    expect(work.current.list()).toEqual(['invalid.ts', 'orders.ts']);
  });

  test('counts the same nodes and stages as graph and explain show', async () => {
    const flags = ['orders.ts', '--json', '--set', 'least=5'];
    const [check, graph, explain] = await Promise.all(
      ['check', 'graph', 'explain'].map(async (name) => documentOf(await command(name, ...flags))),
    );
    const { nodes } = graph as { nodes: unknown[] };
    const { stages } = explain as { stages: unknown[] };
    expect(check).toMatchObject({ nodes: nodes.length, stages: stages.length });
  });

  test.each(['check', 'graph'])(
    '%s gives an invalid pipeline as one error with all its problems, and exits 2',
    async (name) => {
      const ended = await command(name, 'invalid.ts', '--json');
      expect(ended.code).toBe(2);
      expect(documentOf(ended)).toMatchObject({
        error: {
          code: 'ERR_PIPELINE_INVALID',
          message: expect.stringMatching(/The route "b" of "split" leads nowhere[\s\S]*2 sinks write to/),
          site: expect.stringMatching(/^invalid\.ts:4:/),
          details: expect.any(Object),
        },
      });
    },
  );

  test.each(['check', 'graph'])('%s gives wrong parameters and missing modules as errors', async (name) => {
    const wrong = await command(name, 'orders.ts', '--json', '--set', 'least=much');
    expect(wrong.code).toBe(2);
    expect(documentOf(wrong)).toMatchObject({
      error: { code: expect.stringMatching(/^ERR_/), message: expect.stringContaining('least') },
    });
    const missing = await command(name, 'gone.ts', '--json');
    expect(missing.code).toBe(2);
    expect(documentOf(missing)).toMatchObject({
      error: { code: expect.stringMatching(/^ERR_/), message: expect.stringContaining('gone.ts') },
    });
  });
});

describe('millrace graph --json', () => {
  test('is what describe() gives: nodes, and the edges between them by their names', async () => {
    const ended = await command('graph', 'orders.ts', '--json');
    expect(ended.code).toBe(0);
    const graph = documentOf(ended) as {
      nodes: { name: string; kind: string; label: string; onError?: unknown }[];
      edges: { from: string; port: string; to: string }[];
    };
    expect(graph).toMatchObject({ version: 1, name: 'orders' });
    const names = graph.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('all orders');
    for (const node of graph.nodes) {
      expect(node).toMatchObject({
        kind: expect.stringMatching(/^[a-z-]+$/),
        label: expect.stringMatching(/\S/),
      });
    }
    for (const { from, to } of graph.edges) expect(names).toEqual(expect.arrayContaining([from, to]));
    expect(graph.edges.map(({ port }) => port).sort()).toEqual(
      expect.arrayContaining(['large', 'letters', 'out', 'small']),
    );
    expect(graph.nodes.find(({ name }) => name === 'map')!.onError).toEqual([
      { policy: 'retry', attempts: 3, backoff: '1000ms..2000ms' },
      { policy: 'dead-letter', budget: expect.anything() },
    ]);
  });

  test('is the same as --format json, and the same each time', async () => {
    const [one, two, format] = await Promise.all([
      command('graph', 'orders.ts', '--json'),
      command('graph', 'orders.ts', '--json'),
      command('graph', 'orders.ts', '--format', 'json'),
    ]);
    expect(one.stdout).toBe(two.stdout);
    expect(one.stdout).toBe(format.stdout);
  });

  test('a format that is not known is an error as JSON, too', async () => {
    const ended = await command('graph', 'orders.ts', '--json', '--format', 'jsno');
    expect(ended.code).toBe(2);
    expect(documentOf(ended)).toMatchObject({
      error: {
        code: 'ERR_USAGE',
        message: expect.stringContaining('jsno'),
        hint: expect.stringContaining('json'),
      },
    });
  });
});
