import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtins } from '../../../src/builtins.ts';
import { openPipelineFile } from '../../../src/spec/pipeline-file.ts';

const FOLDER = 'tests/fixtures/wrong-pipelines';
const files = readdirSync(FOLDER).filter((name) => /\.(?:ya?ml|json)$/.test(name));

/** What a user is told of a file. */
async function told(name: string): Promise<string> {
  const shown = `${FOLDER}/${name}`;
  const opened = openPipelineFile(shown, { registry: builtins(), environment: {} });
  const error = await opened.then(
    () => undefined,
    (thrown: unknown) => thrown as { readonly code: string; readonly message: string },
  );
  expect(error?.code).toBe('ERR_PIPELINE_FILE');
  return `${error!.message.replaceAll(`${FOLDER}/`, '').replaceAll(`${process.cwd()}/`, '/')}\n`;
}

describe('a file that is wrong says all that is, where, and what to do', () => {
  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(100);
  });

  test.each(files)('%s', async (name) => {
    await expect(await told(name)).toMatchFileSnapshot(join('../../fixtures/wrong-pipelines', `${name}.txt`));
  });

  test('each has what it says beside it, and there is nothing else', () => {
    const beside = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
    expect(beside.map((name) => name.replace(/\.txt$/, ''))).toEqual(files);
    for (const name of beside) expect(readFileSync(join(FOLDER, name), 'utf8')).toMatch(/^Cannot use /);
  });
});
