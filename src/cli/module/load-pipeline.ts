import type { Pipeline } from '../../processing/graph/pipeline.ts';
import type { Plan } from '../../processing/plan/plan.ts';
import { usage } from '../arguments.ts';
import type { Command, Invocation } from '../command.ts';

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
}

/**
 * The pipeline of the module that a command was given. The engine is loaded here and not before, so
 * that help and wrong usage come at once.
 *
 * @throws MillraceError as `loadModule` and `buildPipeline` do; `ERR_USAGE` when no module was given.
 */
export async function loadPipeline(
  command: Pick<Command, 'name'>,
  { given, faults }: Invocation,
): Promise<LoadedPipeline> {
  const path = moduleArgument(command, given.argument);
  const { loadModule } = await import('./load-module.ts');
  const { buildPipeline, planOf } = await import('./build-pipeline.ts');
  const pipeline = await buildPipeline(await loadModule(path, faults), given.values('set'), faults);
  return { pipeline, plan: planOf(pipeline) };
}

/** Help on the parameters of the module that a command was given. */
export async function loadParameterHelp(
  command: Pick<Command, 'name'>,
  { given, faults }: Invocation,
): Promise<string> {
  const path = moduleArgument(command, given.argument);
  const { loadModule } = await import('./load-module.ts');
  const { moduleParameters } = await import('./build-pipeline.ts');
  const { parameterHelp } = await import('../parameters/parameter-help.ts');
  return parameterHelp(path, moduleParameters(await loadModule(path, faults)));
}

function moduleArgument(command: Pick<Command, 'name'>, argument: string | undefined): string {
  if (argument !== undefined) return argument;
  throw usage(
    command,
    'no module is given',
    `Name the file whose default export is the pipeline: millrace ${command.name} orders.ts`,
  );
}
