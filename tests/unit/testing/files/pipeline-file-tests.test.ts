import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pipelineFileTests, testPipelineFile } from '../../../../src/testing/index.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { put } from '../../spec/files.ts';

const ORDERS = `version: 1
params: { least: { type: number, default: 10 } }
flows:
  orders:
    read: { csv: orders.csv }
    pipe:
      - validate: { schema: ./order.schema.json, onError: [{ deadLetter: rejects }] }
      - mapAsync: { use: ./enrich.ts#lookup, timeout: 1s, onError: [{ retry: { attempts: 3, backoff: 1h..2h } }, { deadLetter: rejects }] }
      - split: { large: record.total >= params.least, small: otherwise }
sinks:
  large: { from: orders.large, write: { ndjson: large.ndjson } }
  small: { from: orders.small, write: { ndjson: small.ndjson } }
  rejects: { write: { ndjson: rejects.ndjson } }
`;

const PARTS: Readonly<Record<string, string>> = {
  'orders.yaml': ORDERS,
  'order.schema.json': '{ "required": ["id", "total"], "properties": { "total": { "type": "number" } } }',
  'enrich.ts': "export const lookup = async () => { throw new Error('no network in tests'); };\n",
  'mock.ts': `let calls = 0;
export const lookup = async (order: object) => ({ ...order, country: 'AT' });
export const flaky = async (order: object) => {
  if (++calls % 3 !== 0) throw new Error('503');
  return order;
};
export const never = () => new Promise(() => {});
export const orders = () => [{ id: 7n, total: 70, at: new Date(0), nothing: undefined }];
`,
};

const head = 'version: 1\noperators: { mapAsync: { use: ./mock.ts#lookup } }\ntests:\n';

/** The path of a file of tests beside the pipeline. */
function orders(tests: string, parts: Readonly<Record<string, string>> = {}): string {
  const { path } = tempFolder();
  for (const [name, text] of Object.entries({ ...PARTS, ...parts })) put(path, name, text);
  return put(path, 'orders.test.yaml', tests.startsWith('version') ? tests : head + tests);
}

/** What it fails with. */
async function failure(path: string, options = {}): Promise<Error & { readonly code?: string }> {
  return testPipelineFile(path, options).then(
    () => {
      throw new Error('it passed');
    },
    (thrown: unknown) => thrown as Error,
  );
}

/** How each test of a file ends, which rejects when one does not pass. */
async function statuses(path: string): Promise<readonly string[]> {
  const tests = await pipelineFileTests(path);
  for (const { run } of tests) await run();
  return tests.map(() => 'passed');
}

