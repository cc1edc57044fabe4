import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtins } from '../../src/builtins.ts';
import { batch, CountedOrigin } from '../../src/core/batch.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { ComponentKind } from '../../src/interfaces/component.ts';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import { skip } from '../../src/processing/policies/skip.ts';
import { probeReader } from '../../src/testing/reader-probe.ts';
import { tempFolder } from './io/temp-folder.ts';

/** The least that each component needs. */
const LEAST: Readonly<Record<string, object>> = {
  'operator aggregate': { aggregates: { n: { count: true } } },
  'operator assert': { rules: { 'has an ID': () => true } },
  'operator assign': { fields: { source: 'web' } },
  'operator batch': { size: 2 },
  'operator buffer': { size: 2 },
  'operator cast': { fields: { ID: 'int' } },
  'operator concat_map': { to: () => [] },
  'operator conflate': { seed: () => 1, fold: () => 1 },
  'operator debounce': { quiet: '1s' },
  'operator dedupe': { within: '1m' },
  'operator delay': { time: '1s' },
  'operator distinct': {},
  'operator drop': { fields: ['ID'] },
  'operator enrich': { lookup: () => undefined, key: () => 1 },
  'operator event_time': { time: 'at' },
  'operator expand': { to: () => [] },
  'operator expand_async': { to: () => [] },
  'operator filter': { where: () => true },
  'operator flat_map': { to: () => [] },
  'operator flat_map_async': { to: () => [] },
  'operator flatten': {},
  'operator index': {},
  'operator log': {},
  'operator lookup_join': { table: [{ ID: 1 }], key: () => 1, tableKey: () => 1 },
  'operator map': { to: () => 1 },
  'operator map_async': { to: () => 1 },
  'operator pairwise': {},
  'operator parse_fields': { fields: ['payload'] },
  'operator pivot': { key: 'ID', column: 'name', value: 'value' },
  'operator progress': {},
  'operator rate_limit': { rate: '100/s' },
  'operator record_id': {},
  'operator reduce': { with: () => 1, seed: 0 },
  'operator rename': { fields: { ID: 'id' } },
  'operator rx': { operator: (source: unknown) => source },
  'operator sample': { every: 2 },
  'operator scan': { with: () => 1, seed: 0 },
  'operator select': { fields: ['ID'] },
  'operator skip': { count: 1 },
  'operator sort': { by: 'ID' },
  'operator start_with': { records: [{ ID: 0 }] },
  'operator stringify_fields': { fields: ['payload'] },
  'operator take': { count: 1 },
  'operator take_until': { after: '1h' },
  'operator take_while': { where: () => true },
  'operator tap': { to: () => undefined },
  'operator throttle': { every: '1s' },
  'operator through': { stream: () => undefined },
  'operator time_interval': {},
  'operator timeout': { each: '1s' },
  'operator top': { n: 1, by: 'ID' },
  'operator unpivot': { columns: ['q1', 'q2'] },
  'operator validate': { schema: { type: 'object', required: ['ID'] } },
  'operator window': { window: { type: 'count', size: 2 }, aggregates: { n: { count: true } } },
  'reader arrow': { paths: 'in.arrows' },
  'reader csv': { paths: 'in.csv' },
  'reader json': { paths: 'in.json' },
  'reader ndjson': { paths: ['in.ndjson'] },
  'reader parquet': { paths: 'in.parquet' },
  'reader postgres': { url: 'postgres://localhost/shop', table: 't' },
  'reader records': { records: [{ ID: 0 }] },
  'reader sqlite': { database: 'in.db', table: 't' },
  'reader text': { paths: 'in-*.txt' },
  'writer arrow': { path: 'out.arrows' },
  'writer csv': { path: 'out.csv' },
  'writer discard': {},
  'writer for_each': { to: () => undefined },
  'writer json': { path: 'out.json' },
  'writer ndjson': { path: 'out.ndjson' },
  'writer parquet': { path: 'out.parquet' },
  'writer postgres': { url: 'postgres://localhost/shop', table: 't' },
  'writer sqlite': { database: 'out.db', table: 't' },
  'writer text': { path: 'out.txt' },
};

const components = builtins().list();
const named = components.map((one) => [`${one.kind} ${one.name}`, one] as const);
const make = (kind: ComponentKind, name: string, options: unknown) =>
  builtins()
    .get(kind, name)
    .create(options as never);

/** The options without a description, wherever they are: below lists, and where several forms are allowed. */
function silentIn(schema: z.core.JSONSchema.BaseSchema, path = ''): readonly string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const option = one as z.core.JSONSchema.BaseSchema;
    const at = `${path}/${name}`;
    return option.description === undefined ? [at] : silentIn(option, at);
  });
  const beneath = [
    schema.items,
    schema.additionalProperties,
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ];
  const forms = beneath.filter((one) => typeof one === 'object') as z.core.JSONSchema.BaseSchema[];
  return [...own, ...forms.flatMap((one) => silentIn(one, path))];
}

test('the built-in components are these, so that none comes or goes unnoticed', () => {
  expect(named.map(([name]) => name)).toEqual(Object.keys(LEAST));
});

