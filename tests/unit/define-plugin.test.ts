import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtins } from '../../src/builtins.ts';
import { Registry } from '../../src/core/registry.ts';
import { definePlugin } from '../../src/define-plugin.ts';
import { from, readFrom } from '../../src/from.ts';
import type { Operator } from '../../src/interfaces/operator.ts';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import { LineDecoder } from '../../src/io/formats/text/line-decoder.ts';
import { lineEncoder } from '../../src/io/formats/text/text-writer.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { map } from '../../src/processing/operators/map.ts';
import { skip } from '../../src/processing/policies/skip.ts';
import { run } from '../../src/start.ts';
import { tempFolder } from './io/temp-folder.ts';

const HEAD = { name: 'acme', millrace: '*' };

const plugin = definePlugin({
  ...HEAD,
  readers: {
    upTo: {
      summary: 'Numbers',
      options: z.object({ last: z.int().default(3) }),
      main: 'last',
      create: ({ last }) => iterableReader(Array.from({ length: last }, (_, at) => at + 1)),
    },
  },
  writers: { memory: { summary: 'An array', create: () => toArray<never>() } },
  operators: {
    half: {
      summary: 'Half of each',
      create: () =>
        map((n: number) => {
          if (n % 2 === 1) throw new Error(`${n} is odd`);
          return n / 2;
        }),
    },
  },
  formats: {
    lines: {
      summary: 'Lines',
      extensions: ['LN', '.lns'],
      options: z.object({ mark: z.string().default('') }),
      decoder: (context) => new LineDecoder(context, 1000),
      encoder: (_, { mark }) => ({
        encode: (records: readonly string[]) => lineEncoder.encode(records.map((record) => record + mark)),
        finish: () => '',
      }),
    },
  },
  functions: {
    twice: {
      summary: 'Two times',
      parameters: ['number'],
      returns: 'number',
      call: (n) => Number(n) * 2,
    },
  },
});
const registry = builtins().register(plugin);
const make = <T>(kind: 'reader' | 'writer' | 'operator', name: string, options: object) =>
  registry.get(kind, name).create(options as never) as T;

describe('a plugin', () => {
  test('is a frozen, plain object of components, functions, formats and hooks', () => {
    expect(Object.isFrozen(plugin)).toBe(true);
    expect(plugin.components.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'reader up_to',
      'writer memory',
      'operator half',
      'reader lines',
      'writer lines',
    ]);
    expect(plugin.functions?.map(({ name }) => name)).toEqual(['twice']);
    expect(plugin.formats).toEqual([
      { name: 'lines', extensions: ['.ln', '.lns'], reads: true, writes: true },
    ]);
  });

  test('has readers and operators that run, with options that are checked and have their defaults', async () => {
    const out = toArray<number>();
    const flow = readFrom(make<Reader<number>>('reader', 'up_to', { last: 4 })).pipe(
      make<Operator<number, number>>('operator', 'half', { onError: skip() }),
    );
    const { balance } = await run(pipeline('halves', flow.to(out)));
    expect(out.records).toEqual([1, 2]);
    expect(balance.skipped).toBe(2);
    expect(() => make('reader', 'up_to', { last: 'all' })).toThrow(
      'Cannot use the options of reader up_to: last: expected number, received string',
    );
    expect(() => make('reader', 'up_to', { lats: 1 })).toThrow(
      expect.objectContaining({ hint: 'Did you mean "last"?' }),
    );
  });

  test('has policies on each part, which need not be among its options', () => {
    const policy = skip();
    for (const [kind, name] of [
      ['reader', 'up_to'],
      ['writer', 'memory'],
      ['operator', 'half'],
    ] as const) {
      expect(make(kind, name, { onError: policy })).toMatchObject({ onError: policy });
      expect(make<object>(kind, name, {})).not.toHaveProperty('onError');
      expect(() => make(kind, name, { onError: 'skip' })).toThrow('expected a policy');
    }
  });

  test('has a format that is read and written as files are, with the options of files', async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'out.ln.gz');
    await run(
      pipeline('write', from(['a', 'b']).to(make<Writer<string>>('writer', 'lines', { path, mark: '!' }))),
    );
    expect([...readFileSync(path).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    const out = toArray<string>();
    const paths = join(folder.path, '*.gz');
    await run(pipeline('read', readFrom(make<Reader<string>>('reader', 'lines', { paths })).to(out)));
    expect(out.records).toEqual(['a!', 'b!']);
    expect(() => make('reader', 'lines', { paths, encoding: 'utf-9' })).toThrow(
      'encoding: expected an encoding',
    );
  });

  test('has a format that says nothing of resuming be refused by checkpoints, not resumed wrongly', () => {
    const { traits } = make<Reader<string>>('reader', 'lines', { paths: 'a.ln' });
    expect(traits.replay).toBe('none');
    expect(make<Writer<string>>('writer', 'lines', { path: 'a.ln' }).traits.commit).toBe('whole');
  });
});

describe('a plugin that is wrong', () => {
  const part = { summary: 'A part', create: () => iterableReader([1]) };
  test.each<[string, object, string]>([
    ['no name', { name: '' }, 'name: expected a name such as "acme"'],
    ['no range', { millrace: 'one' }, 'no range of versions'],
    ['an unknown part', { reader: {} }, 'Unrecognized key: "reader"'],
    [
      'a reader without create()',
      { readers: { r: { summary: 'x' } } },
      'reader "r" of plugin "acme": it has no create()',
    ],
    ['a reader without summary', { readers: { r: { create: () => 1 } } }, 'it has no summary'],
    ['options that are no object', { readers: { r: { ...part, options: z.string() } } }, 'no object schema'],
    ['a main option that is none', { readers: { r: { ...part, main: 'x' } } }, 'its main option "x" is none'],
    ['a format without any way', { formats: { f: { summary: 'x' } } }, 'neither decoder() nor encoder()'],
    ['a hook that is none', { hooks: { before: () => {} } }, 'Unrecognized key: "before"'],
    ['a hook that is no function', { hooks: { beforeRun: 7 } }, 'beforeRun: expected a function'],
    [
      'a function of unknown kinds',
      { functions: { f: { summary: 'x', parameters: ['txt'], returns: 'text', call: () => 1 } } },
      'function f() of plugin "acme": there is no kind of value "txt"',
    ],
    [
      'a function whose optional parameter is not the last',
      { functions: { f: { summary: 'x', parameters: ['text?', 'text'], returns: 'text', call: () => 1 } } },
      'stands before one that may not',
    ],
  ])('with %s is refused', (_, wrong, message) => {
    expect(() => definePlugin({ ...HEAD, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
    );
  });

  test.each<[unknown, string]>([
    [undefined, 'a value of type undefined'],
    [null, 'null'],
    [Promise.resolve({}), 'a promise'],
    [{ read: () => {} }, 'a value of type object'],
  ])('and makes %j of its options is told so', (made, found) => {
    const broken = definePlugin({
      ...HEAD,
      readers: { r: { summary: 'x', create: () => made as never } },
    });
    const { create } = new Registry().register(broken).get('reader', 'r');
    expect(() => create({} as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_PLUGIN',
        message: `Cannot make reader "r" of plugin "acme": create() returned ${found}, which is no reader`,
      }),
    );
  });
});
