import { duration, formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { StopOptions } from '../../interfaces/run.ts';
import type { RunContext } from './run-context.ts';
import type { Stage } from './stage.ts';
import { workingStage } from './watchdog.ts';

/** Fails a run that is stopped and does not come to its end in time; of several limits the first that is up counts. */
export class StopLimit {
  readonly #pipeline: string;
  readonly #run: RunContext;
  readonly #stages: () => readonly Stage[];
  readonly #checkpointed: boolean;
  readonly #pending: Cancel[] = [];

  constructor(pipeline: string, run: RunContext, stages: () => readonly Stage[], checkpointed: boolean) {
    this.#pipeline = pipeline;
    this.#run = run;
    this.#stages = stages;
    this.#checkpointed = checkpointed;
  }

  /** @throws MillraceError `ERR_OPTIONS` for what is no duration. */
  begin({ timeout }: StopOptions): void {
    if (timeout === undefined) return;
    const ms = duration(timeout, 'timeout of stop()');
    this.#pending.push(this.#run.clock.schedule(() => this.#run.fail(this.#error(ms)), ms));
  }

  cancel(): void {
    for (const cancel of this.#pending.splice(0)) cancel();
  }

  #error(timeoutMs: number): MillraceError {
    const { checkpoints } = this.#run;
    const last = checkpoints?.last;
    const working = workingStage(this.#stages());
    const waiting = [
      ...(this.#checkpointed && checkpoints === undefined ? ['its checkpoints are being opened'] : []),
      ...(checkpoints?.waitingFor === undefined
        ? []
        : [`checkpoint ${checkpoints.underway} is not complete: ${checkpoints.waitingFor}`]),
      ...(working === undefined ? [] : [`"${working.nodes[0]!.name}" waits for ${working.waitingFor}`]),
    ];
    const found = waiting.length === 0 ? 'its stages are not over' : waiting.join('; ');
    return new MillraceError(
      'ERR_STOP_TIMEOUT',
      `Cannot stop "${this.#pipeline}" within ${formatDuration(timeoutMs)}: ${found}`,
      {
        hint: this.#checkpointed
          ? laterRun(last)
          : 'Its output is given up: raise the limit, or run it with checkpoints.',
        details: { timeoutMs, waiting, ...(last !== undefined && { checkpoint: last }) },
      },
    );
  }
}

function laterRun(last: number | undefined): string {
  if (last === undefined) return 'No checkpoint is complete: a later run begins at the beginning.';
  return `Checkpoint ${last} is complete: a later run goes on from there, and does again what came behind it.`;
}
