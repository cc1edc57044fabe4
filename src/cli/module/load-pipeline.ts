import type { Plugin } from '../../interfaces/plugin.ts';
import type { CheckpointOptions } from '../../interfaces/run.ts';
import type { Pipeline } from '../../processing/graph/pipeline.ts';
import type { Plan } from '../../processing/plan/plan.ts';
import type { FileLint } from '../../spec/file-lint.ts';
import type { FileNote } from '../../spec/pipeline-file.ts';
import { usage } from '../arguments.ts';
import type { Command, Invocation } from '../command.ts';
import { givenPlugins } from '../plugins/given-plugins.ts';
import { isPipelineFile } from './file-name.ts';
import type { LoadedFile } from './load-file.ts';
import type { LoadedModule } from './load-module.ts';

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
  /** How it says itself that it is to be checkpointed. */
  readonly checkpoint: CheckpointOptions | undefined;
  /** Those whose hooks its runs have. */
  readonly plugins: readonly Plugin[];
  /** What is no problem yet of a file. */
  readonly notes: readonly FileNote[];
  /** What a file says of rules of `check`. */
  readonly lint: FileLint | undefined;
  /** Those that a file lists. */
  readonly listed: readonly string[];
}

/**
 * The pipeline of the module that a command was given. The engine is loaded here and not before, so
 * that help and wrong usage come at once.
 *
 * @throws MillraceError as `loadModule` and `buildPipeline` do; `ERR_USAGE` when no module was given.
 */
export async function loadPipeline(
  command: Pick<Command, 'name'>,
  invocation: Invocation,
): Promise<LoadedPipeline> {
  const { given, faults } = invocation;
  const module = await load(moduleArgument(command, given.argument), invocation);
  const { buildPipeline, planOf } = await import('./build-pipeline.ts');
  const pipeline = await buildPipeline(module, given.values('set'), faults);
  const plugins = module.plugins ?? (await givenPlugins(given, given.argument));
  const { listed = [] } = module;
  const [checkpoint, notes] = [module.checkpoint?.(), module.notes?.() ?? []];
  return { pipeline, plan: planOf(pipeline), checkpoint, plugins, listed, notes, lint: module.lint };
}

/** A module of code, or a file of plain data. */
async function load(path: string, invocation: Invocation): Promise<LoadedModule & Partial<LoadedFile>> {
  if (isPipelineFile(path)) {
    const { loadFile } = await import('./load-file.ts');
    return loadFile(path, invocation);
  }
  if (invocation.given.has('root'))
    throw usage(
      { name: 'load' },
      `--root holds for files, and ${path} is code`,
      'Code may read and write what it likes.',
    );
  const { loadModule } = await import('./load-module.ts');
  return loadModule(path, invocation.faults);
}

/** Help on the parameters of the module that a command was given. */
export async function loadParameterHelp(
  command: Pick<Command, 'name'>,
  invocation: Invocation,
): Promise<string> {
  const path = moduleArgument(command, invocation.given.argument);
  const { moduleParameters } = await import('./build-pipeline.ts');
  const { parameterHelp } = await import('../parameters/parameter-help.ts');
  return parameterHelp(path, moduleParameters(await load(path, invocation)));
}

/** @throws MillraceError `ERR_USAGE` when no module was given. */
export function moduleArgument(command: Pick<Command, 'name'>, argument: string | undefined): string {
  if (argument !== undefined) return argument;
  throw usage(
    command,
    'no module is given',
    `Name the file with the pipeline: millrace ${command.name} orders.ts, or orders.yaml`,
  );
}
