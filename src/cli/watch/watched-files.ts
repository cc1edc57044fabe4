import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps: how long nothing has to happen, in milliseconds. */
const SETTLE_MS = 100;

/**
 * Files, and when what is in them changes. Their folders are watched, so that a file may be replaced, go, and come
 * again; a file that was only touched has not changed.
 */
export class WatchedFiles {
  readonly #changed: (paths: readonly string[]) => void;
  /** What was in each, when it was looked at last. */
  readonly #hashes = new Map<string, string>();
  readonly #folders = new Map<string, FSWatcher>();
  readonly #suspects = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(changed: (paths: readonly string[]) => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#hashes.size;
  }

  add(path: string): void {
    if (this.#hashes.has(path)) return;
    this.#hashes.set(path, hashOf(path));
    const folder = dirname(path);
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => this.#suspect(folder, name));
      watcher.on('error', () => this.#forget(folder));
      this.#folders.set(folder, watcher);
    } catch {
      // A folder that is not there can have no changes that anybody could wait for.
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }

  /** Some systems do not say which file it is. */
  #suspect(folder: string, name: string | null): void {
    for (const path of this.#hashes.keys()) {
      if (dirname(path) === folder && (name === null || basename(path) === name)) this.#suspects.add(path);
    }
    if (this.#suspects.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), SETTLE_MS);
  }

  #look(): void {
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    const changed = suspects.filter((path) => {
      const hash = hashOf(path);
      if (hash === this.#hashes.get(path)) return false;
      this.#hashes.set(path, hash);
      return true;
    });
    if (changed.length > 0) this.#changed(changed);
  }
}

function hashOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64');
  } catch {
    return 'not there';
  }
}
