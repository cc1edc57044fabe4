import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { builtins } from '../../src/builtins.ts';
import { fileOf } from '../../src/spec/file-of.ts';
import { readPipelineText } from '../../src/spec/pipeline-file.ts';

const registry = builtins();
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
/** Texts that YAML, references and objects have something to do with. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'yes',
    'null',
    '1e3',
    '0x10',
    '~',
    `\${x}`,
    `$\${`,
    'a: b',
    '- a',
    '#',
    '*a',
    '{}',
    'constructor',
  ),
);
const field = text.filter((value) => value !== '' && value !== '__proto__');

const step = fc.oneof(
  fc.record({ take: fc.nat(9) }),
  fc.record({ skip: fc.record({ count: fc.nat(9) }) }),
  fc.record({ select: fc.uniqueArray(field.map(escaped), { minLength: 1, maxLength: 3 }) }),
  fc.record({
    startWith: fc.record({
      records: fc.array(fc.jsonValue({ maxDepth: 2 }).map(plain), { minLength: 1, maxLength: 2 }),
    }),
  }),
  fc.record({ sort: fc.record({ by: field.map(escaped), order: fc.constantFrom('asc', 'desc') }) }),
  fc.record({
    sort: fc.record({
      by: fc.constantFrom<unknown>({ expression: 'record.a * params.limit' }, [
        { by: 'b' },
        { by: { expression: '-record.a' }, order: 'desc' },
      ]),
      spill: fc.boolean(),
    }),
  }),
  fc.record({
    top: fc.record({ n: fc.nat(8).map((n) => n + 1), by: fc.constant({ expression: '-record.a' }) }),
  }),
  fc.record({ eventTime: fc.constantFrom<unknown>('at', { expression: 'record.at' }) }),
  fc.record({ filter: fc.constantFrom('record.a > 1', 'params.limit > record.a', '"a: b" == record.b') }),
  fc.record({
    assign: fc.record({ total: fc.constantFrom<unknown>('record.a * params.limit', 7, true, null) }),
  }),
  fc.record({
    aggregate: fc.record({
      key: field.map(escaped),
      aggregates: fc.constantFrom<unknown>(
        { n0: { count: true } },
        { n0: { sum: { expression: 'record.a * params.limit' } }, n1: { max: 'b' } },
      ),
    }),
  }),
  fc.record({
    validate: fc.record({
      schema: fc.constant({ type: 'object' }),
      onError: fc.constantFrom<unknown>('skip', [
        { retry: { attempts: 2 } },
        { deadLetter: { to: 'rejects' } },
      ]),
    }),
  }),
  fc.constantFrom<unknown>('pairwise', 'timeInterval'),
);

/** `${` as a file has to say it. */
function escaped(value: string): string {
  return value.replaceAll(`\${`, () => `$\${`);
}

