import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { allExamples, examplesIn, writeExamples, writtenName } from './doc-examples.ts';
import { read, tool } from './repository.ts';

/** Rejects, with what it wrote to stderr, unless it ends with code 0. */
const runFile = promisify(execFile);

const examples = allExamples();

/**
 * Loading millrace takes most of the time, so the examples of a folder share a process: one after the other, each in a folder of its
 * own. The process has to end by itself.
 */
const RUN_IN_TURN = `
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
const home = process.cwd();
const modules = process.argv.slice(1);
for (const [at, module] of modules.entries()) {
  mkdirSync(join(home, String(at)));
  process.chdir(join(home, String(at)));
  await import(pathToFileURL(module).href);
}
process.once('exit', () => console.log('done: ' + modules.length));
`;

const folders = Object.entries(
  Object.groupBy(
    examples.filter(({ runs }) => runs),
    ({ file }) => dirname(file),
  ),
).map(([place, own = []]) => ({ place, count: own.length, own }));

const named = examples.map((example) => ({ ...example, where: `${example.file}:${example.line}`, example }));

describe('the examples in the documentation', () => {
  let folder: string;
  let complaints: string;
  beforeAll(() => {
    folder = writeExamples(examples, inject('dist'));
    const { stdout, error } = spawnSync(tool('tsc'), ['--project', folder, '--pretty', 'false'], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (error) throw error;
    complaints = stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are found in the README, the guides and the docblocks', () => {
    const places = new Set(examples.map(({ file }) => file.split('/')[0]));
    expect([...places].sort()).toEqual(['README.md', 'docs', 'src']);
    expect(read('README.md').split('```ts').length - 1).toBe(
      examples.filter(({ file }) => file === 'README.md').length,
    );
  });

  test('find nothing to complain about outside of them', () => {
    const names = new Set(examples.map(writtenName));
    const others = complaints
      .split('\n')
      .filter((line) => /error TS/.test(line))
      .filter((line) => ![...names].some((name) => line.includes(name)));
    expect(others).toEqual([]);
  });

  test.each(named)('type-check: $where', ({ example }) => {
    const own = complaints
      .split('\n')
      .filter((line) => line.includes(`${writtenName(example)}(`))
      .map((line) => line.replace(/^.*\.ts\((\d+),\d+\): /, `${example.file}:$1: `));
    expect(own).toEqual([]);
  });

  test.concurrent.for(folders)('run: those of $place, $count', async ({ own }, { expect }) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const cwd = mkdtempSync(join(folder, 'run-'));
    const options = { cwd, env, timeout: 60_000 };
    const modules = own.map((example) => join(folder, writtenName(example)));
    await expect(
      runFile(process.execPath, ['--input-type=module', '--eval', RUN_IN_TURN, ...modules], options),
    ).resolves.toMatchObject({ stdout: expect.stringMatching(/done: \d+\n$/) });
  });
});

describe('the search for examples', () => {
  const block = ['Text', '```ts run', "import { run } from 'millrace';", 'run', '```', 'text'];

  test('keeps the line numbers of a document', () => {
    expect(examplesIn('a.md', block.join('\n'))).toEqual([
      { file: 'a.md', line: 2, code: "import { run } from 'millrace';\nrun", runs: true },
    ]);
  });

  test('takes the margin off a docblock, and keeps the code’s own indentation', () => {
    const text = [
      '/**',
      ' * ```ts',
      " * import { run } from 'millrace';",
      ' *',
      ' *   run',
      ' * ```',
      ' */',
    ].join('\n');
    expect(examplesIn('a.ts', text)).toEqual([
      { file: 'a.ts', line: 2, code: "import { run } from 'millrace';\n\n  run", runs: false },
    ]);
  });

  test('leaves out other languages and blocks that do not import millrace', () => {
    expect(examplesIn('a.md', '```sh\nnpm ci\n```\n```ts\nconst a = 1;\n```')).toEqual([]);
  });
});
