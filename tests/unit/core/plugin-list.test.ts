import { expect, test } from 'vitest';
import { checkedPlugins } from '../../../src/core/plugin-list.ts';

const plugin = (name: string, millrace = '*') => ({ name, millrace, components: [] });

test('a plugin that is named twice counts once', () => {
  const [a, b] = [plugin('a'), plugin('b')];
  expect(checkedPlugins([a, b, a])).toEqual([a, b]);
});

test('two plugins of one name are refused', () => {
  expect(() => checkedPlugins([plugin('a'), plugin('a')])).toThrow(
    expect.objectContaining({
      code: 'ERR_COMPONENT_DUPLICATE',
      message: 'Cannot use two plugins called "a"',
    }),
  );
});

test('one for other versions of millrace is refused', () => {
  expect(() => checkedPlugins([plugin('a', '^99')])).toThrow(expect.objectContaining({ code: 'ERR_PLUGIN' }));
});

test.each([undefined, null, 'acme', {}, { name: 'a' }, { components: [] }])('%j is no plugin', (junk) => {
  expect(() => checkedPlugins([junk as never])).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', hint: 'Make plugins with definePlugin().' }),
  );
});
