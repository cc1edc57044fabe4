import type { Plugin } from '../../interfaces/plugin.ts';
import type { CheckpointOptions } from '../../interfaces/run.ts';
import type { FileLint } from '../../spec/file-lint.ts';
import type { FileNote } from '../../spec/pipeline-file.ts';
import type { Invocation } from '../command.ts';
import { pluginRegistry } from '../plugins/given-plugins.ts';
import { checkFile, type LoadedModule } from './load-module.ts';
import { useOwnCopy } from './own-copy.ts';

/** A file as a module: its function makes the pipeline of the parameters. */
export interface LoadedFile extends LoadedModule {
  /** How the pipeline that was built last is to be checkpointed. */
  readonly checkpoint: () => CheckpointOptions | undefined;
  /** Those whose hooks its runs have. */
  readonly plugins: readonly Plugin[];
  /** What is no problem yet. */
  readonly notes: () => readonly FileNote[];
  /** Those that it lists itself, as a file in the current folder would. */
  readonly listed: readonly string[];
  /** What it says of rules of `check`. */
  readonly lint: FileLint;
}

/**
 * Reads a pipeline of YAML or JSON. What is secret in it is not shown by the terminal from then on.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` with all that is wrong with it; `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_IO`.
 */
export async function loadFile(
  shown: string,
  { terminal, given }: Pick<Invocation, 'terminal' | 'given'>,
): Promise<LoadedFile> {
  await checkFile(shown);
  useOwnCopy();
  const { openPipelineFile } = await import('../../spec/pipeline-file.ts');
  const root = given.value('root');
  const registry = await pluginRegistry(given, shown);
  const file = await openPipelineFile(shown, { registry, ...(root !== undefined && { root }) });
  terminal.hide((text) => file.secrets.hide(text));
  let checkpoint: CheckpointOptions | undefined;
  const build = async (values: Readonly<Record<string, unknown>>) => {
    const built = await file.build(values);
    checkpoint = built.checkpoint;
    return built.pipeline;
  };
  const { plugins, listed, lint } = file;
  const exports = { default: build, params: file.params };
  return { shown, exports, checkpoint: () => checkpoint, plugins, listed, lint, notes: () => file.notes };
}
