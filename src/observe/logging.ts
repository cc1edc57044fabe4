import { formatOrigin } from '../core/batch.ts';
import { formatDuration } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type { Logger, RunEvent, RunHandle } from '../interfaces/run.ts';

/**
 * Writes a run's events to a logger with pino's interface, each with its fields and a sentence; an
 * event's error is the field `err`. A logger that throws is left alone from then on, with a process
 * warning: the run is not its concern.
 */
export function logEvents(pipeline: string, run: RunHandle, logger: Logger): void {
  const subscription = run.events$.subscribe((event) => {
    try {
      logEvent(pipeline, event, logger);
    } catch (error) {
      subscription.unsubscribe();
      process.emitWarning(`The logger of "${pipeline}" gets no more events: ${toError(error).message}`, {
        code: 'MILLRACE_LOGGER',
      });
    }
  });
}

function logEvent(pipeline: string, event: RunEvent, logger: Logger): void {
  const { error, ...rest } = { error: undefined, ...event };
  const fields = { pipeline, ...rest, ...(error === undefined ? {} : { err: error }) };
  switch (event.type) {
    case 'started':
      logger.info(fields, `pipeline ${pipeline} started in ${stages(event.stages)}`);
      return;
    case 'retried':
      logger.debug(
        fields,
        `${event.node} tries again in ${formatDuration(event.waitMs)}: ${event.error.message}`,
      );
      return;
    case 'failed-record':
      logger.warn(
        fields,
        `${event.node}: ${formatOrigin(event.origin)} ${event.settled}: ${event.error.message}`,
      );
      return;
    case 'stalled':
      logger.warn(fields, `${event.node} has waited ${formatDuration(event.forMs)} for ${event.waitingFor}`);
      return;
    case 'traced':
      logger.debug(fields, `${formatOrigin(event.origin)} entered ${event.node}`);
      return;
    case 'logged':
      logger[event.level](fields, `${event.node}: ${event.message}`);
      return;
    case 'barrier':
      logger.debug(fields, `barrier ${event.id} reached ${event.node}`);
      return;
    case 'resumed':
      logger.info(
        // Positions may name thousands of files.
        { ...fields, readers: event.readers.map(({ node, at }) => ({ node, at })) },
        `pipeline ${pipeline} goes on from checkpoint ${event.checkpoint} of ${event.taken}`,
      );
      return;
    case 'over-before':
      logger.info(
        fields,
        `pipeline ${pipeline} has nothing to do: checkpoint ${event.checkpoint} of ${event.taken} is of its end`,
      );
      return;
    case 'checkpoint':
      logger.debug(
        fields,
        `checkpoint ${event.id} is complete, ${event.bytes} bytes in ${event.durationMs} ms`,
      );
      return;
    case 'checkpoint-failed':
      logger.warn(fields, `checkpoint ${event.id} came to nothing: ${event.error.message}`);
      return;
    case 'hook-failed':
      logger.warn(fields, `${event.hook} of plugin ${event.plugin} failed: ${event.error.message}`);
      return;
    case 'stopping':
      logger.info(fields, `pipeline ${pipeline} is stopping`);
      return;
    case 'ended':
      if (event.error === undefined) logger.info(fields, `pipeline ${pipeline} ${event.state}`);
      else logger.error(fields, `pipeline ${pipeline} ${event.state}: ${event.error.message}`);
  }
}

function stages(count: number): string {
  return count === 1 ? '1 stage' : `${count} stages`;
}
