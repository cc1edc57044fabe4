import { describe, test } from 'vitest';
import { nodeStoreFileSystem, type StoreFileSystem } from '../../src/core/store/store-file-system.ts';
import type { CheckpointStore } from '../../src/interfaces/checkpoint.ts';
import { directoryStore } from '../../src/processing/checkpoint/directory-store.ts';
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
    'the name does not get onto the disk': () => failing({ folder: 'EIO' }),
  },
});
suite('directory of five', () => directoryStore(folder.path('state/deep/down'), { keep: 5 }), { keep: 5 });

interface Failing {
  readonly write?: string;
  readonly sync?: string;
  readonly rename?: string;
  /** The sync of the folder, once checkpoint 2 has its name. */
  readonly folder?: string;
}

/** A store on a disk whose call of this kind fails once, for checkpoint 2. */
function failing(calls: Failing): CheckpointStore {
  let broken = true;
  let named = false;
  const fails = (code: string | undefined, concerned: boolean) => {
    if (code === undefined || !broken || !concerned) return;
    broken = false;
    throw Object.assign(new Error(`${code}: it fails`), { code });
  };
  const fileSystem: StoreFileSystem = {
    ...nodeStoreFileSystem,
    async open(path, flags, mode) {
      const handle = await nodeStoreFileSystem.open(path, flags, mode);
      const second = path.includes('2.checkpoint');
      return {
        write: async (...given) => {
          fails(calls.write, second);
          return handle.write(...given);
        },
        sync: async () => {
          fails(calls.sync, second);
          fails(calls.folder, named);
          return handle.sync();
        },
        read: (...given) => handle.read(...given),
        stat: () => handle.stat(),
        close: () => handle.close(),
      };
    },
    async rename(from, to) {
      fails(calls.rename, to.endsWith('2.checkpoint'));
      named ||= to.endsWith('2.checkpoint');
      return nodeStoreFileSystem.rename(from, to);
    },
  };
  return directoryStore(folder.path('failing'), {}, fileSystem);
}
