import type { OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';
import type { PooledFile } from './pooled-file.ts';

/** Which of many files are open: `most` at a time, and those that were used last. */
export class OpenFiles {
  readonly #most: number;
  /** Least recently used first. */
  readonly #handles = new Map<PooledFile, OutputHandle>();

  constructor(most: number) {
    this.#most = most;
  }

  has(file: PooledFile): boolean {
    return this.#handles.has(file);
  }

  add(file: PooledFile, handle: OutputHandle): void {
    this.#handles.set(file, handle);
  }

  /** Its handle, which is the caller's to close from now on, if it is open. */
  take(file: PooledFile): OutputHandle | undefined {
    const handle = this.#handles.get(file);
    this.#handles.delete(file);
    return handle;
  }

  /** The file opened, in place of another one where too many are; `makeRoom` closes that. */
  async handleOf(file: PooledFile, makeRoom: () => Promise<void>): Promise<OutputHandle> {
    const known = this.#handles.get(file);
    if (known === undefined) await makeRoom();
    const handle = known ?? (await file.place.reopen());
    this.#handles.delete(file);
    this.#handles.set(file, handle);
    return handle;
  }

  /** Closes the file that was not used for longest, where as many are open as may be. */
  async makeRoom(): Promise<void> {
    const oldest = this.#handles.entries().next().value;
    if (oldest === undefined || this.#handles.size < this.#most) return;
    const [file, handle] = oldest;
    this.#handles.delete(file);
    await handle.close().catch((cause: unknown) => {
      throw ioError('write', file.place.path, cause);
    });
  }

  /** Closes all. Never rejects. */
  async closeAll(): Promise<void> {
    for (const [file, handle] of [...this.#handles]) {
      this.#handles.delete(file);
      await handle.close().catch(() => undefined);
    }
  }
}
