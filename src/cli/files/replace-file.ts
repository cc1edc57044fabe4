import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { ioError } from '../../io/bytes/io-error.ts';

/**
 * Puts a text in the place of that of a file, which is there as a whole at any time, and keeps its mode. A link goes on to
 * lead to the file.
 *
 * @throws MillraceError `ERR_IO` or a narrower code; the file is as it was, and nothing lies beside it.
 */
export async function replaceFile(shown: string, text: string, doing: string): Promise<void> {
  try {
    const path = await realpath(shown);
    const partial = `${path}.${process.pid}.partial`;
    const { mode } = await stat(path);
    // What is there already is not ours: it is neither written nor removed.
    await writeFile(partial, '', { flag: 'wx', mode });
    try {
      await writeFile(partial, text);
      await chmod(partial, mode);
      await rename(partial, path);
    } catch (cause) {
      await rm(partial, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw ioError(doing, shown, cause);
  }
}
