import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { csv, ndjson } from '../../../src/formats.ts';
import { deadLetters } from '../../../src/from.ts';
import { merge } from '../../../src/processing/graph/join.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { swapNodes } from '../../../src/processing/graph/swap-nodes.ts';
import { batch } from '../../../src/processing/operators/batch.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../src/processing/operators/map-async.ts';
import { select } from '../../../src/processing/operators/select.ts';
import { deadLetter } from '../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../src/processing/policies/retry.ts';
import { marbles } from '../../../src/testing/marbles.ts';
import { testPipeline } from '../../../src/testing/test-pipeline.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';

interface Row {
  readonly id: string;
  readonly total: string;
}

const row = (id: string, total: string): Row => ({ id, total });

interface Order {
  readonly id: unknown;
  readonly total: bigint;
}

const noNetwork = async ({ id }: Order): Promise<Order & { readonly vat: number }> => {
  throw new Error(`no network for ${id}`);
};

/** What a user has: files, a call over the network, dead letters. */
const orders = () => {
  const rejects = ndjson.write('/nowhere/rejects.ndjson');
  const priced = csv.read('/nowhere/orders.csv').pipe(
    select('id', 'total'),
    map(({ id, total }) => ({ id, total: BigInt(total as string) }), { onError: deadLetter(rejects) }),
    mapAsync(noNetwork, { onError: retry({ attempts: 3, backoff: '1h..2h' }) }),
  );
  const { large, small } = priced.split({ large: ({ total }) => total >= 100n, small: () => true });
  return pipeline('orders', [
    large.to(ndjson.write('/nowhere/large.ndjson')).as('large'),
    small.to(ndjson.write('/nowhere/small.ndjson')).as('small'),
  ]);
};

const vat = mapAsync(async (order: Order) => ({
  ...order,
  vat: 7,
}));