test('the reference page names each of them with its options, and no other', () => {
  const page = readFileSync('docs/reference/components.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, list]) => [
    name,
    [...list!.matchAll(/`(\w+)`/g)].map(([, option]) => option),
  ]);
  const operators = builtins().list('operator');
  const options = (one: (typeof operators)[number]) =>
    Object.keys(z.toJSONSchema(one.options, { io: 'input' }).properties ?? {}).filter(
      (name) => name !== 'onError',
    );
  expect(Object.fromEntries(rows.map(([name, list]) => [name, (list as string[]).toSorted()]))).toEqual(
    Object.fromEntries(operators.map((one) => [one.name, options(one).toSorted()])),
  );
});

test('a registry of built-ins is one’s own: narrowing one does not narrow the next', () => {
  expect(builtins().without('csv').list()).toHaveLength(components.length - 2);
  expect(builtins().list()).toEqual(components);
});

describe.each(named)('the options of %s', (name, { kind, options, summary, create }) => {
  test('are complete with the least and the defaults, which pass the same check again', () => {
    const parsed = options.parse(LEAST[name]);
    expect(options.parse(parsed)).toEqual(parsed);
    expect(() => create(LEAST[name] as never)).not.toThrow();
  });

  test('become a JSON Schema that describes every option', () => {
    const schema = z.toJSONSchema(options, { io: 'input' });
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(silentIn(schema)).toEqual([]);
    expect(summary).toMatch(/^[A-Z][^\n]+[^.]$/);
  });

  test.each([undefined, null, 7, 'in.csv', []])('refuse %j in words that name the component', (junk) => {
    expect(() => create(junk as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message: expect.stringMatching(
          `^Cannot use the options of ${kind} [a-z_]+: expected object, received `,
        ),
      }),
    );
  });

  test('refuse an option that does not exist', () => {
    const junk = { ...LEAST[name], nonsense: 1 };
    expect(() => create(junk as never)).toThrow(/Unrecognized key: "nonsense"/);
  });
});

describe('wrong options are named, with what they may be', () => {
  test.each<[ComponentKind, string, object, string]>([
    ['reader', 'csv', {}, 'paths: expected string, received undefined, or expected array'],
    ['reader', 'csv', { paths: [] }, 'paths: '],
    ['reader', 'csv', { paths: 'a', delimiter: '"' }, 'quote: is part of the delimiter'],
    [
      'reader',
      'csv',
      { paths: 'a', chunkBytes: true },
      'chunkBytes: expected number, received boolean, or expected string',
    ],
    [
      'reader',
      'csv',
      { paths: 'a', maxRecordBytes: 'much' },
      'maxRecordBytes: expected a size such as 65536',
    ],
    ['reader', 'json', { paths: 'a', path: 'items' }, 'path: expected a path such as'],
    ['reader', 'text', { paths: 'a', encoding: 'utf-9' }, 'encoding: expected an encoding such as'],
    ['reader', 'ndjson', { paths: 'a', onError: 'skip' }, 'onError: expected a policy such as fail()'],
    [
      'reader',
      'ndjson',
      { paths: 'a', onError: [skip(), 'skip'] },
      'onError: expected a policy such as fail()',
    ],
    ['writer', 'json', { path: 'a', append: true }, 'Unrecognized key: "append"'],
    ['writer', 'csv', { path: 'a', newline: '\r' }, 'newline: '],
    ['writer', 'text', { path: ['a', 'b'] }, 'path: expected string, received array'],
  ])('%s %s %j', (kind, name, options, message) => {
    expect(() => make(kind, name, options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
    );
  });
});

describe('a created reader reads', () => {
  test.each<[string, string, object, readonly unknown[]]>([
    ['csv', 'id;name\n1;Ada\n', { delimiter: ';' }, [{ id: '1', name: 'Ada' }]],
    ['json', '{"items":[{"id":1}]}', { path: '$.items[*]' }, [{ id: 1 }]],
    ['ndjson', '{"id":1}\nno\n{"id":2}\n', { onError: skip(), chunkBytes: '1 KiB' }, [{ id: 1 }, { id: 2 }]],
    ['text', 'one\ntwo\n', { maxRecordBytes: 3 }, ['one', 'two']],
  ])('%s', async (name, content, options, records) => {
    const paths = tempFolder().write(`in.${name}`, content);
    const reader = make('reader', name, { ...options, paths }) as Reader<unknown>;
    expect(reader).toMatchObject({ name, label: `${name} ${paths}` });
    expect(await probeReader(reader).rest()).toEqual(records);
  });
});

describe('a created writer writes', () => {
  const context = { signal: new AbortController().signal, clock: systemClock, wrote: () => {} };
  test.each<[string, readonly unknown[], object, string]>([
    ['csv', [{ id: 1, name: 'Ada' }], { delimiter: ';' }, 'id;name\n1;Ada\n'],
    ['json', [{ id: 1 }], { indent: 1 }, '[\n {\n  "id": 1\n }\n]\n'],
    ['ndjson', [{ id: 1 }, 2], { bufferBytes: '1 KiB' }, '{"id":1}\n2\n'],
    ['text', ['one', 'two'], {}, 'one\ntwo\n'],
  ])('%s', async (name, records, options, content) => {
    const path = join(tempFolder().path, 'out');
    const writer = make('writer', name, { ...options, path }) as Writer<unknown>;
    expect(writer).toMatchObject({ name, target: `file:${path}` });
    const sink = await writer.open(context);
    await sink.write(batch(records, new CountedOrigin('test', 1)));
    await sink.close();
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('discard', async () => {
    const sink = await (make('writer', 'discard', {}) as Writer<unknown>).open(context);
    expect(sink.write(batch([1], new CountedOrigin('test', 1)))).toBeUndefined();
  });
});
