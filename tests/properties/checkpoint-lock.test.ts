import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import type { Machine } from '../../src/processing/checkpoint/machine.ts';
import {
  discard,
  type StoreFileSystem,
  type StoreHandle,
} from '../../src/processing/checkpoint/store-file-system.ts';
import { LOCK, StoreLock } from '../../src/processing/checkpoint/store-lock.ts';

const FOLDER = '/state';

/** A folder that many processes use at once: each of their calls waits for its turn, and then is done at once. */
class SharedFolder {
  readonly #scheduler: fc.Scheduler;
  readonly #files = new Map<string, Buffer>();
  readonly #living = new Set<number>();

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  machine(pid: number): Machine {
    this.#living.add(pid);
    return {
      pid,
      host: 'shared',
      boot: 'boot',
      processes: 'all',
      ownName: false,
      now: () => 0,
      process: (asked) => ({ alive: this.#living.has(asked), start: `${asked}` }),
    };
  }

  alive(pid: number): boolean {
    return this.#living.has(pid);
  }

  /** What the process has called for is not done any more. */
  kill(pid: number): void {
    this.#living.delete(pid);
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  fileSystem(pid: number): StoreFileSystem {
    const call = async <T>(act: () => T): Promise<T> => {
      await this.#scheduler.schedule(Promise.resolve());
      // It never hears of it.
      if (!this.alive(pid)) return new Promise<never>(() => {});
      return act();
    };
    const need = (path: string): Buffer => {
      const file = this.#files.get(path);
      if (file === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return file;
    };
    const free = (path: string): void => {
      if (this.#files.has(path)) throw Object.assign(new Error(`there is ${path}`), { code: 'EEXIST' });
    };
    return {
      open: (path, flags) =>
        call(() => {
          if (flags === 'wx') {
            free(path);
            this.#files.set(path, Buffer.alloc(0));
          }
          return this.#handle(path, need(path), call);
        }),
      stat: (path) => call(() => ({ size: need(path).length, mtimeMs: 0 })),
      readdir: () => call(() => this.names().map((path) => path.slice(FOLDER.length + 1))),
      mkdir: () => call(() => undefined),
      rename: (from, to) =>
        call(() => {
          this.#files.set(to, need(from));
          this.#files.delete(from);
        }),
      link: (from, to) =>
        call(() => {
          free(to);
          this.#files.set(to, need(from));
        }),
      unlink: (path) =>
        call(() => {
          need(path);
          this.#files.delete(path);
        }),
    };
  }

  /** Locks are written once, by one call: a copy at the opening is as good as the file. */
  #handle(path: string, file: Buffer, call: <T>(act: () => T) => Promise<T>): StoreHandle {
    return {
      write: (bytes, offset, length) =>
        call(() => {
          if (this.#files.has(path))
            this.#files.set(path, Buffer.from(bytes.subarray(offset, offset + length)));
          return { bytesWritten: length };
        }),
      read: (bytes, offset, length, position) =>
        call(() => {
          const found = file.subarray(position, position + length);
          bytes.set(found, offset);
          return { bytesRead: found.length };
        }),
      stat: () => call(() => ({ size: file.length })),
      sync: () => call(() => undefined),
      close: () => call(() => undefined),
    };
  }
}

/** When all that could go on has come to its next call. */
function settled(): Promise<undefined> {
  return new Promise((resolve) => {
    setImmediate(resolve, undefined);
  });
}

describe('a lock that several processes want at once', () => {
  test('has one owner that is alive at the most, whatever order things happen in and whoever is killed', async () => {
    const life = fc.record({ kill: fc.nat(60), tries: fc.integer({ min: 1, max: 3 }), mortal: fc.boolean() });
    let owned = 0;
    let takenOver = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(life, { minLength: 2, maxLength: 5 }),
        async (scheduler, lives) => {
          const folder = new SharedFolder(scheduler);
          let owner: number | undefined;
          const live = async (pid: number, tries: number) => {
            const machine = folder.machine(pid);
            const fileSystem = folder.fileSystem(pid);
            for (let left = tries; left > 0; left--) {
              const spec = { folder: FOLDER, fileSystem, machine, takeOver: false, what: 'it' };
              const lock = await StoreLock.acquire(spec).catch((error: unknown) => {
                expect(isMillraceError(error) && error.code, String(error)).toBe('ERR_LOCKED');
              });
              if (lock === undefined) continue;
              if (owner !== undefined) {
                expect(
                  folder.alive(owner),
                  `process ${pid} took the lock of process ${owner}, which is alive`,
                ).toBe(false);
                takenOver++;
              }
              owner = pid;
              owned++;
              // What the owner does first: it removes what others have left.
              for (const name of await fileSystem.readdir(FOLDER)) {
                if (name.startsWith(`${LOCK}.`)) await discard(fileSystem, `${FOLDER}/${name}`);
              }
              expect(await lock.held()).toBe(true);
              const releasing = lock.release();
              // From here on another may have it.
              owner = undefined;
              await releasing;
            }
          };
          const lived = lives.map(({ tries }, index) => live(index + 1, tries));
          const mortals = lives.map(({ mortal, kill }, index) => ({
            pid: index + 1,
            at: mortal ? kill : -1,
          }));
          const failed = Promise.all(lived).then(
            () => undefined,
            (error: unknown) => ({ error }),
          );
          await settled();
          for (let step = 0; scheduler.count() > 0; step++) {
            for (const { pid, at } of mortals) if (at === step) folder.kill(pid);
            await scheduler.waitOne();
            await settled();
          }
          for (let pid = 1; pid <= lives.length; pid++) folder.kill(pid);
          const outcome = await Promise.race([failed, settled()]);
          if (outcome !== undefined) throw outcome.error;
          // Whoever comes last finds nobody alive, and gets it.
          const last = 99;
          let got = false;
          const spec = {
            folder: FOLDER,
            fileSystem: folder.fileSystem(last),
            machine: folder.machine(last),
            takeOver: false,
            what: 'it',
          };
          void StoreLock.acquire(spec).then(() => {
            got = true;
          });
          await settled();
          while (scheduler.count() > 0) {
            await scheduler.waitOne();
            await settled();
          }
          expect(got).toBe(true);
        },
      ),
      { numRuns: 1500 },
    );
    expect(owned).toBeGreaterThan(1500);
    expect(takenOver).toBeGreaterThan(100);
  });
});