/** Values in which nothing is a reference, a secret, or called what no key may be. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(`\${`, '$')
      .replaceAll('"__proto__"', '"proto"')
      .replaceAll('"secret"', '"s"'),
  );
}

/** What holds for the whole of a file; each part of it may be absent. */
const settings = fc.record(
  {
    description: text,
    edgeCapacity: fc.integer({ min: 1, max: 1024 }),
    memory: fc.oneof(fc.integer({ min: 65536, max: 2 ** 40 }), fc.constantFrom('64 KiB', '1 GiB')),
    spill: fc.oneof(
      fc.constant(false),
      fc.record({ folder: text.filter((value) => value !== '').map(escaped) }, { requiredKeys: [] }),
    ),
    checkpoint: fc.record(
      {
        store: fc.constantFrom(
          './state',
          'sqlite:state.db',
          'postgres://me@db.example/state',
          `\${STATE:-./state}`,
        ),
        every: fc.constantFrom<unknown>('10s', 250),
        timeout: fc.constant('1m'),
        failures: fc.integer({ min: 1, max: 9 }),
        require: fc.constant('at least once'),
      },
      { requiredKeys: ['store'] },
    ),
    lint: fc.record(
      {
        'unused-parameter': fc.constant('off'),
        'call-without-timeout': fc.array(field, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const file = fc
  .record({
    settings,
    name: text.filter((value) => value.trim() !== ''),
    readers: fc.integer({ min: 1, max: 3 }),
    join: fc.constantFrom('merge', 'concat', 'zip', 'mergeSorted'),
    order: fc.constantFrom<unknown>('a', { expression: 'record.a' }, [
      { by: 'b', order: 'desc' },
      { by: 'a' },
    ]),
    pipes: fc.array(fc.array(step, { maxLength: 4 }), { minLength: 4, maxLength: 4 }),
    split: fc.boolean(),
    onError: fc.option(fc.constantFrom<unknown>(['skip'], [{ deadLetter: { to: 'rejects' } }]), {
      nil: undefined,
    }),
    as: fc.option(name, { nil: undefined }),
    paths: fc.array(
      text.filter((value) => value !== ''),
      { minLength: 3, maxLength: 3 },
    ),
  })
  .map(({ settings, name, readers, join, order, pipes, split, onError, as, paths }) => {
    const flows: Record<string, object> = {};
    for (let index = 0; index < readers; index++) {
      flows[`r${index}`] = {
        read: { csv: { path: escaped(`./${paths[index]}`), types: { a: 'float' } } },
        pipe: pipes[index],
      };
    }
    const routes = { small: 'record.a < params.limit', rest: 'otherwise' };
    const end = split ? [{ split: routes }] : [];
    const last = pipes[3]!.map((one, index) =>
      index === 0 && as !== undefined && typeof one === 'object' ? { ...one, as: `as ${as}` } : one,
    );
    const all = Object.keys(flows);
    flows.all = { [join]: join === 'mergeSorted' ? { flows: all, by: order } : all, pipe: [...last, ...end] };
    const froms = split ? ['all.small', 'all.rest'] : ['all', 'all'];
    const letters = JSON.stringify([flows, onError]).includes('"rejects"');
    return {
      version: 1,
      name,
      params: { limit: { type: 'number', default: 5 } },
      ...(onError !== undefined && { onError }),
      ...settings,
      flows,
      sinks: {
        one: { from: froms[0], write: { ndjson: { path: 'one.ndjson' } } },
        two: { from: froms[1], write: { discard: {} } },
        ...(letters && { rejects: { write: { ndjson: 'rejects.ndjson' } } }),
      },
    };
  });

/** The description of the graph that a text is, without the places in it. */
async function described(text: string) {
  const read = await readPipelineText(
    { path: '/p.yaml', shown: 'p.yaml', text },
    { registry, environment: {} },
  );
  const { pipeline } = await read.build(read.params.parse({}) as Record<string, unknown>);
  const { nodes, ...rest } = pipeline.describe();
  return { ...rest, nodes: nodes.map(({ site: _, ...node }) => node) };
}

const REFUSED =
  /can deadlock|is used for two nodes|are called "|there is no field "|has no fields|cannot be (?:multiplied|compared)/;

test('a file, read, described and written again, is the same graph; in YAML and in JSON', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(file, async (written) => {
      const first = await described(stringify(written)).catch((error: Error) => {
        // Names that are taken, diamonds that can deadlock, and fields that records cannot have, are refused whatever they are read from.
        expect(error.message).toMatch(REFUSED);
      });
      if (first === undefined) return;
      read++;
      const again = fileOf(first);
      expect(await described(again)).toEqual(first);
      expect(await described(JSON.stringify(written))).toEqual(first);
      // What is written once stays as it is.
      expect(fileOf(await described(again))).toBe(again);
      const found = parse(again) as Record<string, unknown>;
      expect(found).toMatchObject({ version: 1, name: written.name });
      for (const part of ['description', 'edgeCapacity', 'memory', 'spill', 'lint']) {
        expect(found[part]).toEqual(Reflect.get(written, part));
      }
      expect('checkpoint' in found).toBe('checkpoint' in written);
    }),
    { numRuns: 150 },
  );
  expect(read).toBeGreaterThan(75);
});

test('whatever a file holds, reading it ends in a pipeline or in an error that says where', async () => {
  const words = fc.constantFrom(
    'version: 1',
    'flows:',
    'sinks:',
    '  a:',
    '    read:',
    '{ csv: x }',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '<<: *a',
    '"',
    "'",
    '\t',
    ': ',
    '!x',
    `\${`,
    '__proto__: 1',
    '%YAML',
    '---',
    '|',
    '>',
    '?',
    '\u0000',
    '😀',
  );
  const soup = fc.array(fc.oneof(words, fc.string({ maxLength: 5 }), fc.constant('\n')), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(soup, async (parts) => {
      const source = { path: '/p.yaml', shown: 'p.yaml', text: parts.join('') };
      const failed = await readPipelineText(source, { registry, environment: {} }).then(
        () => undefined,
        (error: unknown) =>
          error as {
            readonly code: string;
            readonly details: { readonly problems: readonly { line: number; column: number }[] };
          },
      );
      if (failed === undefined) return;
      expect(failed.code).toBe('ERR_PIPELINE_FILE');
      const lines = source.text.split('\n').length;
      for (const { line, column } of failed.details.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 500 },
  );
});
