import { AssertionError } from 'node:assert/strict';
import { type Duration, duration } from '../../core/duration.ts';
import type { Registry } from '../../core/registry.ts';
import { differenceText } from './difference-text.ts';
import type { FileTest, TestFile } from './test-model.ts';
import type { FileTestResult } from './test-result.ts';

/** How tests that are files are run. */
export interface PipelineFileTestOptions {
  /** The components that pipelines may be made of. @default the built-in ones */
  readonly registry?: Registry;
  /** How long a test may take in real time. @default '30s' */
  readonly timeout?: Duration;
}

/** A test of a file, for whichever test framework. */
export interface PipelineFileTest {
  /** The file and the name of the test: `orders.test.yaml: paid orders are kept`. */
  readonly name: string;
  readonly file: string;
  /** Whether the file says that it is to be left out; `run` does nothing then. */
  readonly skip: boolean;
  /** Rejects with an AssertionError that shows what differs, or with what the run fails with. */
  readonly run: () => Promise<void>;
}

/**
 * The tests of files of YAML or JSON, as `millrace test` runs them: those of a file, of all `*.test.yaml` beneath a folder, or
 * of those that a glob matches; beside the pipeline when that is named. All files are checked first, with their pipelines.
 * Nothing is written, and time is virtual.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` with every problem of a file, each with its place; `ERR_NOT_FOUND` where there are
 * no tests; `ERR_MODULE` for a module that does not load.
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { pipelineFileTests } from 'millrace/testing';
 *
 * for (const { name, skip, run } of await pipelineFileTests('pipelines')) test(name, { skip }, run);
 * ```
 */
export async function pipelineFileTests(
  paths: string | readonly string[],
  options: PipelineFileTestOptions = {},
): Promise<readonly PipelineFileTest[]> {
  const timeoutMs = duration(options.timeout ?? '30s', 'timeout');
  const files = await readFiles(paths, options);
  return files.flatMap((file) =>
    file.tests.map((test) => ({
      name: `${file.source.shown}: ${test.name}`,
      file: file.source.shown,
      skip: test.skip !== undefined,
      run: async () => {
        const failure = failureOf(file, await runOne(test, timeoutMs));
        if (failure !== undefined) throw failure;
      },
    })),
  );
}

/**
 * Runs all tests of a file, as `millrace test` does, or of all files that `paths` means. Resolves when all have
 * passed, or are left out.
 *
 * @throws AssertionError that shows what differs, of all tests that failed; what a run fails with, when it is the only one to
 * fail; MillraceError as {@link pipelineFileTests} does.
 * @example
 * ```ts
 * import { testPipelineFile } from 'millrace/testing';
 *
 * await testPipelineFile('orders.test.yaml');
 * ```
 */
export async function testPipelineFile(
  paths: string | readonly string[],
  options: PipelineFileTestOptions = {},
): Promise<void> {
  const timeoutMs = duration(options.timeout ?? '30s', 'timeout');
  const failures: Error[] = [];
  for (const file of await readFiles(paths, options)) {
    for (const test of file.tests) {
      const failure = failureOf(file, await runOne(test, timeoutMs));
      if (failure !== undefined) failures.push(failure);
    }
  }
  if (failures.length === 1) throw failures[0]!;
  if (failures.length === 0) return;
  const all = failures.map(({ message }) => message).join('\n\n');
  throw new AssertionError({ message: `${failures.length} tests failed\n\n${all}` });
}

/** The engine for files is loaded when it is used: tests of code need none of it. */
async function readFiles(
  paths: string | readonly string[],
  { registry }: PipelineFileTestOptions,
): Promise<readonly TestFile[]> {
  const { findTestFiles } = await import('./find-test-files.ts');
  const { readTestFile } = await import('./read-test-file.ts');
  const components = registry ?? (await import('../../builtins.ts')).builtins();
  const files: TestFile[] = [];
  for (const path of await findTestFiles(typeof paths === 'string' ? [paths] : paths)) {
    files.push(await readTestFile(path, components));
  }
  return files;
}

async function runOne(test: FileTest, timeoutMs: number): Promise<FileTestResult> {
  const { runFileTest } = await import('./run-file-test.ts');
  return runFileTest(test, { timeoutMs });
}

function failureOf({ source, hide }: TestFile, result: FileTestResult): Error | undefined {
  const { name, line, differences, error } = result;
  if (error !== undefined) return error;
  if (differences.length === 0) return undefined;
  const parts = differences.map((difference) => differenceText(difference));
  return new AssertionError({
    message: hide(
      [`${source.shown}:${line}: "${name}" came to something else than is expected`, ...parts].join('\n\n'),
    ),
    expected: Object.fromEntries(differences.map(({ part, expected }) => [part, expected])),
    actual: Object.fromEntries(differences.map(({ part, actual }) => [part, actual])),
    // Node.js would add a comparison of its own for operators that it knows.
    operator: 'pipelineFileTests',
  });
}
