import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { type Machine, thisMachine } from '../../core/store/machine.ts';
import { nodeStoreFileSystem, type StoreFileSystem } from '../../core/store/store-file-system.ts';
import type { CheckpointStore } from '../../interfaces/checkpoint.ts';
import { openDirectory } from './directory-session.ts';
import { DirectoryView, pipelinesIn } from './directory-view.ts';
import { pipelineFolder } from './pipeline-folder.ts';

/** How a folder keeps checkpoints. */
export interface DirectoryStoreOptions {
  /** How many checkpoints stay: the newest and those before it. Older ones go when a new one is safe. @default 3 */
  readonly keep?: number;
}

const options = z.strictObject({ keep: z.int().min(1).default(3) });

/**
 * Keeps checkpoints in a folder, one below it for each pipeline. A checkpoint is written under a temporary name, synced,
 * renamed, and the folder synced: it is there whole or not at all, also after a loss of power. A file there says who uses
 * it; that of a process which is gone, on this machine, is taken over.
 *
 * @throws MillraceError `ERR_OPTIONS`.
 */
export function directoryStore(
  path: string,
  given: DirectoryStoreOptions = {},
  fileSystem: StoreFileSystem = nodeStoreFileSystem,
  machine: Machine = thisMachine(),
): CheckpointStore {
  const label = `directory ${path}`;
  const { keep } = parseOptions(options, given, label);
  const root = resolve(path);
  const folderOf = (pipeline: string) => join(root, pipelineFolder(pipeline));
  return Object.freeze<CheckpointStore>({
    label,
    open: async ({ pipeline, takeOver = false }) =>
      openDirectory({
        label,
        pipeline,
        folder: folderOf(pipeline),
        keep,
        takeOver,
        fileSystem,
        machine,
      }),
    inspect: async ({ pipeline }) => new DirectoryView(label, folderOf(pipeline), fileSystem),
    pipelines: () => pipelinesIn(root, fileSystem),
  });
}
