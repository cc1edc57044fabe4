import { cpSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pipelineFileTests } from '../../../../src/testing/index.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { put } from '../../spec/files.ts';

const [, text] = /^```yaml file orders\.test\.yaml\n(.*?)^```$/ms.exec(
  readFileSync('docs/testing.md', 'utf8'),
)!;

describe('the tests of the page', () => {
  test('pass, beside the pipeline of the other page', async () => {
    const { path } = tempFolder();
    cpSync('tests/fixtures/pipelines', path, { recursive: true });
    put(path, 'mock.ts', "export const lookup = async (order: object) => ({ ...order, country: 'AT' });\n");
    const tests = await pipelineFileTests(put(path, 'orders.test.yaml', text!));
    expect(tests).toHaveLength(2);
    for (const { run } of tests) await run();
  });
});

describe('the tests of the example', async () => {
  for (const { name, run } of await pipelineFileTests('examples/files')) test(name, run);
});
