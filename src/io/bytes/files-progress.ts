import { changedError, checkedPosition } from '../../core/changed-error.ts';
import {
  type FilePosition,
  type FilesPosition,
  FilesPositionSchema,
  type Standing,
} from './file-position.ts';
import { type InputFile, inputName } from './paths.ts';

/** A file that is being read, as its reader tells of it. */
export interface FileWork {
  /** Where to begin in it; absent for its beginning. */
  readonly from: FilePosition | undefined;
  /** Takes what says where reading it stands, and what emits at once the records that are held. */
  stands(standing: () => Standing, emitHeld: () => void): void;
}

/** Which files are done, and where reading stands in the one that is in work. */
export class FilesProgress {
  readonly #label: string;
  readonly #from: FilesPosition | undefined;
  /** What says how old files may be. */
  readonly #since: Pick<FilesPosition, 'since'>;
  #files: readonly string[] | undefined;
  #done = 0;
  #occurrences: readonly number[] = [];
  #standing: (() => Standing) | undefined;
  #emitHeld: (() => void) | undefined;

  /**
   * `from` may be a time where `timed`.
   *
   * @throws MillraceError `ERR_CHANGED` when it is none, and no position of a reader of files.
   */
  constructor(label: string, from: unknown, timed = false) {
    this.#label = label;
    const time = timed && from instanceof Date ? from.getTime() : undefined;
    if (from !== undefined && time === undefined) {
      this.#from = checkedPosition(FilesPositionSchema, from, label);
    }
    const since = time ?? this.#from?.since;
    this.#since = since === undefined ? {} : { since };
  }

  /** How often each file was read to its end: it may be gone by now. */
  get finished(): ReadonlyMap<string, number> {
    const { files = [], done = 0 } = this.#from ?? {};
    return counted(files.slice(0, done));
  }

  /** Without those that are too old; one that was to be read already stays so. */
  young(found: readonly InputFile[]): readonly InputFile[] {
    const { since = Number.NEGATIVE_INFINITY } = this.#since;
    const known = new Set(this.#from?.files);
    return found.filter((file) => known.has(inputName(file)) || (file.modified ?? since) >= since);
  }

  /**
   * The files that are left, of those that are there now: the one in work first, then all others in their order, those
   * too that were not there before.
   *
   * @throws MillraceError `ERR_CHANGED` when one is gone that is not done.
   */
  begin(found: readonly InputFile[]): readonly InputFile[] {
    const from = this.#from;
    const finished = new Map(this.finished);
    const left = found.filter((file) => !taken(finished, inputName(file)));
    const before = from?.files.slice(from.done) ?? [];
    const there = counted(left.map(inputName));
    const gone = before.find((name) => !taken(there, name));
    if (gone !== undefined) {
      throw changedError(
        this.#label,
        `${gone} is gone, and was not read to its end`,
        'Put the file back, or start afresh without the checkpoint.',
        { file: gone },
      );
    }
    if (from?.file !== undefined) {
      const at = left.findIndex((file) => inputName(file) === before[0]);
      left.unshift(...left.splice(at, 1));
    }
    this.#done = from?.done ?? 0;
    this.#files = [...(from?.files.slice(0, from.done) ?? []), ...left.map(inputName)];
    const seen = new Map(this.finished);
    this.#occurrences = left.map((file) => {
      const name = inputName(file);
      const occurrence = (seen.get(name) ?? 0) + 1;
      seen.set(name, occurrence);
      return occurrence;
    });
    return left;
  }

  /** Bytes of these files that no run has taken yet. */
  left(files: readonly InputFile[]): number {
    const [first, ...others] = files.map(({ bytes }) => bytes);
    const taken = this.#from?.file?.taken ?? 0;
    return others.reduce((sum, bytes) => sum + bytes, Math.max(0, (first ?? 0) - taken));
  }

  /** The file at `index` of those that are left is begun. */
  work(index: number): FileWork {
    this.#standing = undefined;
    this.#emitHeld = undefined;
    return {
      from: index === 0 ? this.#from?.file : undefined,
      stands: (standing, emitHeld) => {
        this.#standing = standing;
        this.#emitHeld = emitHeld;
      },
    };
  }

  /** Which of its name the file at `index` of those that are left is, of all, counted from 1. */
  occurrence(index: number): number {
    return this.#occurrences[index]!;
  }

  /** The file in work is done. */
  end(): void {
    this.#standing = undefined;
    this.#emitHeld = undefined;
    this.#done++;
  }

  emitHeld(): void {
    this.#emitHeld?.();
  }

  /** Where reading stands; `undefined` while that cannot be told. */
  position(): FilesPosition | undefined {
    const files = this.#files;
    if (files === undefined) return this.#from ?? { files: [], done: 0, ...this.#since };
    const standing = this.#standing?.() ?? (this.#standing === undefined ? 'beginning' : undefined);
    if (standing === undefined) return undefined;
    const done = standing === 'end' ? this.#done + 1 : this.#done;
    return { files, done, ...(typeof standing === 'object' && { file: standing }), ...this.#since };
  }
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Whether there was one of this name, which is no more. */
function taken(counts: Map<string, number>, name: string): boolean {
  const count = counts.get(name) ?? 0;
  if (count === 0) return false;
  counts.set(name, count - 1);
  return true;
}
