import { parseXml, type XmlElement } from '@rgrove/parse-xml';
import { Parser } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { printable } from '../../../../src/cli/terminal/printable.ts';
import { plain } from '../../../../src/cli/terminal/style.ts';
import { junitReport } from '../../../../src/cli/tests/junit-report.ts';
import { tapReport } from '../../../../src/cli/tests/tap-report.ts';
import { countsOf, reportDocument, type TestReport } from '../../../../src/cli/tests/test-report.ts';
import { fileText, totalText } from '../../../../src/cli/tests/text-report.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { FileTestResult } from '../../../../src/testing/files/test-result.ts';

/** What no format lets stand as it is. */
const HOSTILE = `<&>"' # SKIP \\ ]]> \u0000\u001b[31m\ud800 é 🌊`;

const result = (name: string, more: Partial<FileTestResult> = {}): FileTestResult => ({
  name,
  line: 3,
  status: 'passed',
  durationMs: 12.4,
  differences: [],
  ...more,
});

const difference = {
  part: 'outputs.out',
  expected: [1],
  actual: [2],
  lines: [
    { of: 'expected', text: `- ${HOSTILE}` },
    { of: 'actual', text: '- ...\n---' },
  ],
} as const;

/** As if it came from within millrace: of this place here nothing is told. */
const inside = (error: MillraceError) => Object.assign(error, { stack: '' });

const broken = inside(
  new MillraceError('ERR_PIPELINE_FILE', `Cannot use b.test.yaml: 1 problem\n\n${HOSTILE}`),
);

const report: TestReport = {
  durationMs: 1234,
  interrupted: false,
  files: [
    {
      file: 'a.test.yaml',
      updated: ['was updated'],
      results: [
        result('passes'),
        result(HOSTILE, { status: 'failed', differences: [difference] }),
        result('left out', { status: 'skipped', reason: 'until #7 <is> done' }),
        result('left out too', { status: 'skipped' }),
        result('was updated', { status: 'failed', differences: [difference] }),
        result('failed', {
          status: 'failed',
          error: inside(new MillraceError('ERR_CALLBACK', 'Cannot go on\nat all', { hint: 'Stop.' })),
        }),
      ],
    },
    { file: 'b.test.yaml', results: [], error: broken },
    { file: 'c "quoted" # 7.test.yaml', results: [result('passes')] },
  ],
};

type TapEvent = readonly [event: string, value: unknown];
type TapPoint = Readonly<Record<string, unknown>>;

test('the counts of a report', () => {
  expect(countsOf(report)).toEqual({ tests: 7, passed: 3, failed: 2, skipped: 2, broken: 1 });
});

describe('TAP', () => {
  test('is what its parser takes without a word, with all points and what they say', () => {
    const results = Parser.parse(tapReport(report)) as unknown as TapEvent[];
    const below = results.flatMap(([event, value]) => (event === 'child' ? (value as TapEvent[]) : []));
    expect([...results, ...below].filter(([event]) => event === 'extra')).toEqual([]);
    const [, final] = results.find(([event]) => event === 'complete')!;
    expect(final).toMatchObject({ ok: false, count: 3, fail: 2 });
    const own = below.flatMap(([event, value]) => (event === 'assert' ? [value as TapPoint] : []));
    expect(own.map(({ ok, skip }) => [ok, skip])).toEqual([
      [true, false],
      [false, false],
      [true, 'until #7 <is> done'],
      [true, true],
      [true, false],
      [false, false],
      [true, false],
    ]);
    expect(own[1]).toMatchObject({
      diag: { at: 'a.test.yaml:3', diff: expect.stringContaining('- ...') },
      name: expect.stringContaining('# SKIP'),
    });
    expect(own[5]).toMatchObject({
      diag: { code: 'ERR_CALLBACK', message: 'Cannot go on\nat all', hint: 'Stop.' },
    });
  });

  test('says that it was interrupted', () => {
    const results = Parser.parse(tapReport({ ...report, interrupted: true }));
    expect(results).toContainEqual(['bailout', 'interrupted']);
  });
});

