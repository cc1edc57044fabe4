import { z } from 'zod';
import { changedError, checkedPosition } from '../../core/changed-error.ts';

const CountSchema = z.strictObject({ records: z.number().int().min(0) });

/** How many records of an input the graph has: where its reader stands. */
export class CountedStanding {
  readonly label: string;
  #records: number;

  /** @throws MillraceError `ERR_CHANGED` when `from` is no position of such a reader. */
  constructor(label: string, from: unknown) {
    this.label = label;
    this.#records = from === undefined ? 0 : checkedPosition(CountSchema, from, label).records;
  }

  get records(): number {
    return this.#records;
  }

  add(records: number): void {
    this.#records += records;
  }

  position(): z.output<typeof CountSchema> {
    return { records: this.#records };
  }

  /** The error for an input that has `left` records less than were read of it. */
  endsBefore(left: number): Error {
    return changedError(
      this.label,
      `it has ${this.#records - left} records, and ${this.#records} were read of it`,
      'Give the same records again, or start afresh without the checkpoint.',
    );
  }
}
