import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import type { Machine } from '../../src/core/store/machine.ts';
import { discard, type StoreFileSystem, type StoreHandle } from '../../src/core/store/store-file-system.ts';
import { LOCK, StoreLock } from '../../src/processing/checkpoint/store-lock.ts';

const FOLDER = '/state';

/** A folder that many processes use at once: each of their calls waits for its turn, and then is done at once. */
class SharedFolder {
  /** What each process waits for, by its number. */
  readonly #waiting = new Map<number, () => void>();
  readonly #files = new Map<string, Buffer>();
  readonly #living = new Set<number>();

  /** The processes that wait for a call. */
  get waiting(): readonly number[] {
    return [...this.#waiting.keys()].sort((a, b) => a - b);
  }

  /** Lets a process do one call; resolves when it has come to its next. */
  async turn(pid: number): Promise<void> {
    const go = this.#waiting.get(pid);
    this.#waiting.delete(pid);
    go?.();
    await settled();
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

  /** What the process has called for is not done any more, and it never hears of it. */
  kill(pid: number): void {
    this.#living.delete(pid);
    this.#waiting.delete(pid);
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  fileSystem(pid: number): StoreFileSystem {
    const call = async <T>(act: () => T): Promise<T> => {
      await new Promise<void>((resolve) => this.#waiting.set(pid, resolve));
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

/** One process after the other, as the test has it. */
class Contest {
  readonly folder = new SharedFolder();
  /** Which process has the lock, as far as it knows. */
  owner: number | undefined;
  owned = 0;
  takenOver = 0;

  async acquire(pid: number): Promise<StoreLock | undefined> {
    const spec = {
      folder: FOLDER,
      fileSystem: this.folder.fileSystem(pid),
      machine: this.folder.machine(pid),
      takeOver: false,
      what: 'it',
    };
    let lock: StoreLock;
    try {
      lock = await StoreLock.acquire(spec);
    } catch (error) {
      expect(isMillraceError(error) && error.code, String(error)).toBe('ERR_LOCKED');
      return undefined;
    }
    if (this.owner !== undefined) {
      const whose = `process ${pid} took the lock of process ${this.owner}, which is alive`;
      expect(this.folder.alive(this.owner), whose).toBe(false);
      this.takenOver++;
    }
    this.owner = pid;
    this.owned++;
    // What an owner does first: it removes what others have left.
    for (const name of await spec.fileSystem.readdir(FOLDER)) {
      if (name.startsWith(`${LOCK}.`)) await discard(spec.fileSystem, `${FOLDER}/${name}`);
    }
    expect(await lock.held()).toBe(true);
    return lock;
  }

  /** Tries to take the lock so many times, and gives it back each time. */
  async lives(pid: number, times: number): Promise<void> {
    for (let left = times; left > 0; left--) {
      const lock = await this.acquire(pid);
      if (lock === undefined) continue;
      await lock.release();
      this.owner = undefined;
    }
  }

  /** Lets all go on, one after the other, until nobody wants to. */
  async ends(): Promise<void> {
    for (let [pid] = this.folder.waiting; pid !== undefined; [pid] = this.folder.waiting) {
      await this.folder.turn(pid);
    }
  }
}

/** A claim that was withdrawn, and made by another under the same name, was removed once more by the first. */
const WITHDRAWN_TWICE = [
  { who: 3, calls: 7, kill: false },
  { who: 0, calls: 8, kill: false },
  { who: 1, calls: 7, kill: false },
  { who: 1, calls: 6, kill: false },
  { who: 3, calls: 1, kill: true },
  { who: 1, calls: 1, kill: false },
  { who: 1, calls: 15, kill: true },
  { who: 0, calls: 14, kill: false },
  { who: 3, calls: 13, kill: false },
];

describe('a lock that several processes want at once', () => {
  test('has one owner that is alive at the most, whatever order things happen in and whoever is killed', async () => {
    // Most of what goes wrong needs one who stands still for long while another does much.
    const turn = fc.record({
      who: fc.nat(3),
      calls: fc.integer({ min: 1, max: 16 }),
      kill: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    });
    let owned = 0;
    let takenOver = 0;
    const contest = fc.asyncProperty(
      fc.array(turn, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      async (turns, times, dead) => {
        const contest = new Contest();
        const { folder } = contest;
        if (dead) {
          void contest.acquire(0);
          await settled();
          await contest.ends();
          folder.kill(0);
        }
        const errors: unknown[] = [];
        for (const [index, many] of times.entries()) {
          contest.lives(index + 1, many).catch((error: unknown) => errors.push(error));
        }
        await settled();
        for (const { who, calls, kill } of turns) {
          const pid = folder.waiting[who % folder.waiting.length];
          if (pid === undefined) break;
          for (let left = calls; left > 0; left--) await folder.turn(pid);
          if (kill) folder.kill(pid);
        }
        await contest.ends();
        expect(errors).toEqual([]);
        // Whoever comes last finds nobody alive, and gets it.
        for (let pid = 0; pid <= times.length; pid++) folder.kill(pid);
        let got: StoreLock | undefined;
        void contest.acquire(99).then((lock) => {
          got = lock;
        });
        await settled();
        await contest.ends();
        expect(got).toBeDefined();
        owned += contest.owned;
        takenOver += contest.takenOver;
      },
    );
    await fc.assert(contest, { numRuns: 3000, examples: [[WITHDRAWN_TWICE, [2, 2, 1, 1], false]] });
    expect(owned).toBeGreaterThan(3000);
    expect(takenOver).toBeGreaterThan(300);
  });
});
