import type { CheckpointOptions } from '../../interfaces/run.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { checkFile, type LoadedModule } from './load-module.ts';
import { useOwnCopy } from './own-copy.ts';

/** A file as a module: its function makes the pipeline of the parameters. */
export interface LoadedFile extends LoadedModule {
  /** How the pipeline that was built last is to be checkpointed. */
  readonly checkpoint: () => CheckpointOptions | undefined;
}

/**
 * Reads a pipeline of YAML or JSON. What is secret in it is not shown by the terminal from then on.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` with all that is wrong with it; `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_IO`.
 */
export async function loadFile(shown: string, terminal: Terminal): Promise<LoadedFile> {
  await checkFile(shown);
  useOwnCopy();
  const { openPipelineFile } = await import('../../spec/pipeline-file.ts');
  const { builtins } = await import('../../builtins.ts');
  const file = await openPipelineFile(shown, { registry: builtins() });
  terminal.hide((text) => file.secrets.hide(text));
  let checkpoint: CheckpointOptions | undefined;
  const build = async (values: Readonly<Record<string, unknown>>) => {
    const built = await file.build(values);
    checkpoint = built.checkpoint;
    return built.pipeline;
  };
  return { shown, exports: { default: build, params: file.params }, checkpoint: () => checkpoint };
}
