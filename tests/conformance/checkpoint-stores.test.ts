import { describe, test } from 'vitest';
import type { CheckpointStore } from '../../src/interfaces/checkpoint.ts';
import { directoryStore } from '../../src/processing/checkpoint/directory-store.ts';
import {
  nodeStoreFileSystem,
  type StoreFileSystem,
} from '../../src/processing/checkpoint/store-file-system.ts';
import {
  type CheckpointStoreCases,
  checkpointStoreConformance,
} from '../../src/testing/checkpoint-store-conformance.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

function suite(name: string, make: () => CheckpointStore, cases: CheckpointStoreCases = {}): void {
  describe(name, () => {
    for (const one of checkpointStoreConformance(name, make, { leaks: openFiles, ...cases })) {
      test(one.name, one.run);
    }
  });
}

suite('memory', () => memoryStore());
suite('memory of two', () => memoryStore({ keep: 2 }), { keep: 2 });

suite('directory', () => directoryStore(folder.path('state')), {
  again: (store) => directoryStore(store.label.slice('directory '.length)),
  faults: {
    'the disk is full': () => failing({ write: 'ENOSPC' }),
    'the disk does not keep what it was given': () => failing({ sync: 'EIO' }),
    'the folder may not be changed': () => failing({ rename: 'EACCES' }),
  },
});
suite('directory of five', () => directoryStore(folder.path('state/deep/down'), { keep: 5 }), { keep: 5 });

/** A store on a disk whose call of this kind fails once, for checkpoint 2. */
function failing({
  write,
  sync,
  rename,
}: {
  write?: string;
  sync?: string;
  rename?: string;
}): CheckpointStore {
  let broken = true;
  const fails = (code: string | undefined, path: string) => {
    if (code === undefined || !broken || !path.includes('2.checkpoint')) return;
    broken = false;
    throw Object.assign(new Error(`${code}: it fails`), { code });
  };
  const fileSystem: StoreFileSystem = {
    ...nodeStoreFileSystem,
    async open(path, flags, mode) {
      const handle = await nodeStoreFileSystem.open(path, flags, mode);
      return {
        write: async (...given) => {
          fails(write, path);
          return handle.write(...given);
        },
        sync: async () => {
          fails(sync, path);
          return handle.sync();
        },
        read: (...given) => handle.read(...given),
        stat: () => handle.stat(),
        close: () => handle.close(),
      };
    },
    async rename(from, to) {
      fails(rename, to);
      return nodeStoreFileSystem.rename(from, to);
    },
  };
  return directoryStore(folder.path('failing'), {}, fileSystem);
}
