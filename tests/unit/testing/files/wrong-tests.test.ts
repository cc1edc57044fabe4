import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtins } from '../../../../src/builtins.ts';
import { readTestFile } from '../../../../src/testing/files/read-test-file.ts';

const FOLDER = 'tests/fixtures/wrong-tests';
const files = readdirSync(FOLDER).filter((name) => /\.test\.(?:ya?ml|json)$/.test(name));

/** What a user is told of a file. */
async function told(name: string): Promise<string> {
  const error = await readTestFile(`${FOLDER}/${name}`, builtins()).then(
    () => undefined,
    (thrown: unknown) => thrown as { readonly code: string; readonly message: string },
  );
  expect(error?.code).toBe('ERR_PIPELINE_FILE');
  return `${error!.message.replaceAll(`${FOLDER}/`, '').replaceAll(`${process.cwd()}/`, '/')}\n`;
}

describe('a file of tests that is wrong says all that is, where, and what to do', () => {
  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(25);
  });

  test.each(files)('%s', async (name) => {
    await expect(await told(name)).toMatchFileSnapshot(join('../../../fixtures/wrong-tests', `${name}.txt`));
  });

  test('each has what it says beside it, and there is nothing else', () => {
    const beside = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
    expect(beside.map((name) => name.replace(/\.txt$/, ''))).toEqual(files);
    for (const name of beside) expect(readFileSync(join(FOLDER, name), 'utf8')).toMatch(/^Cannot use /);
  });
});
