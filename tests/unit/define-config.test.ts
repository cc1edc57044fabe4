import { expect, test } from 'vitest';
import { defineConfig } from '../../src/define-config.ts';
import { definePlugin } from '../../src/define-plugin.ts';

test('a configuration names plugins, or has them', () => {
  const plugin = definePlugin({ name: 'acme', millrace: '*' });
  expect(defineConfig({ plugins: ['./plugin.ts', plugin] }).plugins).toEqual(['./plugin.ts', plugin]);
  expect(defineConfig({})).toEqual({ plugins: [] });
});

test('what it cannot have is an error', () => {
  const junk = (config: object) => () => defineConfig(config);
  expect(junk({ plugin: [] })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', hint: 'Did you mean "plugins"?' }),
  );
  expect(junk({ plugins: [7] })).toThrow(/^Cannot use the options of the configuration: plugins\.0: /);
  expect(junk({ plugins: './plugin.ts' })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
