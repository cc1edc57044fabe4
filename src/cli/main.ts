import { isMillraceError, MillraceError, toError } from '../core/errors.ts';
import { ioError } from '../io/bytes/io-error.ts';
import { parseArguments } from './arguments.ts';
import type { Command, Invocation } from './command.ts';
import { check } from './commands/check.ts';
import { checkpoints } from './commands/checkpoints/checkpoints.ts';
import { completionFor } from './commands/completion.ts';
import { components } from './commands/components.ts';
import { convert } from './commands/convert.ts';
import { count } from './commands/count.ts';
import { explain } from './commands/explain.ts';
import { graph } from './commands/graph.ts';
import { head } from './commands/head.ts';
import { helpFor } from './commands/help.ts';
import { init } from './commands/init.ts';
import { inspect } from './commands/inspect.ts';
import { migrate } from './commands/migrate.ts';
import { replay } from './commands/replay.ts';
import { run } from './commands/run.ts';
import { schema } from './commands/schema.ts';
import { stats } from './commands/stats.ts';
import { test } from './commands/test.ts';
import { version } from './commands/version.ts';
import { EXIT } from './exit-code.ts';
import { commandOf } from './find-command.ts';
import { commandHelp, overview } from './help-text.ts';
import { guardExit } from './process/exit-guard.ts';
import { Faults } from './process/faults.ts';
import { endEventually } from './process/linger.ts';
import { reportError } from './report-error.ts';
import { Terminal } from './terminal/terminal.ts';
import { WATCHED } from './watch/watched.ts';

const OTHERS = [
  run,
  check,
  graph,
  explain,
  test,
  init,
  components,
  schema,
  migrate,
  checkpoints,
  replay,
  head,
  count,
  stats,
  inspect,
  convert,
  version,
];
const completion = completionFor(() => COMMANDS);
const COMMANDS: readonly Command[] = [...OTHERS, completion, helpFor([...OTHERS, completion])];

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['--help', 'help'],
  ['-h', 'help'],
  ['--version', 'version'],
  ['-v', 'version'],
]);

export interface MainOptions {
  /** Whether the process is there for the command alone: it is ended when a module's open timers or sockets keep it alive. @default false */
  readonly ownProcess?: boolean;
}

/**
 * The millrace command: takes what stands behind its name, returns the exit code. Never rejects.
 * Without arguments it shows what it can do, which is wrong usage all the same.
 */
export async function main(
  argv: readonly string[],
  { ownProcess = false }: MainOptions = {},
): Promise<number> {
  const terminal = new Terminal(process.stdout, process.stderr);
  const code = await written(await outcome(argv, terminal), argv, terminal);
  if (ownProcess) endEventually(code, terminal, argv.includes('--quiet') || argv.includes('-q'));
  return code;
}

/** The exit code, which is not that of success where stdout has not taken all. */
async function written(code: number, argv: readonly string[], terminal: Terminal): Promise<number> {
  const broken = await terminal.flushed();
  if (broken === undefined || code !== EXIT.done) return code;
  const debug = argv.includes('--debug') || argv.includes('--verbose');
  const json = argv.includes('--json');
  reportError(ioError('write', 'stdout', broken), { terminal, json, debug, stdoutTaken: true });
  return EXIT.failed;
}

async function outcome(argv: readonly string[], terminal: Terminal): Promise<number> {
  if (process.env[WATCHED] !== undefined) await reportSources();
  const faults = new Faults();
  const unguard = guardExit(argv[0] ?? '');
  try {
    return await dispatch(argv, terminal, faults);
  } catch (thrown) {
    const json = argv.includes('--json');
    const debug = argv.includes('--debug') || argv.includes('--verbose');
    reportError(known(thrown), { terminal, json, debug, stdoutTaken: false });
    return thrown === faults.first || !isMillraceError(thrown) ? EXIT.failed : EXIT.wrong;
  } finally {
    unguard();
    faults.release();
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal, faults: Faults): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.say(overview(COMMANDS).trimEnd());
    return EXIT.wrong;
  }
  const { command, words } = commandOf([ALIASES.get(first) ?? first, ...rest], COMMANDS);
  const given = parseArguments(command, argv.slice(words));
  const invocation: Invocation = { argv, given, terminal, faults };
  if (!given.has('help')) return command.run(invocation);
  terminal.print(commandHelp(command));
  if (given.argument !== undefined && command.moduleHelp !== undefined) {
    terminal.print(`\n${await command.moduleHelp(invocation)}`);
  }
  return EXIT.done;
}

function known(thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_INTERNAL', `Cannot go on: ${toError(thrown).message}`, {
    cause: thrown,
    hint: 'This is a bug in millrace: please report it with what --debug shows.',
  });
}

/** Only where another process watches: others need not load what that takes. */
async function reportSources(): Promise<void> {
  (await import('./watch/report-sources.ts')).reportSources();
}
