import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Registry } from '../../../src/core/registry.ts';
import type { Component, ComponentKind } from '../../../src/interfaces/component.ts';

const component = (kind: ComponentKind, name: string): Component => ({
  kind,
  name,
  summary: name,
  options: z.strictObject({}),
  create: () => name,
});

const names = (registry: Registry, kind?: ComponentKind) =>
  registry.list(kind).map((one) => `${one.kind} ${one.name}`);

const some = () =>
  new Registry([component('writer', 'csv'), component('reader', 'csv'), component('reader', 'avro')]);

describe('a registry', () => {
  test('gives back what was registered, by kind and name', () => {
    expect(some().get('reader', 'csv')).toMatchObject({ kind: 'reader', name: 'csv' });
    expect(some().get('writer', 'csv').kind).toBe('writer');
  });

  test('lists all by kind and name, or those of one kind, whatever the order of registration', () => {
    expect(names(some())).toEqual(['reader avro', 'reader csv', 'writer csv']);
    expect(names(some(), 'reader')).toEqual(['reader avro', 'reader csv']);
    expect(names(some(), 'operator')).toEqual([]);
  });

  test('does not change with the object that was registered', () => {
    const mine = { ...component('reader', 'mine') };
    const registry = new Registry([mine]);
    mine.name = 'theirs';
    expect(registry.get('reader', 'mine').name).toBe('mine');
    expect(Object.isFrozen(registry.get('reader', 'mine'))).toBe(true);
  });

  test('refuses a name that is taken within its kind: the first would vanish', () => {
    expect(() => some().register(component('reader', 'csv'))).toThrow(
      expect.objectContaining({
        code: 'ERR_COMPONENT_DUPLICATE',
        message: 'Cannot register reader csv: the name is taken',
        hint: expect.stringContaining('without()'),
      }),
    );
    expect(names(some().register(component('operator', 'csv')))).toContain('operator csv');
  });

  test.each(['Csv', 'my-reader', 'my reader', '_x', 'x_', 'x__y', '2x', ''])(
    'refuses %j, which is not lower_snake_case',
    (name) => {
      expect(() => new Registry([component('reader', name)])).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTIONS',
          message: `Cannot register reader "${name}": the name is not lower_snake_case`,
        }),
      );
    },
  );

  test('suggests the name that was meant, of the same kind', () => {
    expect(() => some().get('reader', 'cvs')).toThrow(
      expect.objectContaining({
        code: 'ERR_COMPONENT_UNKNOWN',
        message: 'Cannot find reader "cvs": it is not registered',
        hint: 'Did you mean "csv"?',
      }),
    );
    expect(() => some().get('writer', 'avro')).toThrow(expect.objectContaining({ hint: 'There are: csv.' }));
  });
});

