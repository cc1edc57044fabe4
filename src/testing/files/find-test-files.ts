import { existsSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { globSync, hasMagic } from 'glob';
import { MillraceError } from '../../core/errors.ts';
import { errnoOf, ioError, missingHint } from '../../io/bytes/io-error.ts';

const TEST_FILE = /\.test\.(?:ya?ml|json)$/i;
const ALL = '**/*.test.{yaml,yml,json}';
const ENDINGS = ['yaml', 'yml', 'json'];
const PIPELINES = [...ENDINGS, 'ts', 'mts', 'js', 'mjs'];

/**
 * The files of tests that paths mean: themselves, those beneath a folder, those that a pattern matches, or the one beside
 * a pipeline; without a path, those beneath the current folder. What is in `node_modules` or a hidden folder is left out.
 *
 * @throws MillraceError `ERR_NOT_FOUND` for a path that leads to none.
 */
export async function findTestFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const path of paths.length === 0 ? ['.'] : paths) {
    for (const file of await filesAt(path)) {
      const key = resolve(file);
      if (!found.has(key)) found.set(key, file);
    }
  }
  return [...found.values()];
}

async function filesAt(path: string): Promise<readonly string[]> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return some(beneath(ALL, path), path, `no *.test.yaml is beneath it`);
  if (status !== undefined) {
    if (TEST_FILE.test(path)) return [path];
    const stem = path.replace(/\.[^.]+$/, '');
    const beside = ENDINGS.map((ending) => `${stem}.test.${ending}`).filter((file) => existsSync(file));
    return some(beside, path, `there is no ${basename(stem)}.test.yaml beside it`);
  }
  if (hasMagic(path, { magicalBraces: true })) {
    const matched = beneath(path, '.');
    return some(
      matched.filter((file) => TEST_FILE.test(file)),
      path,
      matched.length === 0 ? 'nothing matches' : 'what matches is not called *.test.yaml',
    );
  }
  const cause: unknown = await stat(path).catch((thrown: unknown) => thrown);
  throw ioError('test', path, cause, errnoOf(cause) === 'ENOENT' ? await missingHint(path) : undefined);
}

function beneath(pattern: string, folder: string): string[] {
  const files = globSync(pattern, { cwd: folder, nodir: true, ignore: '**/node_modules/**', posix: true });
  return files.sort().map((file) => (folder === '.' ? file : join(folder, file)));
}

function some(files: readonly string[], path: string, found: string): readonly string[] {
  if (files.length > 0) return files;
  throw new MillraceError('ERR_NOT_FOUND', `Cannot test ${path}: ${found}`, {
    hint: 'Tests are files called like the pipeline: orders.test.yaml beside orders.yaml.',
  });
}

/** The pipeline that tests are called like: `orders.yaml` for `orders.test.yaml`. */
export function pipelineBeside(testFile: string): {
  readonly found: string | undefined;
  readonly looked: readonly string[];
} {
  const stem = basename(testFile).replace(TEST_FILE, '');
  const looked = PIPELINES.map((ending) => `${stem}.${ending}`);
  const found = looked.map((name) => join(dirname(testFile), name)).find((path) => existsSync(path));
  return { found, looked };
}
