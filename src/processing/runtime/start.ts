import { MillraceError } from '../../core/errors.ts';
import type { RunHandle, RunOptions } from '../../interfaces/run.ts';
import { isPipeline, Pipeline } from '../graph/pipeline.ts';
import type { AroundRun } from './around-run.ts';
import { Run } from './run.ts';

/** Starts a pipeline; what observes it is attached by the outer rooms. */
export function startPipeline(
  pipeline: Pipeline,
  options: RunOptions = {},
  around?: AroundRun | undefined,
): RunHandle {
  if (!isPipeline(pipeline)) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot start: the first argument is not a pipeline', {
      hint: 'Make one with pipeline(name, [flow.to(writer)]).',
    });
  }
  return new Run(pipeline.name, Pipeline.plan(pipeline), options, around);
}
