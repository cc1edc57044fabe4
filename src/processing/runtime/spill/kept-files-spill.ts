import type { PositionedFile } from '../../../core/positioned-file.ts';
import type { KeptFile, NodeFiles } from '../../../interfaces/checkpoint.ts';
import type { KeptSpill, Spill, SpillFile, SpillReader } from '../../../interfaces/memory.ts';
import { BlockFile, type SpillPlace } from './spill-file.ts';

/** Where state of one node goes in a run with checkpoints: to files beside those, for later runs to go on with. */
export class KeptFilesSpill implements Spill {
  readonly enabled: boolean;
  readonly outlives = true;
  readonly #files: NodeFiles;
  readonly #written: (bytes: number) => void;

  /** `written` hears of the bytes that go to the disk. */
  constructor(enabled: boolean, files: NodeFiles, written: (bytes: number) => void) {
    this.enabled = enabled;
    this.#files = files;
    this.#written = written;
  }

  async create(): Promise<SpillFile> {
    const file = await this.#files.create();
    return this.#block(placeOf(file.name, this.#files, async () => file));
  }

  reopen(kept: KeptSpill): SpillFile {
    const parts = kept.map(({ name, bytes }) => {
      this.#files.retain(name);
      return this.#block(
        placeOf(name, this.#files, () => this.#files.open(name)),
        bytes,
      );
    });
    return new PartedFile(parts, this);
  }

  #block(place: SpillPlace, bytes?: number): BlockFile {
    return new BlockFile(place, { written: this.#written, removed() {} }, bytes);
  }
}

function placeOf(name: string, files: NodeFiles, open: () => Promise<KeptFile>): SpillPlace {
  return {
    label: 'the store of the checkpoints',
    name: () => name,
    open: async () => handleOf(await open()),
    // An earlier checkpoint may have it: it goes when none has.
    remove: async () => files.drop(name),
  };
}

function handleOf(file: KeptFile): PositionedFile {
  return {
    async write(bytes, offset, length) {
      await file.append(bytes.subarray(offset, offset + length));
      return { bytesWritten: length };
    },
    async read(bytes, offset, length, position) {
      return { bytesRead: await file.read(bytes.subarray(offset, offset + length), position) };
    },
  };
}

/** What earlier runs have written, which never changes, and behind it what this one does. */
class PartedFile implements SpillFile {
  readonly #parts: SpillFile[];
  readonly #spill: Spill;
  #own: SpillFile | undefined;

  constructor(parts: readonly SpillFile[], spill: Spill) {
    this.#parts = [...parts];
    this.#spill = spill;
  }

  get bytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async write(block: Uint8Array): Promise<void> {
    if (this.#own === undefined) {
      this.#own = await this.#spill.create();
      this.#parts.push(this.#own);
    }
    await this.#own.write(block);
  }

  read(): SpillReader {
    const readers = this.#parts.map((part) => () => part.read());
    let reader: SpillReader | undefined;
    return {
      async next() {
        for (;;) {
          reader ??= readers.shift()?.();
          const block = await reader?.next();
          if (block !== undefined || reader === undefined) return block;
          reader = undefined;
        }
      },
    };
  }

  async keep(): Promise<KeptSpill> {
    return (await Promise.all(this.#parts.map((part) => part.keep()))).flat();
  }

  async remove(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.remove()));
  }
}