describe('a plugin', () => {
  const plugin = { name: 'acme', components: [component('reader', 'acme'), component('writer', 'acme')] };

  test('registers all its components', () => {
    expect(names(new Registry().register(plugin))).toEqual(['reader acme', 'writer acme']);
  });

  test('leaves nothing behind when one of its components is refused', () => {
    const registry = some();
    for (const bad of [component('reader', 'csv'), component('reader', 'acme'), component('reader', 'No')]) {
      const broken = { name: 'broken', components: [...plugin.components, bad] };
      expect(() => registry.register(broken)).toThrow();
    }
    expect(names(registry)).toEqual(names(some()));
  });

  test('that is registered again does nothing, and another of its name is refused', () => {
    const registry = new Registry().register(plugin).register(plugin);
    expect(registry.plugins).toEqual([plugin]);
    expect(() => registry.register({ name: 'acme', components: [] })).toThrow(
      expect.objectContaining({
        code: 'ERR_COMPONENT_DUPLICATE',
        message: 'Cannot register plugin "acme": another plugin has that name',
      }),
    );
  });

  test('is told which plugin has the name already', () => {
    const registry = new Registry().register(plugin);
    const other = { name: 'other', components: [component('writer', 'acme')] };
    expect(() => registry.register(other)).toThrow(
      expect.objectContaining({
        code: 'ERR_COMPONENT_DUPLICATE',
        message: 'Cannot register writer acme of plugin "other": plugin "acme" has one of that name',
      }),
    );
    expect(registry.pluginOf({ kind: 'writer', name: 'acme' })).toBe('acme');
    expect(registry.plugins).toEqual([plugin]);
  });

  test('cannot have two parts of one name, functions and formats neither', () => {
    const fn = { name: 'f', parameters: [], summary: 'f', call: () => 1 };
    const format = { name: 'ltsv', extensions: [], reads: true, writes: true };
    const registry = new Registry().register({
      name: 'a',
      components: [],
      functions: [fn],
      formats: [format],
    });
    expect(registry.functions).toEqual([fn]);
    expect(registry.formats).toEqual([format]);
    const clash = (part: object) => () => registry.register({ name: 'b', components: [], ...part });
    expect(clash({ functions: [{ ...fn }] })).toThrow(
      'Cannot register function f of plugin "b": plugin "a" has one of that name',
    );
    expect(clash({ formats: [format] })).toThrow(
      'Cannot register format ltsv of plugin "b": plugin "a" has one of that name',
    );
    const twice = [component('reader', 'x'), component('reader', 'x')];
    expect(clash({ components: twice })).toThrow('plugin "b" has one of that name');
    expect(names(registry)).toEqual([]);
  });

  test.each<[ComponentKind, string]>([
    ['reader', 'use'],
    ['operator', 'split'],
    ['operator', 'key_by'],
  ])('cannot have a %s called %s, which means something else in files', (kind, name) => {
    const part = { name: 'a', components: [component(kind, name)] };
    expect(() => new Registry().register(part)).toThrow('the name means something else in pipelines');
  });

  test('is refused when it is for other versions of millrace', () => {
    const later = { ...plugin, millrace: '^9.1' };
    const registry = new Registry();
    expect(() => registry.register(later)).toThrow(
      expect.objectContaining({
        code: 'ERR_PLUGIN',
        message: expect.stringMatching(
          /^Cannot use plugin "acme": it is for millrace \^9\.1, and this is millrace \d+\.\d+\.\d+/,
        ),
      }),
    );
    expect(registry.list()).toEqual([]);
  });
});

describe('a clone and a narrowed registry', () => {
  test('share nothing with the one they were made of', () => {
    const original = some();
    const clone = original.clone().register(component('reader', 'mine'));
    original.register(component('reader', 'theirs'));
    expect(names(clone)).toEqual(['reader avro', 'reader csv', 'reader mine', 'writer csv']);
    expect(names(original)).not.toContain('reader mine');
  });

  test('keep the plugins, and a narrowed one loses the format of the name with its components', () => {
    const formats = [{ name: 'ltsv', extensions: [], reads: true, writes: true }];
    const registry = new Registry().register({
      name: 'a',
      components: [component('reader', 'ltsv')],
      formats,
    });
    expect(registry.clone().formats).toEqual(formats);
    expect(registry.without('ltsv').formats).toEqual([]);
    expect(registry.without('ltsv').plugins.map(({ name }) => name)).toEqual(['a']);
  });

  test('without() leaves out every kind of a name, and the original alone', () => {
    const original = some();
    expect(names(original.without('csv'))).toEqual(['reader avro']);
    expect(names(original.without('csv', 'avro'))).toEqual([]);
    expect(names(original)).toHaveLength(3);
  });

  test('without() refuses a name it does not know: a typo would leave in what is to be kept out', () => {
    expect(() => some().without('avro', 'cvs')).toThrow(
      expect.objectContaining({ code: 'ERR_COMPONENT_UNKNOWN', hint: 'Did you mean "csv"?' }),
    );
  });
});
