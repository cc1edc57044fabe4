import { MillraceError } from '../../../core/errors.ts';
import type { Batch, BatchOrigin, Origin } from '../../../interfaces/batch.ts';
import { isOfRecord } from './refused-row.ts';

/** Where rows that are sent together came from. */
export class GatheredRows {
  readonly #parts: { readonly origin: BatchOrigin; readonly first: number }[] = [];
  #rows = 0;

  add({ origin, records }: Batch<unknown>): void {
    if (records.length > 0) this.#parts.push({ origin, first: this.#rows });
    this.#rows += records.length;
  }

  /** The error for what was sent, with the origin of the record that it is about. */
  named(error: unknown): unknown {
    if (!isOfRecord(error)) return error;
    const { index, ...details } = error.details;
    const known = typeof index === 'number';
    const origin = this.#at(known ? index : 0);
    if (origin === undefined) return error;
    const { cause, code, hint, retryable } = error;
    const among = known ? '' : ` (in one of the ${this.#rows} records from this one on)`;
    return new MillraceError(code, error.message + among, {
      cause,
      retryable,
      origin,
      details,
      ...(hint !== undefined && { hint }),
    });
  }

  #at(index: number): Origin | undefined {
    if (index >= this.#rows) return undefined;
    const part = this.#parts.findLast(({ first }) => first <= index);
    return part?.origin.at(index - part.first);
  }
}
