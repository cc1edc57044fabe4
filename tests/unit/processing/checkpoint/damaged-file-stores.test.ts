import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sqliteStore } from '../../../../src/io/connectors/sqlite/sqlite-store.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import { temporaryFolder } from '../../../conformance/folder.ts';
import { damagedFileSuite } from './damaged-file-suite.ts';

const folder = temporaryFolder();

/** What damages files on the disk, wherever `inside` they are. */
function onDisk(inside: () => string | Promise<string>) {
  const pathOf = async (file: string) => join(await inside(), `${file}.kept`);
  return {
    async flip(file: string, at: number) {
      const path = await pathOf(file);
      const bytes = readFileSync(path);
      bytes[at]! ^= 4;
      writeFileSync(path, bytes);
    },
    cut: async (file: string, bytes: number) => truncateSync(await pathOf(file), bytes),
  };
}

damagedFileSuite('a folder', () => {
  const path = folder.path('state');
  return { store: directoryStore(path), ...onDisk(() => join(path, 'sorted')) };
});

damagedFileSuite('a database of SQLite', () => {
  const path = folder.path('state.db');
  const beside = `${path}-files`;
  const inside = async () => {
    const [only, ...others] = await readdir(beside);
    if (only === undefined || others.length > 0) throw new Error('there is not one folder for the pipeline');
    return join(beside, only);
  };
  return { store: sqliteStore(path), ...onDisk(inside) };
});
