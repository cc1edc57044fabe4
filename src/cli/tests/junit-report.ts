import { stripVTControlCharacters } from 'node:util';
import { differenceText } from '../../testing/files/difference-text.ts';
import type { FileTestResult } from '../../testing/files/test-result.ts';
import { countsOf, type FileReport, hasFailed, type TestReport } from './test-report.ts';

/** Takes out of a text what nobody may see. */
type Hide = (text: string) => string;

/**
 * The report in the XML of JUnit, as continuous integration reads it: a suite for each file. What must not be shown is
 * hidden before XML makes other characters of it.
 */
export function junitReport(report: TestReport, hide: Hide = (text) => text): string {
  const { tests, failed, skipped, broken } = countsOf(report);
  const totals = { name: 'millrace', tests: tests + broken, failures: failed, errors: broken, skipped };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ ...totals, time: seconds(report.durationMs) }, hide)}>`,
    ...report.files.map((file) => suite(file, hide)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(report: FileReport, hide: Hide): string {
  const { file, results, error } = report;
  const failures = results.filter((result) => hasFailed(report, result)).length;
  const broken = error === undefined ? 0 : 1;
  const skipped = results.filter(({ status }) => status === 'skipped').length;
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  const head = {
    name: file,
    file,
    tests: results.length + broken,
    failures,
    errors: broken,
    skipped,
    time: seconds(durationMs),
  };
  const cases = results.map((result) => testCase(report, result, hide));
  if (error !== undefined) {
    const message = hide(error.message);
    const what = element('error', { type: error.code, message: firstLine(message) }, message, hide);
    const place = attributes({ name: file, classname: file, file, time: '0' }, hide);
    cases.push(`    <testcase${place}>${what}</testcase>`);
  }
  return [`  <testsuite${attributes(head, hide)}>`, ...cases, '  </testsuite>'].join('\n');
}

function testCase(report: FileReport, result: FileTestResult, hide: Hide): string {
  const { name, line, status, reason, durationMs, differences, error } = result;
  const { file } = report;
  const head = attributes({ name, classname: file, file, line, time: seconds(durationMs) }, hide);
  if (status === 'skipped') {
    return `    <testcase${head}><skipped${reason === undefined ? '' : attributes({ message: reason }, hide)}/></testcase>`;
  }
  if (!hasFailed(report, result)) return `    <testcase${head}/>`;
  const parts = differences.map((difference) => differenceText(difference));
  const about =
    error === undefined
      ? {
          type: 'AssertionError',
          message: `it came to something else: ${differences.map(({ part }) => part).join(', ')}`,
        }
      : { type: error.code, message: firstLine(hide(error.message)) };
  const hint = error?.hint === undefined ? [] : [error.hint];
  const text = error === undefined ? parts.join('\n\n') : [error.message, ...hint].join('\n');
  return `    <testcase${head}>${element('failure', about, text, hide)}</testcase>`;
}

type Attributes = Readonly<Record<string, string | number>>;

function element(name: string, head: Attributes, text: string, hide: Hide): string {
  return `<${name}${attributes(head, hide)}>${escaped(hide(text))}</${name}>`;
}

function attributes(of: Attributes, hide: Hide): string {
  return Object.entries(of)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? hide(value) : String(value);
      return ` ${name}="${escaped(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`;
    })
    .join('');
}

/** What XML 1.0 cannot say at all is left out, lone surrogates too. */
function escaped(text: string): string {
  return stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
