import { expect, test } from 'vitest';
import { checkPluginVersion } from '../../../src/core/plugin-version.ts';

const plugin = (millrace?: string) => ({
  name: 'acme',
  components: [],
  ...(millrace !== undefined && { millrace }),
});

test.each([
  ['^1', '1.4.0'],
  ['>=0.1.0 <2', '0.1.0'],
  ['*', '0.1.0'],
  ['^1', '1.0.1-beta.2'],
  [undefined, '7.0.0'],
])('a plugin for %s goes with millrace %s', (range, version) => {
  expect(() => checkPluginVersion(plugin(range), version)).not.toThrow();
});

test.each([
  ['^1', '2.0.0'],
  ['^0.1', '0.2.0'],
  ['>=3', '1.0.0'],
])('a plugin for %s is refused by millrace %s, and both are named', (range, version) => {
  expect(() => checkPluginVersion(plugin(range), version)).toThrow(
    expect.objectContaining({
      code: 'ERR_PLUGIN',
      message: `Cannot use plugin "acme": it is for millrace ${range}, and this is millrace ${version}`,
      details: { plugin: 'acme', range, version },
    }),
  );
});

test.each(['', 'one', '^1 or 2'])('%j is no range of versions', (range) => {
  expect(() => checkPluginVersion(plugin(range), '1.0.0')).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('no range of versions'),
    }),
  );
});
