import { formatDuration } from '../core/duration.ts';
import { isMillraceError, MillraceError, toError } from '../core/errors.ts';
import type { Plugin } from '../interfaces/plugin.ts';
import type { CheckpointOptions, RunHandle, RunOptions, Summary } from '../interfaces/run.ts';
import type { Pipeline } from '../processing/graph/pipeline.ts';
import { start } from '../start.ts';
import { EXIT } from './exit-code.ts';
import { type Outputs, outputsOf } from './outputs.ts';
import type { Faults } from './process/faults.ts';
import { Signals } from './process/signals.ts';
import { type ReportOptions, reportError } from './report-error.ts';
import { jsonLine } from './terminal/error-text.ts';
import { showEvents } from './terminal/show-events.ts';
import { showProgress } from './terminal/show-progress.ts';
import { summaryText } from './terminal/summary-text.ts';

export interface ExecuteOptions extends Omit<ReportOptions, 'stdoutTaken'> {
  readonly faults: Faults;
  readonly stallAfter: number | false;
  /** Milliseconds that a stop by a signal may take. */
  readonly stopTimeout: number | false;
  readonly quiet: boolean;
  readonly checkpoint: CheckpointOptions | undefined;
  readonly from: RunOptions['from'];
  /** Those whose hooks are called. @default none */
  readonly plugins?: readonly Plugin[];
  /** Whether the first signal aborts, so that no output appears that is not whole. @default false */
  readonly wholeOutput?: boolean;
  /** What a summary as JSON says besides. */
  readonly beside?: object;
}

interface Reporting extends ExecuteOptions, ReportOptions {}

type Outcome = { readonly summary: Summary } | { readonly error: MillraceError };

/**
 * Runs a pipeline in this process: signals stop it, what nobody caught aborts it, and so does a
 * closed stdout when nothing else is written. Returns the exit code.
 */
export async function execute(pipeline: Pipeline, options: ExecuteOptions): Promise<number> {
  const { terminal, faults, quiet, json, debug, stallAfter, checkpoint, from, plugins = [] } = options;
  const outputs = outputsOf(pipeline);
  const reporting: Reporting = { ...options, stdoutTaken: outputs.stdout };
  const live = start(pipeline, {
    stallAfter,
    debug,
    plugins,
    ...(checkpoint !== undefined && { checkpoint }),
    ...(from !== undefined && { from }),
  });
  const signals = watchSignals(live, options);
  faults.raised.catch((fault: unknown) => live.abort(fault));
  if (!outputs.elsewhere) terminal.onOutClosed(() => void live.abort('nobody reads stdout any more'));
  if (!quiet) showEvents(live.events$, terminal, debug);
  const onScreen = terminal.outIsScreen && outputs.stdout;
  const progress =
    quiet || json || onScreen ? undefined : showProgress(pipeline.name, live.progress$, terminal);
  const outcome = await settled(live.done);
  progress?.unsubscribe();
  signals.release();
  return conclude(outcome, outputs, signals.code, reporting);
}

/** Says how it ended, and with which code. A run that was over before a signal came is done. */
function conclude(
  outcome: Outcome,
  outputs: Outputs,
  signalled: number | undefined,
  options: Reporting,
): number {
  const { faults, terminal, json, quiet } = options;
  if (faults.first !== undefined) return failed(faults.first, options);
  if ('summary' in outcome) {
    showSummary(outcome.summary, options);
    return outcome.summary.state === 'stopped' ? (signalled ?? EXIT.done) : EXIT.done;
  }
  const { error } = outcome;
  // Whoever read stdout has what they wanted. Other outputs were given up, though: that must not look like success.
  if (terminal.outClosed && !outputs.elsewhere && ENDINGS.has(error.code)) return EXIT.done;
  if (error.code === 'ERR_STOP_TIMEOUT') return failed(error, options, EXIT.notStopped);
  if (signalled === undefined || error.code !== 'ERR_ABORTED') return failed(error, options);
  if (json) reportError(error, options);
  else if (!quiet) terminal.say(abortedText(options.checkpoint, outputs));
  return signalled;
}

function abortedText(checkpoint: CheckpointOptions | undefined, { elsewhere }: Outputs): string {
  if (checkpoint === undefined && !elsewhere) return 'aborted';
  if (checkpoint === undefined) return 'aborted: output files are as they were before';
  return 'aborted: run it again to go on from the last checkpoint';
}

/** How a run ends when nobody reads stdout any more. */
const ENDINGS: ReadonlySet<string> = new Set(['ERR_ABORTED', 'ERR_OUTPUT_CLOSED']);

function failed(error: MillraceError, options: Reporting, code: number = EXIT.failed): number {
  reportError(error, options);
  return code;
}

function showSummary(summary: Summary, { terminal, json, quiet, stdoutTaken, beside }: Reporting): void {
  if (json) terminal.document(jsonLine({ ...summary, ...beside }), stdoutTaken);
  else if (!quiet) terminal.say(summaryText(summary, terminal.paint));
}

function watchSignals(live: RunHandle, options: ExecuteOptions): Signals {
  const { terminal, quiet, checkpoint, stopTimeout, wholeOutput = false } = options;
  const limit = stopTimeout === false ? '' : ` within ${formatDuration(stopTimeout)}`;
  const say = (text: string) => {
    if (!quiet) terminal.say(text);
  };
  return new Signals({
    stop() {
      if (wholeOutput) void live.abort('interrupted');
      else live.stop(stopTimeout === false ? {} : { timeout: stopTimeout }).catch(() => {});
    },
    stopping(signal) {
      if (wholeOutput) return;
      const again = signal === 'SIGINT' ? 'press Ctrl-C again' : `send ${signal} again`;
      const end = checkpoint === undefined ? 'letting what is on its way arrive' : 'making a last checkpoint';
      say(`stopping: ${end}${limit}; ${again} to abort`);
    },
    abort(signal) {
      say('aborting');
      void live.abort(signal);
    },
    force(code) {
      say('ending at once: partial files may be left behind');
      process.exit(code);
    },
  });
}

async function settled(done: Promise<Summary>): Promise<Outcome> {
  try {
    return { summary: await done };
  } catch (thrown) {
    if (isMillraceError(thrown)) return { error: thrown };
    return {
      error: new MillraceError('ERR_INTERNAL', `Cannot run: ${toError(thrown).message}`, { cause: thrown }),
    };
  }
}
