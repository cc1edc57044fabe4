import { chmodSync, cpSync, lstatSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { parseXml } from '@rgrove/parse-xml';
import { Ajv } from 'ajv';
import { Parser } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Command, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const here = () => ({ cwd: work.current.folder });

const PIPELINE = `version: 1
params: { token: { type: string, secret: true, default: hunter2 } }
flows:
  rows: { read: { ndjson: in.ndjson }, pipe: [filter: record.n > 1] }
sinks:
  out: { from: rows, write: { ndjson: out.ndjson } }
`;

const TESTS = `version: 1
# Kept.
tests:
  passes:
    inputs: { ndjson: [{ n: 1 }, { n: 2 }] }
    expect: { outputs: { out: [{ n: 2 }] } }
  differs:
    inputs: { ndjson: [{ n: 1 }, { n: 2 }] }
    expect:
      outputs:
        out:
          - { n: 3 } # three
  left out: { skip: true, inputs: { ndjson: [] }, expect: { outputs: { out: [] } } }
`;

/** A pipeline with its tests in the workspace. */
function rows(tests = TESTS): void {
  work.current.put('rows.yaml', PIPELINE);
  work.current.put('rows.test.yaml', tests);
}

describe('millrace test', () => {
  test('runs the example, which passes and writes nothing', async () => {
    cpSync('examples/files', work.current.folder, { recursive: true });
    const before = work.current.list();
    const { code, stdout, stderr } = await millrace(['test'], here());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('orders.test.yaml\n  ✓ paid orders are kept');
    expect(stdout).toMatch(/^5 tests: 5 passed in /m);
    expect(work.current.list()).toEqual(before);
  });

  test('shows what differs, without colours in a pipe, and exits 1', async () => {
    rows();
    const { code, stdout } = await millrace(['test', 'rows.yaml'], here());
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\(.*? ms\)/g, '(7 ms)').replace(/ in .*/, ' in 1 s')).toBe(`rows.test.yaml
  ✓ passes (7 ms)
  ✗ differs (7 ms) rows.test.yaml:7
    outputs.out:
      - - { n: 3 }
      + - { n: 2 }
  - left out (skipped)
3 tests: 1 failed, 1 passed, 1 skipped in 1 s
- expected  + came; --update makes what came what is expected
`);
    const colours = await millrace(['test'], { ...here(), env: { FORCE_COLOR: '1', NO_COLOR: undefined } });
    expect(colours.stdout).toContain('\u001b[31m');
  });

  test('makes what came what is expected, keeps the comments, and passes from then on', async () => {
    rows();
    const updated = await millrace(['test', '--update'], here());
    expect(updated.code).toBe(0);
    expect(updated.stdout).toContain('~ differs (updated)');
    expect(work.current.read('rows.test.yaml')).toBe(TESTS.replace('{ n: 3 }', '{ n: 2 }'));
    expect((await millrace(['test'], here())).code).toBe(0);
    const { mtimeMs } = statSync(work.current.path('rows.test.yaml'));
    await millrace(['test', '-u'], here());
    expect(statSync(work.current.path('rows.test.yaml')).mtimeMs).toBe(mtimeMs);
    expect(work.current.list()).toEqual(['rows.test.yaml', 'rows.yaml']);
  });

  test('updates the file that a link leads to, and keeps its mode', async () => {
    rows();
    const { current } = work;
    current.put('kept.yaml', TESTS);
    chmodSync(current.path('kept.yaml'), 0o600);
    rmSync(current.path('rows.test.yaml'));
    symlinkSync('kept.yaml', current.path('rows.test.yaml'));
    expect((await millrace(['test', '--update'], here())).code).toBe(0);
    expect(lstatSync(current.path('rows.test.yaml')).isSymbolicLink()).toBe(true);
    expect(current.read('kept.yaml')).toBe(TESTS.replace('{ n: 3 }', '{ n: 2 }'));
    expect(statSync(current.path('kept.yaml')).mode & 0o777).toBe(0o600);
  });

  test('writes expectations down where there are none', async () => {
    rows('version: 1\ntests:\n  new:\n    inputs: { ndjson: [{ n: 1 }, { n: 2 }] }\n');
    const before = await millrace(['test'], here());
    expect(before.code).toBe(1);
    expect(before.stdout).toContain('nothing is expected; this is what came:');
    expect((await millrace(['test', '--update'], here())).code).toBe(0);
    expect(parse(work.current.read('rows.test.yaml')).tests.new.expect).toEqual({
      outputs: { out: [{ n: 2 }] },
      balance: { read: 2, written: 1, filtered: 1 },
    });
    expect((await millrace(['test'], here())).code).toBe(0);
  });

  test('runs only what is asked for', async () => {
    rows();
    const names = async (...args: string[]) => {
      const { stdout } = await millrace(['test', '--json', ...args], here());
      return JSON.parse(stdout).files[0].tests.map(({ name }: { name: string }) => name);
    };
    expect(await names('--filter', 'PASS')).toEqual(['passes']);
    expect(await names('-t', '/^(?:left|pass)/', '-t', 'differs')).toEqual(['passes', 'differs', 'left out']);
    const none = await millrace(['test', '-t', 'nothing'], here());
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('no test is called like "nothing"'),
    ]);
  });

  test('reports for machines, on stdout or in a file', async () => {
    rows();
    const tap = await millrace(['test', '--reporter', 'tap'], here());
    expect([tap.code, tap.stderr]).toEqual([1, '']);
    expect(Parser.parse(tap.stdout)).toContainEqual([
      'complete',
      expect.objectContaining({ ok: false, count: 1 }),
    ]);
    const junit = await millrace(['test', '-r', 'junit', '-o', 'report.xml'], here());
    expect([junit.code, junit.stdout]).toEqual([1, '']);
    expect(junit.stderr).toContain('3 tests: 1 failed, 1 passed, 1 skipped');
    const { root } = parseXml(work.current.read('report.xml'));
    expect(root!.attributes).toMatchObject({ tests: '3', failures: '1', skipped: '1' });
    const json = await millrace(['test', '--json'], here());
    expect(JSON.parse(json.stdout)).toMatchObject({
      tests: 3,
      failed: 1,
      files: [{ file: 'rows.test.yaml' }],
    });
    await millrace(['test', '-o', 'report.txt'], here());
    expect(work.current.read('report.txt')).toContain('✗ differs');
  });

  test('tells what is wrong with a file with its place, and runs the others', async () => {
    rows();
    work.current.put('broken.test.yaml', 'version: 1\npipeline: ./rows.yaml\ntests:\n  a: { input: {} }\n');
    const { code, stdout } = await millrace(['test'], here());
    expect(code).toBe(2);
    expect(stdout).toContain('broken.test.yaml:4:8: the test "a" has no option "input"');
    expect(stdout).toContain('> 4 |   a: { input: {} }');
    expect(stdout).toContain('Did you mean "inputs"?');
    expect(stdout).toContain('✓ passes');
    expect(stdout).toContain('1 file cannot be used');
    const json = await millrace(['test', 'broken.test.yaml', '--json'], here());
    expect(JSON.parse(json.stdout).files[0].error.details.problems).toContainEqual(
      expect.objectContaining({ file: 'broken.test.yaml', line: 4, column: 8 }),
    );
  });

  test.each([
    [['test'], 'no *.test.yaml is beneath it'],
    [['test', 'nowhere.yaml'], 'Cannot test nowhere.yaml: it does not exist (ENOENT)'],
    [['test', '--reporter', 'tab'], 'there is no reporter "tab"'],
    [['test', '--timeout', 'soon'], '--timeout soon is not a duration'],
    [['test', '--filter', '/(/'], '--filter /(/ is no regular expression'],
  ])('%j is wrong usage, or finds nothing', async (args, found) => {
    const { code, stdout, stderr } = await millrace(args, here());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(found);
    expect(stderr).not.toContain('    at ');
  });

  test('looks whether the report can be written before it runs anything, and runs each file once', async () => {
    rows();
    const { code, stdout, stderr } = await millrace(['test', '-o', 'nowhere/report.xml'], here());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Cannot write nowhere/report.xml: it does not exist (ENOENT)');
    expect(stderr).not.toContain('passes');
    const twice = await millrace(['test', '.', './rows.test.yaml', 'rows.yaml', '--json'], here());
    expect(JSON.parse(twice.stdout).files).toHaveLength(1);
  });

  test('shows no secret', async () => {
    rows(`version: 1
tests:
  differs: { set: { token: hunter2 }, inputs: { ndjson: [{ n: 2, t: hunter2 }] }, expect: { outputs: { out: [] } } }
`);
    for (const args of [[], ['--json'], ['-r', 'junit'], ['-r', 'tap'], ['-o', 'out.txt']]) {
      const { code, stdout, stderr } = await millrace(['test', ...args], here());
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain('hunter2');
    }
    expect(work.current.read('out.txt')).not.toContain('hunter2');
  });

  test('knows the components of plugins, and calls none of their hooks', async () => {
    cpSync('examples/plugin', work.current.folder, { recursive: true });
    work.current.put(
      'weather.test.yaml',
      `version: 1
tests:
  warm hours:
    inputs: { station: [{ celsius: 40 }, { celsius: 0 }] }
    operators: { movingMean: { movingMean: { field: celsius, over: 1 } } }
    expect: { outputs: { report: [{ celsius: 40, mean: 40, fahrenheit: 104 }] } }
`,
    );
    const { code, stdout, stderr } = await millrace(['test'], here());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('✓ warm hours');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at %s, with what was done until then, and exits %i', async (signal, code) => {
    rows();
    work.current.put(
      'slow.ts',
      `export const slow = async () => { console.error('waiting'); await new Promise(() => {}); };\n`,
    );
    work.current.put(
      'stuck.yaml',
      PIPELINE.replace('[filter: record.n > 1]', '[mapAsync: { use: ./slow.ts#slow }]'),
    );
    work.current.put(
      'stuck.test.yaml',
      'version: 1\ntests:\n  stuck: { inputs: { ndjson: [{ n: 1 }] }, expect: { outputs: { out: [] } } }\n',
    );
    const command = new Command(['test', 'rows.test.yaml', 'stuck.test.yaml'], here());
    await command.seen('waiting');
    command.signal(signal);
    const ended = await command.ended;
    expect(ended.code).toBe(code);
    expect(ended.stdout).toContain('✓ passes');
    expect(ended.stdout).toContain('interrupted: the rest was not run');
  });

  test('ends when a module lets an error go that nobody catches', async () => {
    rows();
    work.current.put(
      'late.ts',
      `export const late = async (row: object) => { Promise.reject(new Error('adrift')); return row; };\n`,
    );
    work.current.put(
      'late.yaml',
      PIPELINE.replace('[filter: record.n > 1]', '[mapAsync: { use: ./late.ts#late }]'),
    );
    work.current.put(
      'late.test.yaml',
      'version: 1\ntests:\n  late: { inputs: { ndjson: [{ n: 1 }] }, expect: { outputs: { out: [{ n: 1 }] } } }\n',
    );
    const { code, stderr } = await millrace(['test', 'late.yaml'], here());
    expect(code).toBe(1);
    expect(stderr).toContain('a promise rejected that nobody awaits: Error: adrift');
  });

  test('has a JSON Schema that takes what it takes, and nothing else', async () => {
    const { stdout } = await millrace(['schema', '--tests'], here());
    const check = new Ajv({ strict: false }).compile(JSON.parse(stdout));
    cpSync('examples/files', work.current.folder, { recursive: true });
    expect([check(parse(work.current.read('orders.test.yaml'))), check.errors]).toEqual([true, null]);
    expect(check(parse(TESTS))).toBe(true);
    expect(check(parse(TESTS.replace('inputs:', 'input:')))).toBe(false);
    expect(check(parse(TESTS.replace('outputs:', 'output:')))).toBe(false);
    const replaced = (operator: string) =>
      parse(TESTS.replace('inputs:', `operators: { filter: ${operator} }\n    inputs:`));
    expect(check(replaced('{ take: 1 }'))).toBe(true);
    expect(check(replaced('./mock.ts#it'))).toBe(true);
    expect(check(replaced('{ taek: 1 }'))).toBe(false);
    const error = (of: string) =>
      parse(TESTS.replace('{ outputs: { out: [{ n: 2 }] } }', `{ error: ${of} }`));
    expect(check(error('ERR_CALLBACK'))).toBe(true);
    expect(check(error('{ code: ERR_CALLBACK, message: no }'))).toBe(true);
    expect(check(error('ERR_CALBACK'))).toBe(false);
  });
});
