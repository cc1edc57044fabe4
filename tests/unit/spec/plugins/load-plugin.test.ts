import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlugin } from '../../../../src/spec/plugins/load-plugin.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { put } from '../files.ts';

const from = resolve('tests/fixtures/plugins/pipeline.yaml');

describe('a plugin is loaded', () => {
  test('from a file beside the one that names it, by its default export or "plugin"', async () => {
    expect((await loadPlugin('./greeting.ts', from)).name).toBe('greeting');
    expect((await loadPlugin('./clash.ts', from)).name).toBe('clash');
    expect((await loadPlugin(resolve('tests/fixtures/plugins/clash.ts'), from)).name).toBe('clash');
  });

  test('from a package that the file would import, also one for ECMAScript modules alone', async () => {
    const { path } = tempFolder();
    put(
      path,
      'node_modules/@acme/plugin/package.json',
      '{"name":"@acme/plugin","type":"module","exports":{"import":"./main.js"}}',
    );
    put(
      path,
      'node_modules/@acme/plugin/main.js',
      "export const plugin = { name: 'packed', components: [] };",
    );
    expect((await loadPlugin('@acme/plugin', put(path, 'a.yaml', ''))).name).toBe('packed');
  });

  test('once: the same module gives the same plugin', async () => {
    expect(await loadPlugin('./greeting.ts', from)).toBe(await loadPlugin('../plugins/greeting.ts', from));
  });
});

describe('what is no plugin is an error that says why', () => {
  test.each<[string, string, string | undefined]>([
    ['./missing.ts', 'there is no such file', 'Paths are relative to the file they are written in.'],
    ['.', 'there is no such file', 'Paths are relative to the file they are written in.'],
    ['@acme/missing', 'there is no such package', 'Install it, or begin the path of a file with "./".'],
    ['greeting.ts', 'there is no such package', 'Install it, or begin the path of a file with "./".'],
    [
      './no-plugin.ts',
      'it exports none',
      'Export what definePlugin() makes, as "plugin" or by default. Did you mean "plugins"?',
    ],
    ['./throws.ts', 'Error: it does not start', undefined],
    ['./macro.ts', 'its function has() is called like a macro of expressions', undefined],
  ])('%s', async (specifier, found, hint) => {
    await expect(loadPlugin(specifier, from)).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: `Cannot load plugin "${specifier}": ${found}`,
      hint,
    });
  });

  test('./later-version.ts', async () => {
    await expect(loadPlugin('./later-version.ts', from)).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: expect.stringContaining('it is for millrace ^99.1, and this is millrace '),
    });
  });
});
