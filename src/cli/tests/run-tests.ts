import { readFileSync } from 'node:fs';
import type { MillraceError } from '../../core/errors.ts';
import { isMillraceError, toError } from '../../core/errors.ts';
import type { Registry } from '../../core/registry.ts';
import { readTestFile } from '../../testing/files/read-test-file.ts';
import { runFileTest } from '../../testing/files/run-file-test.ts';
import type { TestFile } from '../../testing/files/test-model.ts';
import type { FileTestResult } from '../../testing/files/test-result.ts';
import { updatedTestFile } from '../../testing/files/update-test-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import type { FileReport, TestReport } from './test-report.ts';

export interface RunTestsOptions {
  /** The components that the pipelines beside a file may be made of. */
  readonly registry: (file: string) => Promise<Registry>;
  readonly signal: AbortSignal;
  /** How long a test may take, in real time. */
  readonly timeoutMs: number;
  /** Whether what came is to be what is expected from now on. */
  readonly update: boolean;
  /** Which tests are run, by their names. */
  readonly wanted: (name: string) => boolean;
  /** Called when a file was read, before its tests are run. */
  readonly opened: (file: TestFile) => void;
  /** Called when all of a file is known. */
  readonly done: (report: FileReport) => void;
}

/** Runs the tests of files, one after another; a file that cannot be used does not keep the others from being run. */
export async function runTests(files: readonly string[], options: RunTestsOptions): Promise<TestReport> {
  const began = performance.now();
  const reports: FileReport[] = [];
  for (const file of files) {
    if (options.signal.aborted) break;
    const report = await runFile(file, options);
    if (report.results.length === 0 && report.error === undefined) continue;
    reports.push(report);
    options.done(report);
  }
  return { files: reports, durationMs: performance.now() - began, interrupted: options.signal.aborted };
}

async function runFile(path: string, options: RunTestsOptions): Promise<FileReport> {
  const { registry, signal, timeoutMs, update, wanted, opened } = options;
  const results: FileTestResult[] = [];
  try {
    const file = await readTestFile(path, await registry(path));
    opened(file);
    for (const test of file.tests.filter(({ name }) => wanted(name))) {
      results.push(await runFileTest(test, { signal, timeoutMs }));
    }
    if (!update) return { file: path, results };
    return { file: path, results, updated: await updateFile(file, results) };
  } catch (thrown) {
    if (signal.aborted) return { file: path, results };
    return { file: path, results, error: known(path, thrown) };
  }
}

/** Writes the file anew, as a whole or not at all; returns the tests that it concerns. */
async function updateFile(
  { source, secretsWithin }: TestFile,
  results: readonly FileTestResult[],
): Promise<readonly string[]> {
  const { path, shown } = source;
  const { text, tests } = updatedTestFile(shown, readFileSync(path, 'utf8'), results, secretsWithin);
  if (tests.length === 0) return tests;
  await replaceFile(shown, text, 'update');
  return tests;
}

function known(path: string, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  throw new Error(`Cannot test ${path}: ${toError(thrown).message}`, { cause: thrown });
}
