import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import { judge, type LockOwner, locked, ownerHere, parseOwner } from '../../core/store/lock-owner.ts';
import type { Machine } from '../../core/store/machine.ts';
import { errnoOf } from '../../core/store/store-error.ts';
import { discard, putFile, type StoreFileSystem, wholeFile } from '../../core/store/store-file-system.ts';

/** What the names of all files of a lock begin with; those of others than the lock itself may be removed by its owner. */
export const LOCK = 'lock';

/** Each time somebody else was faster: it has the lock then, as a rule, and this one says so. */
const MOST_TRIES = 50;

/** What systems say when there are no hard links; a link to a file of one's own needs no permission else. */
const LINKLESS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export interface LockSpec {
  readonly folder: string;
  readonly fileSystem: StoreFileSystem;
  readonly machine: Machine;
  /** Takes it from an owner that cannot be seen, too. */
  readonly takeOver: boolean;
  /** What is locked, for errors. */
  readonly what: string;
}

/**
 * A lock that is a file, so that it holds between processes that share nothing but a folder. There is no call that
 * replaces a file only if it is still the one that was looked at; this is done instead:
 *
 * - The file says who its owner is, and no two are ever the same: each has a token. It is written under a name of its own,
 *   and gets the name `lock` by a hard link, which fails when that name is taken.
 * - Whoever finds that the owner is gone first claims to be the next one after that very owner: by a link again, under a name
 *   made of the contents of the lock. Of all who try, one gets it.
 * - The claim holds if the lock is still the same after it was made. As contents never come back, nobody can have claimed it
 *   before: a claim is removed by whoever owns the lock, when it is another, or by its maker. So the winner, and nobody else,
 *   replaces the lock.
 * - Whoever is killed in between leaves a claim, whose owner is gone: the next one claims to follow that one.
 */
export class StoreLock {
  readonly #spec: LockSpec;
  readonly #text: string;
  readonly #own: string;
  #claim: string | undefined;

  private constructor(spec: LockSpec) {
    const token = randomUUID();
    this.#spec = spec;
    this.#text = `${JSON.stringify(ownerHere(spec.machine, token))}\n`;
    this.#own = join(spec.folder, `${LOCK}.of-${token}`);
  }

  /** @throws MillraceError `ERR_LOCKED` when somebody has it. */
  static async acquire(spec: LockSpec): Promise<StoreLock> {
    const lock = new StoreLock(spec);
    try {
      for (let tries = 0; tries < MOST_TRIES; tries++) if (await lock.#try()) return lock;
      throw new MillraceError('ERR_LOCKED', `Cannot open ${spec.what}: others keep taking them`, {
        hint: 'Start one run of the pipeline at a time.',
        retryable: true,
      });
    } catch (error) {
      await lock.#withdraw();
      throw error;
    } finally {
      await discard(spec.fileSystem, lock.#own);
    }
  }

  get #path(): string {
    return join(this.#spec.folder, LOCK);
  }

  /** `false` when somebody else was at work at the same time. */
  async #try(): Promise<boolean> {
    await this.#prepare();
    const linked = await this.#link(this.#path);
    if (linked !== 'taken') return linked === 'done';
    const found = await this.#read(this.#path);
    if (found === undefined) return false;
    if (found === this.#text) return true;
    if (!(await this.#follow(found))) return false;
    if ((await this.#read(this.#path)) === found) {
      await this.#spec.fileSystem.rename(this.#own, this.#path);
      return true;
    }
    await this.#withdraw();
    return false;
  }

  /** The file is on the disk before it is the lock: a loss of power leaves none that is empty. */
  async #prepare(): Promise<void> {
    const { fileSystem } = this.#spec;
    if ((await this.#read(this.#own)) === this.#text) return;
    await discard(fileSystem, this.#own);
    await putFile(fileSystem, this.#own, [Buffer.from(this.#text)]);
  }

  /** Removes its claim, once: another may make one under the same name afterwards. */
  async #withdraw(): Promise<void> {
    const claim = this.#claim;
    this.#claim = undefined;
    if (claim !== undefined) await discard(this.#spec.fileSystem, claim);
  }

  /** Claims to come after the owner that was found, or after the last of those who claimed that and are gone. */
  async #follow(found: string): Promise<boolean> {
    let text: string | undefined = found;
    while (text !== undefined) {
      this.#passBy(text);
      const claim = this.#claimAfter(text);
      const linked = await this.#link(claim);
      if (linked === 'gone') return false;
      const next: string | undefined = linked === 'done' ? this.#text : await this.#read(claim);
      if (next === this.#text) {
        this.#claim = claim;
        return true;
      }
      // What follows itself was not made by this code.
      text = next === text ? undefined : next;
    }
    return false;
  }

  #passBy(text: string): void {
    const { machine, takeOver, what } = this.#spec;
    const owner: LockOwner | undefined = parseOwner(text);
    const verdict = judge(owner, machine);
    if (verdict === 'gone' || (takeOver && verdict !== 'alive')) return;
    throw locked(what, { file: this.#path, removal: `remove ${this.#path}` }, owner, verdict);
  }

  #claimAfter(text: string): string {
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    return join(this.#spec.folder, `${LOCK}.after-${name}`);
  }

  /**
   * `taken` also when it was made, and the answer of a network share got lost: look at what is there. `gone` when the
   * owner of the lock has removed the file meanwhile, with what else was not the lock.
   */
  async #link(to: string): Promise<'done' | 'taken' | 'gone'> {
    try {
      await this.#spec.fileSystem.link(this.#own, to);
      return 'done';
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return 'taken';
      if (errnoOf(error) === 'ENOENT') return 'gone';
      throw LINKLESS.has(errnoOf(error)) ? noLinks(this.#spec.what, error) : error;
    }
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return Buffer.from(await wholeFile(this.#spec.fileSystem, path)).toString('utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Whether it has not been taken away: by hand, or by one who was told to take it over. */
  async held(): Promise<boolean> {
    return (await this.#read(this.#path)) === this.#text;
  }

  async release(): Promise<void> {
    if (await this.held()) await this.#spec.fileSystem.unlink(this.#path);
  }
}

function noLinks(what: string, cause: unknown): MillraceError {
  return new MillraceError(
    'ERR_IO',
    `Cannot open ${what}: the file system has no hard links, which a lock needs`,
    {
      cause,
      hint: 'Keep checkpoints on another disk: FAT and some network shares cannot lock them.',
    },
  );
}
