import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { duration } from '../../core/duration.ts';
import { isMillraceError } from '../../core/errors.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command, type Invocation, PLUGIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { useOwnCopy } from '../module/own-copy.ts';
import { pluginRegistry } from '../plugins/given-plugins.ts';
import { Signals } from '../process/signals.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { paintFor, plain } from '../terminal/style.ts';
import type { TestReport } from '../tests/test-report.ts';

const REPORTERS = ['text', 'tap', 'junit', 'json'] as const;
type Reporter = (typeof REPORTERS)[number];

const TIMEOUT = '30s';

/** `millrace test`: runs the tests that stand in files beside pipelines. */
export const test: Command = Object.freeze({
  name: 'test',
  summary: 'Run the tests of pipelines, *.test.yaml, in memory and in virtual time',
  argument: '[paths]',
  maxArguments: Number.POSITIVE_INFINITY,
  options: {
    filter: {
      value: 'text',
      short: 't',
      repeatable: true,
      summary: 'Only tests whose name has this in it; or matches it, written as /pattern/',
    },
    update: { short: 'u', summary: 'Make what came what is expected: rewrites the files, keeping comments' },
    reporter: { value: REPORTERS.join('|'), short: 'r', summary: 'How to tell of it; text by default' },
    output: { value: 'file', short: 'o', summary: 'Write the report to a file; the text is still shown' },
    timeout: { value: 'duration', summary: `How long a test may take in real time; ${TIMEOUT} by default` },
    ...PLUGIN_OPTIONS,
    ...COMMON_OPTIONS,
    json: { summary: 'The same as --reporter json' },
  },
  notes: [
    'Paths are files of tests, folders, globs, or pipelines, whose tests lie beside them: orders.test.yaml for orders.yaml. Without any, all beneath the current folder are run; node_modules is left out.',
    'Nothing is written by the pipelines: what they write is compared. Their readers and operators are replaced by what the tests say.',
    'Plugins are those of --plugin, of the configuration that is found from each file upward, and of the pipeline. Their hooks are not called.',
    'Exit codes: 0 all passed; 1 a test failed; 2 wrong usage, no tests, or a file that cannot be used; 130 after SIGINT, 143 after SIGTERM.',
  ],
  examples: [
    ['millrace test', 'all tests beneath this folder'],
    ['millrace test orders.yaml --filter refund', 'some of those beside a pipeline'],
    ['millrace test --update', 'after a change on purpose'],
    ['millrace test --reporter junit --output report.xml', 'for continuous integration'],
  ],
  async run(invocation) {
    const { given, terminal, faults } = invocation;
    const reporter = reporterOf(invocation);
    const timeoutMs = timeoutOf(invocation);
    const wanted = filterOf(given.values('filter'));
    const output = given.value('output');
    if (output !== undefined && output !== '-') await checkFolder(output);
    useOwnCopy();
    const { findTestFiles } = await import('../../testing/files/find-test-files.ts');
    const files = await findTestFiles(given.positionals);
    const { runTests } = await import('../tests/run-tests.ts');
    const { fileText, totalText } = await import('../tests/text-report.ts');
    const onStdout = reporter === 'text' && output === undefined;
    const paint = onStdout ? paintFor(process.stdout) : terminal.paint;
    const showText = onStdout || output !== undefined;
    const tell = (text: string) => {
      if (onStdout) terminal.print(`${text}\n`);
      else if (showText) terminal.say(text);
    };
    const hiding: ((text: string) => string)[] = [];
    const hide = (text: string) => hiding.reduce((shown, one) => one(shown), text);
    terminal.hide(hide);
    const stop = new AbortController();
    const signals = watch(stop);
    faults.raised.catch((fault: unknown) => stop.abort(fault));
    const report = await runTests(files, {
      registry: (file) => pluginRegistry(given, file),
      signal: stop.signal,
      timeoutMs,
      update: given.has('update'),
      wanted,
      opened: (file) => hiding.push(file.hide),
      done: (file) => tell(fileText(file, paint, given.has('debug'))),
    }).finally(() => signals.release());
    if (faults.first !== undefined) throw faults.first;
    if (report.files.length === 0 && !report.interrupted) throw noneFound(given.values('filter'));
    tell(totalText(report, paint));
    if (!onStdout) await deliver(await rendered(report, reporter, hide), output, invocation);
    return signals.code ?? (await codeOf(report));
  },
} satisfies Command);

