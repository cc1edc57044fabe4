import type { BatchOrigin, Origin } from '../../../interfaces/batch.ts';

export interface RowPlace {
  readonly source: string;
  readonly file?: string | undefined;
  /** Number of the batch's first row within the file, counted from 1. */
  readonly first: number;
}

/** Provenance of rows of a file that has no lines: their running numbers. */
export class RowOrigin implements BatchOrigin {
  readonly source: string;
  readonly #file: string | undefined;
  readonly #first: number;

  constructor({ source, file, first }: RowPlace) {
    this.source = source;
    this.#file = file;
    this.#first = first;
  }

  at(index: number): Origin {
    const record = this.#first + index;
    return { source: this.source, record, ...(this.#file === undefined ? {} : { file: this.#file }) };
  }
}
