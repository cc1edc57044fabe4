import { type FileHandle, open, rename } from 'node:fs/promises';

const BUFFER = 256 * 1024;

/** Lines gathered and written one write behind, synced and renamed at the end, as millrace does. */
export class LineFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #gathered = '';
  #writing: Promise<unknown> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<LineFile> {
    return new LineFile(path, await open(`${path}.partial`, 'w'));
  }

  /** A promise means: wait. */
  add(lines: string): Promise<void> | undefined {
    this.#gathered += lines;
    return this.#gathered.length < BUFFER ? undefined : this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#file.sync();
    await this.#file.close();
    await rename(`${this.#path}.partial`, this.#path);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    this.#writing = this.#file.write(this.#gathered);
    this.#gathered = '';
  }
}
