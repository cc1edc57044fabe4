import type { MillraceError } from '../../core/errors.ts';
import type { FileTestResult } from '../../testing/files/test-result.ts';

/** How the tests of one file ended. */
export interface FileReport {
  /** As people write it. */
  readonly file: string;
  readonly results: readonly FileTestResult[];
  /** What is wrong with the file, or its pipeline; there are no results then. */
  readonly error?: MillraceError;
  /** Tests whose expectations were written anew. */
  readonly updated?: readonly string[];
}

/** How all tests ended. */
export interface TestReport {
  readonly files: readonly FileReport[];
  readonly durationMs: number;
  /** Whether a signal ended them. */
  readonly interrupted: boolean;
}

export interface TestCounts {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Files that cannot be used. */
  readonly broken: number;
}

/** A test whose expectations were written anew has passed. */
export function hasFailed({ updated = [] }: FileReport, { name, status, error }: FileTestResult): boolean {
  return status === 'failed' && (error !== undefined || !updated.includes(name));
}

export function countsOf({ files }: TestReport): TestCounts {
  const all = files.flatMap((report) => report.results.map((result) => ({ report, result })));
  const failed = all.filter(({ report, result }) => hasFailed(report, result)).length;
  const skipped = all.filter(({ result }) => result.status === 'skipped').length;
  return {
    tests: all.length,
    passed: all.length - failed - skipped,
    failed,
    skipped,
    broken: files.filter(({ error }) => error !== undefined).length,
  };
}

/** The report as plain data. */
export function reportDocument(report: TestReport): object {
  const { files, durationMs, interrupted } = report;
  return {
    ...countsOf(report),
    interrupted,
    durationMs: Math.round(durationMs),
    files: files.map((one) => ({
      file: one.file,
      ...(one.updated !== undefined && { updated: one.updated }),
      ...(one.error !== undefined && { error: errorData(one.error) }),
      tests: one.results.map(({ name, line, status, durationMs: took, reason, differences, error }) => ({
        name,
        line,
        status: one.updated?.includes(name) === true ? 'updated' : status,
        durationMs: Math.round(took),
        ...(reason !== undefined && { reason }),
        ...(error !== undefined && { error: errorData(error) }),
        ...(differences.length > 0 && {
          differences: differences.map(({ part, expected, actual }) => ({ part, expected, actual })),
        }),
      })),
    })),
  };
}

function errorData({ code, message, hint, node, details }: MillraceError): object {
  return { code, message, hint, node, details };
}
