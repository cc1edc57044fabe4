import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WatchedFiles } from '../../../../src/cli/watch/watched-files.ts';
import { tempFolder } from '../../io/temp-folder.ts';

let files: WatchedFiles | undefined;
afterEach(() => files?.close());

/** Watches, does something, and resolves with what has changed then. */
async function changesOf(paths: readonly string[], act: () => void): Promise<readonly string[]> {
  return new Promise((resolve) => {
    files = new WatchedFiles(resolve);
    for (const path of paths) files.add(path);
    act();
  });
}

describe('WatchedFiles', () => {
  test('tells once of all that has changed in one go, and of nothing that was only touched', async () => {
    const folder = tempFolder();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => folder.write(name, name)) as [string, string, string];
    const changed = await changesOf([a, b, c], () => {
      utimesSync(a, 0, 0);
      writeFileSync(b, 'half');
      writeFileSync(b, 'whole');
      writeFileSync(c, 'new');
    });
    expect(changed.toSorted()).toEqual([b, c]);
  });

  test('tells of a file that comes, and of one that goes', async () => {
    const folder = tempFolder();
    const gone = folder.write('gone', '');
    const come = join(folder.path, 'come');
    const changed = await changesOf([gone, come], () => {
      rmSync(gone);
      writeFileSync(come, '');
    });
    expect(changed.toSorted()).toEqual([come, gone]);
  });

  test('can do without the folder of a file', () => {
    files = new WatchedFiles(() => {});
    files.add(join(tempFolder().path, 'missing', 'x'));
    expect(files.count).toBe(1);
  });
});
