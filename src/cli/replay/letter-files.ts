import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Files by what they are, whatever the path that leads there. */
export type FileIds = ReadonlySet<string>;

/** What the files are that dead letters are read from, and what is behind stdin where they come from there. */
export async function fileIds(paths: Iterable<string>, stdin: boolean): Promise<FileIds> {
  const found = await Promise.all([...paths].map(fileId));
  if (stdin) found.push(idOf(fstatSync(0, { bigint: true })));
  return new Set(found.filter((id) => id !== undefined));
}

/** What the file at a path is; `undefined` where there is none, which is somebody else's to tell. */
export async function fileId(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(idOf, () => undefined);
}

function idOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
