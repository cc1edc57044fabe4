import { stringify } from 'yaml';
import { differenceText } from '../../testing/files/difference-text.ts';
import type { FileTestResult } from '../../testing/files/test-result.ts';
import { type FileReport, hasFailed, type TestReport } from './test-report.ts';

/** The report in the Test Anything Protocol, version 14: a test for each file, and its tests below it. */
export function tapReport({ files, interrupted }: TestReport): string {
  const lines = ['TAP version 14'];
  for (const [index, report] of files.entries()) {
    lines.push(`# Subtest: ${comment(report.file)}`, ...below(report).map((line) => `    ${line}`));
    const failed = report.error !== undefined || report.results.some((result) => hasFailed(report, result));
    lines.push(`${failed ? 'not ok' : 'ok'} ${index + 1} - ${escaped(report.file)}`);
    if (report.error !== undefined)
      lines.push(...yaml({ code: report.error.code, message: report.error.message }));
  }
  if (interrupted) lines.push('Bail out! interrupted');
  else lines.push(`1..${files.length}`);
  return `${lines.join('\n')}\n`;
}

function below(report: FileReport): string[] {
  const tests = report.results.flatMap((result, index) => point(report, result, index + 1));
  return [...tests, `1..${report.results.length}`];
}

function point(report: FileReport, result: FileTestResult, number: number): string[] {
  const { name, status, reason, durationMs, differences, error, line } = result;
  const failed = hasFailed(report, result);
  const skip = status === 'skipped' ? ` # SKIP${reason === undefined ? '' : ` ${comment(reason)}`}` : '';
  const head = `${failed ? 'not ok' : 'ok'} ${number} - ${escaped(name)}${skip}`;
  if (!failed) return [head, ...(status === 'skipped' ? [] : yaml({ duration_ms: Math.round(durationMs) }))];
  const shown = differences.map((difference) => differenceText(difference)).join('\n');
  return [
    head,
    ...yaml({
      duration_ms: Math.round(durationMs),
      at: `${report.file}:${line}`,
      ...(error === undefined
        ? { message: 'it came to something else than is expected', diff: shown }
        : {
            code: error.code,
            message: error.message,
            ...(error.hint !== undefined && { hint: error.hint }),
          }),
    }),
  ];
}

function yaml(data: object): string[] {
  const lines = stringify(data, { lineWidth: 0 }).trimEnd().split('\n');
  return ['  ---', ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '  ...'];
}

/** A description: what would begin a directive, or a line, means itself. */
function escaped(text: string): string {
  return comment(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

function comment(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
