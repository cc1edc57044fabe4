import { formatDuration } from '../../core/duration.ts';
import { differenceText, type PaintLine } from '../../testing/files/difference-text.ts';
import type { FileTestResult } from '../../testing/files/test-result.ts';
import { siteOf } from '../report-error.ts';
import { errorText } from '../terminal/error-text.ts';
import { countOf } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';
import type { Paint } from '../terminal/style.ts';
import { countsOf, type FileReport, hasFailed, type TestReport } from './test-report.ts';

/** The tests of a file for people: a line each, below it what differs. */
export function fileText(report: FileReport, paint: Paint, debug = false): string {
  const { file, results, error, updated = [] } = report;
  const lines = results.map((result) => testText(report, result, paint, debug));
  const told = error === undefined ? [] : [indented(errorText(error, paint, debug, siteOf(error)))];
  const changed =
    updated.length === 0
      ? []
      : [`  ${paint('warning', `${countOf(updated.length, 'expectation')} updated`)}`];
  return [paint('strong', file), ...told, ...lines, ...changed].join('\n');
}

function testText(report: FileReport, result: FileTestResult, paint: Paint, debug: boolean): string {
  const { status, durationMs, differences, error, line } = result;
  const name = printable(result.name);
  if (status === 'skipped') {
    return `  ${paint('warning', '-')} ${name} ${paint('faint', result.reason === undefined ? '(skipped)' : `(skipped: ${printable(result.reason)})`)}`;
  }
  const took = paint('faint', `(${formatDuration(Math.round(durationMs))})`);
  if (report.updated?.includes(result.name) === true && error === undefined) {
    return `  ${paint('warning', '~')} ${name} ${paint('faint', '(updated)')}`;
  }
  if (!hasFailed(report, result)) return `  ${paint('good', '✓')} ${name} ${took}`;
  const place = paint('faint', `${report.file}:${line}`);
  const parts = differences.map((difference) => differenceText(difference, linePaint(paint)));
  if (error !== undefined) parts.push(errorText(error, paint, debug, siteOf(error)));
  return [`  ${paint('error', '✗')} ${paint('strong', name)} ${took} ${place}`, ...parts.map(indented)].join(
    '\n',
  );
}

/** What all came to, in a line or two. */
export function totalText(report: TestReport, paint: Paint): string {
  const { tests, passed, failed, skipped, broken } = countsOf(report);
  const parts = [
    ...(failed > 0 ? [paint('error', `${failed} failed`)] : []),
    ...(passed > 0 ? [paint('good', `${passed} passed`)] : []),
    ...(skipped > 0 ? [paint('warning', `${skipped} skipped`)] : []),
  ];
  const files = broken === 0 ? '' : `, ${paint('error', `${countOf(broken, 'file')} cannot be used`)}`;
  const took = paint('faint', `in ${formatDuration(Math.round(report.durationMs))}`);
  const total = `${countOf(tests, 'test')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}${files} ${took}`;
  const differs = report.files.some((file) =>
    file.results.some((result) => hasFailed(file, result) && result.differences.length > 0),
  );
  return [
    total,
    ...(differs ? [paint('faint', '- expected  + came; --update makes what came what is expected')] : []),
    ...(report.interrupted ? [paint('warning', 'interrupted: the rest was not run')] : []),
  ].join('\n');
}

function linePaint(paint: Paint): PaintLine {
  return (of, text) => paint(of === 'expected' ? 'error' : of === 'actual' ? 'good' : 'faint', text);
}

function indented(text: string): string {
  return `    ${text.replaceAll('\n', '\n    ')}`.replaceAll(/ +$/gm, '');
}
