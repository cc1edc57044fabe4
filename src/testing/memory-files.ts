import { MillraceError } from '../core/errors.ts';
import type { KeptFile, NodeFiles } from '../interfaces/checkpoint.ts';
import { MemoryFile } from './memory-file.ts';

/** The files of one node in memory, as a store of checkpoints would keep them over its runs. */
export class MemoryFiles implements NodeFiles {
  readonly #files = new Map<string, MemoryFile>();
  readonly #live = new Set<string>();

  /** The names of those that the next checkpoint would have. */
  get live(): readonly string[] {
    return [...this.#live];
  }

  async create(): Promise<KeptFile> {
    const file = new MemoryFile(`file-${this.#files.size + 1}`);
    this.#files.set(file.name, file);
    this.#live.add(file.name);
    return file;
  }

  retain(name: string): void {
    this.#live.add(name);
  }

  async open(name: string): Promise<KeptFile> {
    const found = this.#files.get(name);
    if (found !== undefined) return found.reopened();
    throw new MillraceError('ERR_NOT_FOUND', `Cannot open the file ${name}: it does not exist`);
  }

  drop(name: string): void {
    this.#live.delete(name);
  }
}
