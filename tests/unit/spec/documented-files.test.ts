import { cpSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { open, put, runFile } from './files.ts';

/** The files of a page, by their names: the blocks that are marked so. */
function filesOf(page: string): readonly (readonly [name: string, text: string])[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```yaml file (\S+)\n(.*?)^```$/gms);
  return [...blocks].map(([, name, text]) => [name!, text!]);
}

const INPUTS: Readonly<Record<string, string>> = {
  'views.ndjson': '{"page":"/","at":"2024-01-01T00:00:01Z"}\n{"page":"/","at":"2024-01-01T00:00:02Z"}\n',
  'in.csv': 'a;b\n1;2\n',
};
const PARAMETERS: Readonly<Record<string, object>> = { 'orders.yaml': { in: 'orders.csv' } };
const page = filesOf('docs/pipelines-as-files.md');

test('the page has files', () => {
  expect(page.map(([name]) => name)).toEqual(['orders.yaml', 'pages.yaml', 'semicolons.yaml']);
});

test.each(page)('%s runs, and closes its balance', async (name, text) => {
  const folder = tempFolder().path;
  cpSync('tests/fixtures/pipelines', folder, { recursive: true });
  for (const [input, content] of Object.entries(INPUTS)) put(folder, input, content);
  const { balance } = await runFile(put(folder, name, text), PARAMETERS[name]);
  expect(balance).toMatchObject({ closed: true });
  expect(balance.written).toBeGreaterThan(0);
});

test('the file of the README is sound', async () => {
  const [, text] = /```yaml\n(version: 1.*?)```/s.exec(readFileSync('README.md', 'utf8'))!;
  const path = put(tempFolder().path, 'orders.yaml', text!);
  await expect((await open(path)).build({})).resolves.toBeDefined();
});