describe('JUnit', () => {
  test('hides what must not be shown before it is escaped', () => {
    const secret = '<a & "b">\n\tc';
    const hide = (text: string) => text.replaceAll(secret, '***');
    const error = new MillraceError('ERR_CALLBACK', `Cannot call ${secret}!`, { hint: secret });
    const lines = [{ of: 'actual', text: `- ${secret}!` }] as const;
    const results = [
      result(secret, { status: 'failed', error }),
      result('differs', { status: 'failed', differences: [{ ...difference, lines }] }),
      result('left out', { status: 'skipped', reason: secret }),
    ];
    const files = [
      { file: 'a.test.yaml', results },
      { file: secret, results: [], error },
    ];
    const xml = junitReport({ ...report, files }, hide);
    expect(xml).not.toContain('&lt;a');
    expect(xml.match(/\*\*\*/g)).toHaveLength(13);
    parseXml(xml);
  });

  const xml = junitReport(report);
  const root = parseXml(xml).root!;
  const elements = (of: XmlElement, name?: string) =>
    of.children.filter(
      (child): child is XmlElement =>
        child.type === 'element' && (name === undefined || (child as XmlElement).name === name),
    );

  test('is well-formed XML with a suite for each file, and counts that add up', () => {
    expect(root.attributes).toMatchObject({
      tests: '8',
      failures: '2',
      errors: '1',
      skipped: '2',
      time: '1.234',
    });
    const suites = elements(root);
    expect(suites.map(({ attributes }) => attributes.name)).toEqual(report.files.map(({ file }) => file));
    for (const { attributes, ...suite } of suites) {
      const cases = elements({ attributes, ...suite } as XmlElement, 'testcase');
      expect(attributes.tests).toBe(String(cases.length));
      for (const [count, name] of [
        ['failures', 'failure'],
        ['errors', 'error'],
        ['skipped', 'skipped'],
      ] as const) {
        expect(attributes[count]).toBe(String(cases.filter((one) => elements(one, name).length > 0).length));
      }
    }
  });

  test('has what differs, and leaves out what XML cannot say', () => {
    const [passed, failed, skipped] = elements(elements(root)[0]!);
    expect(passed!.children).toEqual([]);
    expect(failed!.attributes.name).toBe(`<&>"' # SKIP \\ ]]> \ufffd é 🌊`);
    expect(elements(failed!)[0]!.text).toContain('outputs.out:\n  - - <&>');
    expect(elements(skipped!)[0]!.attributes).toEqual({ message: 'until #7 <is> done' });
    const [error] = elements(elements(elements(root)[1]!)[0]!, 'error');
    expect(error!.attributes).toEqual({
      type: 'ERR_PIPELINE_FILE',
      message: 'Cannot use b.test.yaml: 1 problem',
    });
  });
});

test('JSON has expected and actual as data', () => {
  const document = JSON.parse(JSON.stringify(reportDocument(report)));
  expect(document).toMatchObject({ tests: 7, failed: 2, broken: 1, interrupted: false });
  expect(document.files[0].tests[1].differences).toEqual([
    { part: 'outputs.out', expected: [1], actual: [2] },
  ]);
  expect(document.files[0].tests.map(({ status }: { status: string }) => status)).toEqual([
    'passed',
    'failed',
    'skipped',
    'skipped',
    'updated',
    'failed',
  ]);
  expect(document.files[1].error.code).toBe('ERR_PIPELINE_FILE');
});

test('text tells people which, where and why, without colours where there are none', () => {
  const text = [...report.files.map((file) => fileText(file, plain)), totalText(report, plain)].join('\n');
  expect(
    text.replaceAll(printable(HOSTILE), 'PRINTABLE').replaceAll(HOSTILE, 'HOSTILE'),
  ).toMatchInlineSnapshot(`
    "a.test.yaml
      ✓ passes (12 ms)
      ✗ PRINTABLE (12 ms) a.test.yaml:3
        outputs.out:
          - - HOSTILE
          + - ...
        ---
      - left out (skipped: until #7 <is> done)
      - left out too (skipped)
      ~ was updated (updated)
      ✗ failed (12 ms) a.test.yaml:3
        error ERR_CALLBACK: Cannot go on
          at all
          Stop.
      1 expectation updated
    b.test.yaml
        error ERR_PIPELINE_FILE: Cannot use b.test.yaml: 1 problem

          HOSTILE
    c "quoted" # 7.test.yaml
      ✓ passes (12 ms)
    7 tests: 2 failed, 3 passed, 2 skipped, 1 file cannot be used in 1.2 s
    - expected  + came; --update makes what came what is expected"
  `);
});
