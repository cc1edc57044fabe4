import { MillraceError } from './errors.ts';

type Cleanup = () => void | Promise<void>;

/**
 * What has to be cleaned up at the end of a run: each part exactly once, the last opened first,
 * every part also when another fails.
 */
export class Lifecycle {
  #cleanups: { readonly what: string; readonly cleanup: Cleanup }[] = [];
  #closed: Promise<unknown[]> | undefined;

  /**
   * Registers what undoes something that was opened.
   *
   * @throws MillraceError `ERR_INTERNAL` after `close`: the opener would leak.
   */
  add(what: string, cleanup: Cleanup): void {
    if (this.#closed !== undefined) {
      throw new MillraceError('ERR_INTERNAL', `Cannot open ${what}: the run is closed already`);
    }
    this.#cleanups.push({ what, cleanup });
  }

  /** Cleans up; returns what failed on the way. Later calls wait for the first and return the same. */
  close(): Promise<unknown[]> {
    if (this.#closed !== undefined) return this.#closed;
    const { promise, resolve } = Promise.withResolvers<unknown[]>();
    // Before the first cleanup, which may call back into here.
    this.#closed = promise;
    void this.#run().then(resolve);
    return promise;
  }

  async #run(): Promise<unknown[]> {
    const failures: unknown[] = [];
    const cleanups = this.#cleanups.reverse();
    this.#cleanups = [];
    for (const { cleanup } of cleanups) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
