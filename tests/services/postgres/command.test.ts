import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { millrace } from '../../integration/cli/command.ts';
import { testSchema } from './schema.ts';

const { url, schema } = await testSchema();
const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('checkpoints are kept in a database that the command line names, whose password nothing tells', async () => {
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'in.ndjson'), '{"n":1}\n{"n":2}\n');
  writeFileSync(
    join(folder, 'copy.ts'),
    `import { ndjson, pipeline } from 'millrace';
     export default pipeline('copy', ndjson.read('in.ndjson').to(ndjson.write('out.ndjson')));`,
  );
  const named = new URL(url);
  // A server that trusts its host does not ask for it.
  named.password ||= 'never-shown';
  named.searchParams.set('options', `-c search_path=${schema}`);
  const store = named.href;
  const asked = async (...args: readonly string[]) => {
    const ended = await millrace(args, { cwd: folder });
    expect(ended.stdout + ended.stderr).not.toContain(named.password);
    return ended;
  };
  expect((await asked('run', 'copy.ts', '--checkpoints', store)).code).toBe(0);
  const listed = await asked('checkpoints', 'list', store, '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    store: expect.stringMatching(/^postgres /),
    pipelines: [
      {
        pipeline: 'copy',
        checkpoints: expect.arrayContaining([expect.objectContaining({ complete: 'finished' })]),
      },
    ],
  });
  expect(await asked('checkpoints', 'show', store)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('read to its end'),
  });
  expect((await asked('checkpoints', 'verify', store)).code).toBe(0);
  expect((await asked('checkpoints', 'prune', store, '--keep', '1')).code).toBe(0);
  expect((await asked('checkpoints', 'reset', store, '--yes')).code).toBe(0);
  expect((await asked('checkpoints', 'show', store)).code).toBe(1);
  named.port = '1';
  const missing = await asked('checkpoints', 'list', named.href, '--debug');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
});
