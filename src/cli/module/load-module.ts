import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError } from '../../core/errors.ts';
import { loadError } from '../../core/module/load-error.ts';
import { errnoOf, ioError, missingHint } from '../../io/bytes/io-error.ts';
import type { Faults } from '../process/faults.ts';
import { useOwnCopy } from './own-copy.ts';

export interface LoadedModule {
  /** As the user wrote it. */
  readonly shown: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Imports a module of the user's.
 *
 * @throws MillraceError `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_MODULE`, or what
 * millrace threw while the module built its pipeline.
 */
export async function loadModule(shown: string, faults: Faults): Promise<LoadedModule> {
  const path = resolve(shown);
  await checkFile(shown);
  useOwnCopy();
  try {
    return { shown, exports: await Promise.race([import(pathToFileURL(path).href), faults.raised]) };
  } catch (thrown) {
    throw loadError(path, shown, thrown);
  }
}

/** @throws MillraceError `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_IO` where there is no file. */
export async function checkFile(shown: string): Promise<void> {
  const path = resolve(shown);
  const status = await stat(path).catch(async (cause: unknown) => {
    throw ioError('load', shown, cause, errnoOf(cause) === 'ENOENT' ? await missingHint(path) : undefined);
  });
  if (status.isFile()) return;
  const found = status.isDirectory() ? 'it is a folder' : 'it is not a file';
  throw new MillraceError('ERR_NOT_A_FILE', `Cannot load ${shown}: ${found}`, {
    hint: 'Name the file whose default export is the pipeline.',
  });
}