function reporterOf({ given }: Invocation): Reporter {
  const name = given.value('reporter') ?? (given.has('json') ? 'json' : 'text');
  const found = REPORTERS.find((one) => one === name);
  if (found === undefined) {
    throw usage(test, `there is no reporter "${name}"`, `There are: ${REPORTERS.join(', ')}.`);
  }
  return found;
}

function timeoutOf({ given }: Invocation): number {
  const text = given.value('timeout') ?? TIMEOUT;
  try {
    const ms = duration(text);
    if (ms > 0) return ms;
  } catch (error) {
    if (!isMillraceError(error)) throw error;
  }
  throw usage(test, `--timeout ${text} is not a duration`, 'Write e.g. 30s, 5m.');
}

/** Whether a name has one of the texts in it, or matches one of the patterns. */
function filterOf(texts: readonly string[]): (name: string) => boolean {
  if (texts.length === 0) return () => true;
  const filters = texts.map((text) => {
    const [, pattern, flags] = /^\/(.+)\/([iu]*)$/.exec(text) ?? [];
    if (pattern === undefined) return (name: string) => name.toLowerCase().includes(text.toLowerCase());
    try {
      const expression = new RegExp(pattern, flags);
      return (name: string) => expression.test(name);
    } catch {
      throw usage(test, `--filter ${text} is no regular expression`, 'Write text, or /pattern/.');
    }
  });
  return (name) => filters.some((matches) => matches(name));
}

function noneFound(filters: readonly string[]): Error {
  return usage(
    test,
    `no test is called like ${filters.map((text) => JSON.stringify(text)).join(' or ')}`,
    'Case does not matter; /pattern/ is a regular expression.',
  );
}

function watch(stop: AbortController): Signals {
  return new Signals({
    stop: () => stop.abort(),
    stopping: () => {},
    abort: () => {},
    force: (code) => process.exit(code),
  });
}

async function rendered(
  report: TestReport,
  reporter: Reporter,
  hide: (text: string) => string,
): Promise<string> {
  switch (reporter) {
    case 'tap':
      return hide((await import('../tests/tap-report.ts')).tapReport(report));
    case 'junit':
      return (await import('../tests/junit-report.ts')).junitReport(report, hide);
    case 'json':
      return hide(jsonLine((await import('../tests/test-report.ts')).reportDocument(report)));
    case 'text': {
      const { fileText, totalText } = await import('../tests/text-report.ts');
      const texts = [...report.files.map((file) => fileText(file, plain)), totalText(report, plain)];
      return hide(`${texts.join('\n')}\n`);
    }
  }
}

/** Better told before all tests are run than afterwards. */
async function checkFolder(output: string): Promise<void> {
  try {
    await access(`${dirname(output)}/`, constants.W_OK);
  } catch (cause) {
    const { ioError } = await import('../../io/bytes/io-error.ts');
    throw ioError('write', output, cause, `The report goes to the folder ${dirname(output)}.`);
  }
}

async function deliver(text: string, output: string | undefined, { terminal }: Invocation): Promise<void> {
  if (output === undefined || output === '-') {
    await terminal.printAll([text]);
    return;
  }
  try {
    await writeFile(output, text);
  } catch (cause) {
    const { ioError } = await import('../../io/bytes/io-error.ts');
    throw ioError('write', output, cause);
  }
}

async function codeOf(report: TestReport): Promise<number> {
  const { countsOf } = await import('../tests/test-report.ts');
  const { failed, broken } = countsOf(report);
  if (broken > 0) return EXIT.wrong;
  return failed > 0 ? EXIT.failed : EXIT.done;
}
