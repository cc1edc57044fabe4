import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPlugin } from '../../../src/spec/plugins/load-plugin.ts';
import { moduleUrl } from '../../../src/spec/resolve-module.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { open, put } from './files.ts';

const HOSTILE = ['file://host/x.ts', 'file:///a%2Fb.ts', 'file:///a%00b.ts', 'file://[', './a\0b.ts'];

describe('the name of a module that cannot be a path', () => {
  test.each([...HOSTILE, `./${'a'.repeat(300)}.ts`])('is of no module: %j', (specifier) => {
    expect(moduleUrl(specifier, '/tmp/p.yaml')).toBeUndefined();
  });

  test.each(HOSTILE)('is a problem of the file that names it: %j', async (specifier) => {
    const use = JSON.stringify(`${specifier}#y`);
    const text = `version: 1
plugins: [${JSON.stringify(specifier)}]
flows:
  it: { read: { csv: in.csv }, pipe: [{ map: { use: ${use} } }] }
sinks:
  out: { from: it, write: { csv: out.csv } }
`;
    const path = put(tempFolder().path, 'p.yaml', text);
    const refused = expect(open(path)).rejects;
    await refused.toMatchObject({
      code: 'ERR_PIPELINE_FILE',
      message: expect.stringMatching(/there is no such file[\s\S]*there is no file/),
    });
  });
});

test('a plugin is a package or a file, and no URL that has code in it', async () => {
  const url = 'data:text/javascript,globalThis.dataWasRun = true; export default 1';
  await expect(loadPlugin(url, join('/tmp', 'p.yaml'))).rejects.toMatchObject({
    code: 'ERR_PLUGIN',
    message: expect.stringContaining('it is neither a package nor a file'),
  });
  expect(globalThis).not.toHaveProperty('dataWasRun');
});
