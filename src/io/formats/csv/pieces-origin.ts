import { briefOrigin } from '../../../core/batch.ts';
import type { BatchOrigin, Origin } from '../../../interfaces/batch.ts';

/** The origin of a part of a batch, and how many records of the batch come before it. */
export interface OriginPart {
  readonly before: number;
  readonly origin: BatchOrigin;
}

/** Provenance of a batch whose records lie in several pieces of a file. */
export class PiecesOrigin implements BatchOrigin {
  readonly source: string;
  readonly #parts: readonly OriginPart[];

  constructor(source: string, parts: readonly OriginPart[]) {
    this.source = source;
    this.#parts = parts;
  }

  at(index: number): Origin {
    const { before, origin } = this.#part(index);
    return origin.at(index - before);
  }

  brief(index: number): Origin {
    const { before, origin } = this.#part(index);
    return briefOrigin(origin, index - before);
  }

  raw(index: number): string | undefined {
    const { before, origin } = this.#part(index);
    return origin.raw?.(index - before);
  }

  #part(index: number): OriginPart {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#parts[middle]!.before <= index) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low]!;
  }
}