describe('a pipeline is tested', () => {
  test('with other inputs and operators, and no file is touched', async () => {
    const {
      outputs,
      deadLetters: letters,
      summary,
    } = await testPipeline(orders(), {
      inputs: { csv: [row('a', '7'), row('b', 'x'), row('c', '700')] },
      operators: { mapAsync: vat },
      expect: {
        large: [{ id: 'c', total: 700n, vat: 7 }],
        small: [{ id: 'a', total: 7n, vat: 7 }],
      },
    });
    expect(Object.keys(outputs).sort()).toEqual(['large', 'ndjson', 'small']);
    expect(letters).toMatchObject([{ record: row('b', 'x'), node: 'map', origin: { record: 2 } }]);
    expect(outputs).toMatchObject({ ndjson: letters });
    expect(summary.balance).toMatchObject({ closed: true, read: 3, written: 2, deadLettered: 1 });
    expect(existsSync('/nowhere')).toBe(false);
  });

  test('with its own policies, and hours of backoff pass at once', async () => {
    const clock = virtualClock();
    let calls = 0;
    const flaky = mapAsync(
      async (order: Order) => {
        calls++;
        if (calls < 3) throw new Error('503');
        return order;
      },
      { onError: retry({ attempts: 3, backoff: '1h..2h' }) },
    );
    await testPipeline(orders(), {
      inputs: { csv: [row('a', '7')] },
      operators: { mapAsync: flaky },
      clock,
      seed: 7,
      expect: { small: [{ id: 'a', total: 7n }] },
    });
    expect(calls).toBe(3);
    expect(clock.now()).toBeGreaterThan(60_000);
    await expect(testPipeline(orders(), { inputs: { csv: [row('a', '7')] } })).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('no network for a'),
    });
  });

  test('by a function that may look at everything, and may take its time', async () => {
    const seen: unknown[] = [];
    await testPipeline(orders(), {
      inputs: { csv: [] },
      expect: async ({ outputs, summary }) => {
        await Promise.resolve();
        seen.push(outputs, summary.balance.read);
      },
    });
    expect(seen).toEqual([{ large: [], small: [], ndjson: [] }, 0]);
    const fails = testPipeline(orders(), {
      inputs: { csv: [] },
      expect: () => {
        throw new Error('not so');
      },
    });
    await expect(fails).rejects.toThrow('not so');
  });

  test('with marbles for inputs and outputs', async () => {
    const both = merge(csv.read('a.csv'), csv.read('b.csv'));
    const batched = pipeline('x', both.pipe(batch(3, { within: '5ms' })).to(ndjson.write('out.ndjson')));
    const values = { a: { n: '1' }, b: { n: '2' }, c: { n: '3' }, d: { n: '4' } };
    await testPipeline(batched, {
      inputs: { csv: marbles('a---b----|', values), 'csv-2': marbles('--------c-d|', values) },
      expect: { ndjson: marbles('-----x-----y', { x: [values.a, values.b], y: [values.c, values.d] }) },
    });
  });

  test('until the marbles are over, or as long as it is told, where they do not end', async () => {
    const open = pipeline('x', csv.read('a.csv').to(ndjson.write('out.ndjson')));
    for (const until of [undefined, '3ms']) {
      const clock = virtualClock(500);
      const { outputs, summary } = await testPipeline(open, {
        inputs: { csv: marbles('a---b-') },
        clock,
        ...(until !== undefined && { until }),
      });
      expect(outputs).toEqual({ ndjson: until === undefined ? ['a', 'b'] : ['a'] });
      expect(summary.state).toBe('stopped');
      expect(clock.now()).toBe(until === undefined ? 506 : 503);
    }
  });

  test('and another output than was expected is an AssertionError that names the sink', async () => {
    const open = pipeline('x', csv.read('a.csv').to(ndjson.write('out.ndjson')));
    const inputs = { csv: [1, 2] };
    await expect(testPipeline(open, { inputs, expect: { ndjson: [1, 3] } })).rejects.toMatchObject({
      name: 'AssertionError',
      message: expect.stringContaining('"ndjson" was given something else'),
      actual: [1, 2],
      expected: [1, 3],
    });
    await expect(testPipeline(open, { inputs, expect: { ndjson: marbles('-(12)') } })).rejects.toMatchObject({
      name: 'AssertionError',
    });
    await expect(testPipeline(open, { inputs, expect: { ndjson: marbles('w7') } })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('sinks see records only'),
    });
  });

  test.each<[string, object, string]>([
    ['a reader', { inputs: { cvs: [] } }, 'Did you mean "csv"?'],
    ['an operator', { operators: { mapAsink: vat } }, 'Did you mean "mapAsync"?'],
    ['a sink', { expect: { lage: [] } }, 'Did you mean "large"?'],
    ['a reader, by the name of a sink', { inputs: { large: [] } }, 'There are: csv.'],
    ['a reader, by what all objects have', { inputs: { constructor: [] } }, 'There are: csv.'],
  ])('%s that it does not have is an error with the nearest name', async (_what, options, hint) => {
    await expect(testPipeline(orders(), options)).rejects.toMatchObject({ code: 'ERR_OPTIONS', hint });
  });

  test('with dead letters that are a flow of the pipeline', async () => {
    const letters = deadLetters();
    const failing = map(
      (_row: object) => {
        throw new Error('on purpose');
      },
      { onError: deadLetter(letters) },
    );
    const graph = pipeline('x', [
      csv.read('a.csv').pipe(failing).to(ndjson.write('out.ndjson')).as('out'),
      letters
        .pipe(map(({ error }) => error.message))
        .to(ndjson.write('why.ndjson'))
        .as('why'),
    ]);
    const { deadLetters: given } = await testPipeline(graph, {
      inputs: { csv: [{ n: 1 }] },
      expect: { out: [], why: ['on purpose'] },
    });
    expect(given).toEqual(['on purpose']);
  });
});

test('nodes that are swapped keep names, policies and capacities, and the first pipeline stays as it is', () => {
  const graph = orders();
  const before = graph.describe();
  const swapped = swapNodes(graph, { operators: { mapAsync: vat } });
  expect(swapped.describe().nodes.map(({ name, onError }) => [name, onError])).toEqual(
    before.nodes.map(({ name, onError }) => [name, onError]),
  );
  expect(swapped.describe().edges).toEqual(before.edges);
  expect(graph.describe()).toEqual(before);
});
