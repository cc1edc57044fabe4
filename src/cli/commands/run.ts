import { duration } from '../../core/duration.ts';
import { isMillraceError } from '../../core/errors.ts';
import { usage } from '../arguments.ts';
import { checkpointOptions } from '../checkpoint-options.ts';
import { type Arguments, COMMON_OPTIONS, type Command, MODULE_OPTIONS } from '../command.ts';
import { fromOption } from '../from-option.ts';
import { loadParameterHelp, loadPipeline, moduleArgument } from '../module/load-pipeline.ts';

/**
 * Service managers kill what has not ended 30 s after they asked, or later: with what an abort may take, that is in time to
 * say what the run waited for.
 */
const STOP_TIMEOUT = '20s';

/** `millrace run`: runs a pipeline to its end, or until a signal. */
export const run: Command = Object.freeze({
  name: 'run',
  summary: 'Run a pipeline, with progress, and end with the balance',
  argument: '<module>',
  options: {
    ...MODULE_OPTIONS,
    quiet: { short: 'q', summary: 'Say nothing but errors' },
    'stall-after': {
      value: 'duration',
      summary: 'Warn when nothing moves for so long, e.g. 30s (the default), 5m; "off" for never',
    },
    'stop-timeout': {
      value: 'duration',
      summary: 'How long a stop by a signal may take; 20s with --checkpoints, else off',
    },
    from: {
      value: 'time',
      repeatable: true,
      summary: 'Leave out what is older, e.g. 2026-01-01; READER=TIME for one reader only',
    },
    checkpoints: {
      value: 'store',
      summary: 'Make checkpoints in a folder, sqlite:FILE or postgres://…, and go on from the newest',
    },
    every: {
      value: 'duration',
      summary: 'Time from one checkpoint to the next, e.g. 10s (the default)',
    },
    fresh: { summary: 'Begin anew, and remove the checkpoints that are there' },
    require: {
      value: 'guarantee',
      summary: 'Refuse to run for less: exactly-once, at-least-once',
    },
    'allow-dropped-state': {
      value: 'node',
      repeatable: true,
      summary: 'Let go of what this node remembered; may be given several times',
    },
    'take-over': {
      summary: 'Take the checkpoints although a run on another machine may use them',
    },
    watch: { summary: 'Run it again when its files change, until Ctrl-C' },
    ...COMMON_OPTIONS,
    debug: { summary: 'Show the stack of errors, retries, failed records, and the way of sampled records' },
  },
  notes: [
    'The first Ctrl-C (or SIGTERM) stops the readers and lets what is on its way arrive; the second aborts, and output files keep what they held before.',
    'With --checkpoints the first makes a last checkpoint instead, and the same command goes on from there. What has not stopped after --stop-timeout is aborted: the checkpoints before that stay as they are.',
    'Exit codes: 0 done; 1 failed; 2 wrong usage, or a module without a sound pipeline; 3 not stopped in time; 130 after SIGINT, 143 after SIGTERM.',
    'With --watch each change of the module, or of a file that it imports, includes or names as a schema, stops the run as the first Ctrl-C would, and begins anew in a new process. Packages are not watched.',
    'Progress and the summary go to stderr. With --json the summary goes to stdout, or to stderr when the pipeline itself writes to stdout.',
  ],
  examples: [
    ['millrace run orders.ts --set month=2026-01', 'run it once, to its end'],
    ['millrace run orders.ts --checkpoints ./state', 'killed or stopped, the same command goes on'],
    ['millrace run orders.yaml --watch', 'run it again after each change'],
  ],
  moduleHelp: (invocation) => loadParameterHelp(run, invocation),
  async run(invocation) {
    const { given, terminal, faults } = invocation;
    const stallAfter = durationOption(given, 'stall-after', '30s');
    const checkpoint = await checkpointOptions(run, given);
    const stopTimeout = durationOption(
      given,
      'stop-timeout',
      checkpoint === undefined ? 'off' : STOP_TIMEOUT,
    );
    const from = fromOption(run, given);
    if (given.has('watch')) {
      const { watchRun } = await import('../watch/watch-run.ts');
      return watchRun(moduleArgument(run, given.argument), invocation);
    }
    const { pipeline, checkpoint: own, plugins, notes } = await loadPipeline(run, invocation);
    for (const { text } of given.has('quiet') ? [] : notes) {
      terminal.say(`${terminal.paint('warning', 'warning')}: ${text}`);
    }
    const { execute } = await import('../execute.ts');
    return execute(pipeline, {
      terminal,
      faults,
      stallAfter,
      stopTimeout,
      checkpoint: checkpoint ?? own,
      from,
      plugins,
      quiet: given.has('quiet'),
      json: given.has('json'),
      debug: given.has('debug'),
    });
  },
} satisfies Command);

function durationOption(given: Arguments, option: string, otherwise: string): number | false {
  const text = given.value(option) ?? otherwise;
  if (text === 'off' || text === 'false') return false;
  try {
    const ms = duration(text);
    if (ms > 0) return ms;
  } catch (error) {
    if (!isMillraceError(error)) throw error;
  }
  throw usage(run, `--${option} ${text} is not a duration`, 'Write e.g. 30s, 5m, or off.');
}
