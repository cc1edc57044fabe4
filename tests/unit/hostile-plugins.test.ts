import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Registry } from '../../src/core/registry.ts';
import { definePlugin } from '../../src/define-plugin.ts';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { skip } from '../../src/processing/policies/skip.ts';

const HEAD = { name: 'acme', millrace: '*' };
const fn = { summary: 'x', parameters: [], returns: 'any', call: () => 1 };
const format = { summary: 'x', encoder: () => ({ encode: () => '', finish: () => '' }) };
const operator = { summary: 'x', create: () => ({ create() {} }) };

describe('a plugin is refused when it is defined', () => {
  test.each<[string, object, string]>([
    ['a function is null', { functions: { f: null } }, 'it is no object'],
    ['a function has no parameters', { functions: { f: { ...fn, parameters: undefined } } }, 'are no list'],
    ['a function is called as one of millrace', { functions: { size: fn } }, 'of a function of millrace'],
    ['a function is called like a macro', { functions: { has: fn } }, 'of a function of millrace'],
    ['a format is null', { formats: { f: null } }, 'it is no object'],
    [
      'a format has strange extensions',
      { formats: { f: { ...format, extensions: '.f' } } },
      'no list of texts',
    ],
    ['an operator has a strange name', { operators: { URLParse: operator } }, 'not written as "movingMean"'],
    ['a format has a strange name', { formats: { 'a-b': format } }, 'not written as "movingMean"'],
    [
      'an option of a format is one of files',
      { formats: { f: { ...format, options: z.object({ encoding: z.string() }) } } },
      'its option "encoding" is called as one of all files',
    ],
  ])('where %s', (_, parts, found) => {
    const define = () => definePlugin({ ...HEAD, ...parts } as never);
    expect(define).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    expect(define).toThrow(found);
  });
});

test.each([
  ['null', { components: [null] }],
  ['of a strange kind', { components: [{ kind: 'constructor', name: 'x' }] }],
  ['without a kind', { components: [{ name: 'x' }] }],
  ['a function that is null', { components: [], functions: [null] }],
])('a plugin made by hand is refused when it is registered, where a part is %s', (_, parts) => {
  const register = () => new Registry().register({ name: 'acme', ...parts } as never);
  expect(register).toThrow(expect.objectContaining({ code: 'ERR_PLUGIN' }));
});

describe('a format of a plugin', () => {
  const made = (more: object): Registry =>
    new Registry().register(definePlugin({ ...HEAD, formats: { f: { ...format, ...more } } } as never));

  test('has options that are checked together', () => {
    const options = z.object({ a: z.int(), b: z.int() }).refine(({ a, b }) => a < b, 'a is not below b');
    const { create } = made({ options }).get('writer', 'f');
    expect(() => create({ path: 'x.f', a: 2, b: 1 } as never)).toThrow('a is not below b');
    expect(() => create({ path: 'x.f', a: 1, b: 2 } as never)).not.toThrow();
  });

  test('with an end is not added to', () => {
    const { create } = made({ appendable: false }).get('writer', 'f');
    const writer = create({ path: 'x.f' } as never) as Writer<never>;
    expect(() => writer.files!.rewritten({ append: true })).toThrow('has an end');
    expect(() => create({ path: 'x.f', append: true } as never)).toThrow('append');
  });
});

test('a part that is made by a class keeps what the class has, with a policy put to it', () => {
  class Numbers {
    readonly #inner = iterableReader([1]);
    readonly name = 'numbers';
    get label(): string {
      return this.#inner.label;
    }
    open(context: never): unknown {
      return this.#inner.open(context);
    }
  }
  const create = () => new Numbers() as never as Reader<unknown>;
  const plugin = definePlugin({ ...HEAD, readers: { numbers: { summary: 'x', create } } });
  const { create: make } = new Registry().register(plugin).get('reader', 'numbers');
  const reader = make({ onError: skip() } as never) as Reader<unknown>;
  expect(reader).toMatchObject({ name: 'numbers', label: expect.any(String), onError: skip() });
  expect(() => reader.open({} as never)).not.toThrow();
});
