import { MillraceError } from '../core/errors.ts';
import type {
  CheckpointSession,
  CheckpointStore,
  CheckpointView,
  KeptFile,
} from '../interfaces/checkpoint.ts';
import { MemoryFile } from './memory-file.ts';

/** How a store in memory keeps checkpoints. */
export interface MemoryStoreOptions {
  /** How many checkpoints of a pipeline stay: the newest and those before it. @default 3 */
  readonly keep?: number;
}

interface Kept {
  readonly time: number;
  readonly bytes: Uint8Array;
}

interface Shelf {
  readonly kept: Map<number, Kept>;
  readonly files: Map<string, MemoryFile>;
  newest: number;
  /** When it was opened, while it is. */
  since: number | undefined;
}

/**
 * Keeps checkpoints in memory, for tests: what one run has written the next finds in the same store. It behaves as the
 * other stores do, with the lock, but survives nothing.
 *
 * @example
 * ```ts
 * import { memoryStore } from 'millrace/testing';
 *
 * const store = memoryStore();
 * const session = await store.open({ pipeline: 'orders' });
 * await session.write(1, [Buffer.from('a checkpoint')]);
 * await session.close();
 * console.log(await (await store.inspect({ pipeline: 'orders' })).list());
 * ```
 */
export function memoryStore({ keep = 3 }: MemoryStoreOptions = {}): CheckpointStore {
  const label = 'memory';
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot use the options of ${label}: keep: ${keep} is no number from 1`,
    );
  }
  const shelves = new Map<string, Shelf>();
  return Object.freeze<CheckpointStore>({
    label,
    async open({ pipeline }) {
      const shelf: Shelf = shelves.get(pipeline) ?? {
        kept: new Map(),
        files: new Map(),
        newest: 0,
        since: undefined,
      };
      shelves.set(pipeline, shelf);
      if (shelf.since !== undefined) throw inUse(pipeline, shelf.since);
      shelf.since = Date.now();
      return new MemorySession(label, shelf, keep);
    },
    inspect: async ({ pipeline }) => new MemoryView(label, () => shelves.get(pipeline)),
    pipelines: async () => [...shelves].flatMap(([name, { kept }]) => (kept.size > 0 ? [name] : [])).sort(),
  });
}

function inUse(pipeline: string, opened: number): MillraceError {
  const since = new Date(opened).toISOString();
  return new MillraceError(
    'ERR_LOCKED',
    `Cannot open the checkpoints of "${pipeline}" in memory: process ${process.pid}, this one, has had them open since ${since}`,
    { hint: 'Close the session before.', details: { pid: process.pid, since } },
  );
}

class MemoryView implements CheckpointView {
  readonly label: string;
  readonly #shelf: () => Shelf | undefined;

  constructor(label: string, shelf: () => Shelf | undefined) {
    this.label = label;
    this.#shelf = shelf;
  }

  async list() {
    const kept = [...(this.#shelf()?.kept ?? [])];
    return kept
      .map(([id, { time, bytes }]) => ({ id, time, bytes: bytes.length }))
      .sort((a, b) => b.id - a.id);
  }

  async read(id: number): Promise<Uint8Array> {
    const found = this.#shelf()?.kept.get(id);
    if (found !== undefined) return found.bytes.slice();
    throw new MillraceError(
      'ERR_NOT_FOUND',
      `Cannot read checkpoint ${id} in ${this.label}: it does not exist`,
      {
        hint: 'Look at what the store lists.',
      },
    );
  }

  async files(): Promise<readonly string[]> {
    return [...(this.#shelf()?.files.keys() ?? [])];
  }

  async openFile(name: string): Promise<KeptFile> {
    const found = this.#shelf()?.files.get(name);
    if (found !== undefined) return found.reopened();
    throw new MillraceError(
      'ERR_NOT_FOUND',
      `Cannot open the file ${name} in ${this.label}: it does not exist`,
      { hint: 'Look at what files() lists.' },
    );
  }
}

class MemorySession extends MemoryView implements CheckpointSession {
  readonly #shelf: Shelf;
  readonly #keep: number;
  #closed = false;

  constructor(label: string, shelf: Shelf, keep: number) {
    super(label, () => shelf);
    this.#shelf = shelf;
    this.#keep = keep;
  }

  override async list() {
    this.#checkOpen();
    return super.list();
  }

  override async read(id: number): Promise<Uint8Array> {
    this.#checkOpen();
    return super.read(id);
  }

  async write(id: number, chunks: Iterable<Uint8Array>): Promise<void> {
    this.#checkOpen();
    const { kept, newest } = this.#shelf;
    if (!Number.isSafeInteger(id) || id <= newest) {
      throw new MillraceError(
        'ERR_CHECKPOINT',
        `Cannot write checkpoint ${id} in ${this.label}: the newest is ${newest}, and ids are whole numbers that increase`,
        { hint: 'Take an id that is larger than the first of list().' },
      );
    }
    const bytes = Uint8Array.from(Buffer.concat([...chunks]));
    kept.set(id, { time: Date.now(), bytes });
    this.#shelf.newest = id;
    for (const { id: old } of (await super.list()).slice(this.#keep)) kept.delete(old);
  }

  async remove(id: number): Promise<void> {
    this.#checkOpen();
    this.#shelf.kept.delete(id);
  }

  async createFile(name: string): Promise<KeptFile> {
    this.#checkOpen();
    const { files } = this.#shelf;
    if (!/^[A-Za-z0-9-]{1,64}$/.test(name) || files.has(name)) {
      const found = files.has(name) ? 'it is there already' : 'that is no name';
      throw new MillraceError(
        'ERR_CHECKPOINT',
        `Cannot make the file ${JSON.stringify(name)} in ${this.label}: ${found}`,
        { hint: 'Take letters, digits and hyphens, and none that is there.' },
      );
    }
    const file = new MemoryFile(name);
    files.set(name, file);
    return file;
  }

  override async openFile(name: string): Promise<KeptFile> {
    this.#checkOpen();
    return super.openFile(name);
  }

  override async files(): Promise<readonly string[]> {
    this.#checkOpen();
    return super.files();
  }

  async removeFile(name: string): Promise<void> {
    this.#checkOpen();
    this.#shelf.files.delete(name);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#shelf.since = undefined;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new MillraceError('ERR_CHECKPOINT', `Cannot use checkpoints in ${this.label}: they are closed`, {
      hint: 'Open the store again.',
    });
  }
}