describe('a pipeline is tested by a file beside it', () => {
  test('with other inputs and functions, and nothing is written', async () => {
    const path = orders(`  a:
    set: { least: 20 }
    inputs: { csv: [{ id: 1, total: 25 }, { id: 2, total: 15 }, { id: 3, total: many }] }
    expect:
      outputs:
        large: [{ total: 25, id: 1, country: AT }]
        small: [{ id: 2, total: 15, country: AT }]
      deadLetters: { rejects: [{ record: { id: 3, total: many }, node: validate, error: ERR_VALIDATION, attempts: 1 }] }
      balance: { read: 3, written: 2, deadLettered: 1 }
`);
    const folder = path.replace('/orders.test.yaml', '');
    const before = readdirSync(folder);
    expect(await testPipelineFile(path)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(before);
  });

  test('with the policies and the options of the nodes, and hours pass at once', async () => {
    const path = orders(`  flaky:
    operators: { mapAsync: ./mock.ts#flaky }
    inputs: { csv: [{ id: 1, total: 1 }] }
    expect: { outputs: { small: [{ id: 1, total: 1 }] } }
  never:
    operators: { mapAsync: { use: ./mock.ts#never } }
    inputs: { csv: [{ id: 1, total: 1 }] }
    expect: { deadLetters: [{ node: mapAsync, attempts: 3, error: { code: ERR_TIMEOUT } }] }
`);
    expect(await statuses(path)).toEqual(['passed', 'passed']);
  });

  test('with another operator, values that only code has, and readers', async () => {
    const path = orders(
      `  an operator:
    operators: { mapAsync: { assign: { total: record.total * 2.0 } } }
    inputs: { csv: [{ id: 1, total: 5 }] }
    expect: { outputs: { large: [{ id: 1, total: 10 }] } }
  an export:
    inputs: { csv: { use: ./mock.ts#orders } }
    expect: { outputs: { large: [{ id: 7, total: 70, at: "1970-01-01T00:00:00.000Z", country: AT }] } }
  a reader:
    inputs: { csv: { read: { csv: { path: ./in.csv, types: { id: int, total: float } } } } }
    expect: { outputs: { small: [{ id: 1, total: 2.5, country: AT }] } }
`,
      { 'in.csv': 'id,total\n1,2.5\n' },
    );
    expect(await statuses(path)).toEqual(['passed', 'passed', 'passed']);
  });

  test('by marbles, in virtual time', async () => {
    const batches = `version: 1
flows: { rows: { read: { ndjson: in.ndjson }, pipe: [batch: { size: 2, within: 5s }] } }
sinks: { out: { from: rows, write: { ndjson: out.ndjson } } }
`;
    const tests = `version: 1
pipeline: ./batches.yaml
x-values: &values { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } }
tests:
  passes:
    inputs: { ndjson: { marbles: "a-b---c-|", frame: 1s, values: *values } }
    expect: { outputs: { out: { marbles: "--x-----y", frame: 1s, values: { x: [{ n: 1 }, { n: 2 }], y: [{ n: 3 }] } } } }
  without an end:
    inputs: { ndjson: { marbles: "ab-a", frame: 1s, values: *values } }
    until: 7s
    expect: { outputs: { out: [[{ n: 1 }, { n: 2 }], [{ n: 1 }]] }, balance: { read: 3 } }
  too late:
    inputs: { ndjson: { marbles: "ab|", frame: 1s, values: *values } }
    expect: { outputs: { out: { marbles: "--x", frame: 1s, values: { x: [{ n: 1 }, { n: 2 }] } } } }
`;
    const { message } = await failure(orders(tests, { 'batches.yaml': batches }));
    expect(message).toContain('"too late"');
    expect(message).toContain(
      '- - after 2000ms: [ { n: 1 }, { n: 2 } ]\n  + - after 1000ms: [ { n: 1 }, { n: 2 } ]',
    );
    expect(message).not.toContain('passes');
    expect(message).not.toContain('without an end');
  });

  test('from a time on', async () => {
    const clock = `version: 1
flows: { rows: { read: { ndjson: in.ndjson }, pipe: [use: "./clock.ts#stamped"] } }
sinks: { out: { from: rows, write: { ndjson: out.ndjson } } }
`;
    const stamped = `import { defineOperator } from '${process.cwd()}/src/index.ts';
export const stamped = defineOperator({
  name: 'stamped', kind: 'sync', cardinality: 'one',
  create: ({ clock }) => ({ push: (_record, emit) => emit(new Date(clock.now())) }),
});
`;
    const tests = `version: 1
pipeline: ./clocked.yaml
now: 2026-01-01T00:00:00Z
tests:
  a: { inputs: { ndjson: [1] }, expect: { outputs: { out: ["2026-01-01T00:00:00.000Z"] } } }
  b: { now: 2027-01-01, inputs: { ndjson: [1] }, expect: { outputs: { out: ["2027-01-01T00:00:00.000Z"] } } }
`;
    expect(await statuses(orders(tests, { 'clocked.yaml': clock, 'clock.ts': stamped }))).toEqual([
      'passed',
      'passed',
    ]);
  });

  test('that is expected to fail', async () => {
    const path = orders(`  fails:
    operators: { validate: { assert: { "has an id": "has(record.id)" } } }
    inputs: { csv: [{ total: 1 }] }
    expect: { deadLetters: [{ error: ERR_ASSERT }] }
  ends the run:
    inputs: { csv: { marbles: "-#" } }
    expect: { error: { message: "the # of the marbles" } }
  another message:
    inputs: { csv: { marbles: "-#" } }
    expect: { error: { message: "no such thing" } }
  none came:
    inputs: { csv: [] }
    expect: { error: ERR_CALLBACK }
`);
    const { message } = await failure(path);
    expect(message).toContain('2 tests failed');
    expect(message).toMatch(
      /"another message".*\n\nerror:\n {2}- message: no such thing\n {2}\+ message: .*# of the marbles/,
    );
    expect(message).toMatch(/"none came".*\n\nerror:\n {2}- code: ERR_CALLBACK\n {2}\+ the run is done/);
  });

  test('in any order, where that does not matter', async () => {
    const any = (records: string) => `  a:
    inputs: { csv: [{ id: 1, total: 1 }, { id: 2, total: 1 }, { id: 1, total: 1 }] }
    expect: { outputs: { small: { order: any, records: ${records} } } }
`;
    const one = '{ country: AT, id: 1, total: 1 }';
    expect(await statuses(orders(any(`[{ id: 2, total: 1, country: AT }, ${one}, ${one}]`)))).toEqual([
      'passed',
    ]);
    const { message } = await failure(orders(any(`[{ id: 2, total: 1, country: AT }, ${one}]`)));
    expect(message).toContain('outputs.small:');
  });

  test('and code stands in a file of code as well', async () => {
    const code = `import { csv, filter, ndjson, pipeline, mapAsync } from '${process.cwd()}/src/index.ts';
import { z } from '${process.cwd()}/node_modules/zod/index.js';
export const params = z.object({ least: z.number().default(5) });
export default ({ least }) => pipeline('code', [csv.read('in.csv').pipe(
  filter((row) => row.n >= least),
  mapAsync(async () => { throw new Error('no network'); }),
).to(ndjson.write('out.ndjson')).as('out')]);
`;
    const tests = `version: 1
pipeline: ./code.ts
operators: { mapAsync: ./mock.ts#lookup }
inputs: { csv: [{ n: 4 }, { n: 7 }] }
tests:
  preset: { expect: { outputs: { out: [{ n: 7, country: AT }] } } }
  set: { set: { least: 1 }, expect: { outputs: { out: [{ n: 4, country: AT }, { n: 7, country: AT }] } } }
`;
    expect(await statuses(orders(tests, { 'code.ts': code }))).toEqual(['passed', 'passed']);
  });

  test('with variables of the environment', async () => {
    const variables = ORDERS.replace('csv: orders.csv', `csv: "\${MILLRACE_TEST_ROWS}.csv"`);
    const tests = `${head}  a: { env: { MILLRACE_TEST_ROWS: rows }, inputs: { csv: [] }, expect: { balance: { read: 0 } } }\n`;
    expect(await statuses(orders(tests, { 'orders.yaml': variables }))).toEqual(['passed']);
  });
});

describe('what differs', () => {
  test('is an AssertionError that names the test, and shows both', async () => {
    const path = orders(`  one:
    inputs: { csv: [{ id: 1, total: 1 }, { id: 2, total: 2 }, { id: 3, total: x }] }
    expect:
      outputs: { small: [{ id: 1, total: 1, country: AT }, { id: 2, total: 3, country: AT }], large: [] }
      balance: { read: 3, written: 3 }
`);
    const error = await failure(path);
    expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION' });
    expect(error).toHaveProperty('actual.balance', { read: 3, written: 2 });
    expect(error).toHaveProperty('expected.balance', { read: 3, written: 3 });
    expect(
      error.message.slice(error.message.indexOf('orders.test.yaml')),
    ).toBe(`orders.test.yaml:4: "one" came to something else than is expected

outputs.small:
    - { id: 1, total: 1, country: AT }
  - - { id: 2, total: 3, country: AT }
  + - { id: 2, total: 2, country: AT }

deadLetters:
  + - { record: { id: 3, total: x }, node: validate, error: { code: ERR_VALIDATION, message: "${
    /message: "(.*)" } }/.exec(error.message)![1]
  }" } }

balance:
    read: 3
  - written: 3
  + written: 2`);
  });

  test('of a test that expects nothing is all that came', async () => {
    const { message } = await failure(orders('  one: { inputs: { csv: [{ id: 1, total: 1 }] } }\n'));
    expect(message).toContain('nothing is expected; this is what came:\n  + outputs:');
    expect(message).toContain('+   read: 1');
  });

  test('is the error of a run that fails', async () => {
    const path = orders(`  one: { inputs: { csv: { marbles: "#" } }, expect: { balance: { read: 0 } } }\n`);
    expect((await failure(path)).message).toContain('the # of the marbles');
  });

  test('may take longer than a timer of the system can wait', async () => {
    const path = orders('  a: { inputs: { csv: [] }, expect: { outputs: { large: [], small: [] } } }\n');
    await testPipelineFile(path, { timeout: '30d' });
  });

  test('is the time that it takes, where something waits for the world', async () => {
    const waiting = ORDERS.replace(', timeout: 1s', '');
    const path = orders(
      `  one: { operators: { mapAsync: ./mock.ts#never }, inputs: { csv: [{ id: 1, total: 1 }] }, expect: { outputs: { small: [] } } }\n`,
      { 'orders.yaml': waiting },
    );
    expect(await failure(path, { timeout: '50ms' })).toMatchObject({
      code: 'ERR_TIMEOUT',
      message: 'Cannot end the test "one": it has taken more than 50 ms of real time',
    });
  });
});

describe('the tests of files, for whichever framework,', () => {
  test('are a list, of a folder, a glob or a pipeline', async () => {
    const path = orders(`  one: { inputs: { csv: [] }, expect: { balance: { read: 0 } } }
  two: { skip: not yet, inputs: { csv: [] }, expect: { balance: { read: 7 } } }
  three: { inputs: { csv: [] }, expect: { balance: { read: 7 } } }
`);
    const folder = path.replace('/orders.test.yaml', '');
    put(
      folder,
      'deep/er.test.yml',
      'version: 1\npipeline: ../orders.yaml\ntests: { x: { inputs: { csv: [] }, expect: { balance: { read: 0 } } } }\n',
    );
    put(folder, 'node_modules/a/a.test.yaml', 'nothing to be read');
    const named = async (paths: string | string[]) =>
      (await pipelineFileTests(paths)).map(({ name }) => name.replace(`${folder}/`, ''));
    const own = ['orders.test.yaml: one', 'orders.test.yaml: two', 'orders.test.yaml: three'];
    expect(await named(folder)).toEqual(['deep/er.test.yml: x', ...own]);
    expect(await named(`${folder}/*.test.*`)).toEqual(own);
    expect(await named(`${folder}/orders.yaml`)).toEqual(own);
    expect(await named([path, folder])).toEqual([...own, 'deep/er.test.yml: x']);
    const tests = await pipelineFileTests(path);
    expect(tests.map(({ skip }) => skip)).toEqual([false, true, false]);
    await tests[0]!.run();
    await tests[1]!.run();
    await expect(tests[2]!.run()).rejects.toThrow('- read: 7');
  });

  test.each([
    ['a path that leads nowhere', 'nowhere.test.yaml', 'it does not exist (ENOENT)'],
    ['a folder without any', 'empty', 'no *.test.yaml is beneath it'],
    ['a pipeline without any', 'lonely.yaml', 'there is no lonely.test.yaml beside it'],
    ['a pattern that matches nothing', '*.nothing', 'nothing matches'],
    ['a pattern that matches other files', '*.ts', 'what matches is not called *.test.yaml'],
  ])('%s is an error', async (_what, name, found) => {
    const folder = orders('').replace('/orders.test.yaml', '');
    put(folder, 'empty/nothing.txt', '');
    put(folder, 'lonely.yaml', ORDERS);
    const error = await pipelineFileTests(`${folder}/${name}`).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'ERR_NOT_FOUND', message: expect.stringContaining(found) });
  });
});
