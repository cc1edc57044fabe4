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
});

describe('a clone and a narrowed registry', () => {
  test('share nothing with the one they were made of', () => {
    const original = some();
    const clone = original.clone().register(component('reader', 'mine'));
    original.register(component('reader', 'theirs'));
    expect(names(clone)).toEqual(['reader avro', 'reader csv', 'reader mine', 'writer csv']);
    expect(names(original)).not.toContain('reader mine');
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
