import { isMillraceError, MillraceError } from '../../../core/errors.ts';
import type { Batch, BatchOrigin, Origin } from '../../../interfaces/batch.ts';

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
    if (!isMillraceError(error) || typeof error.details.index !== 'number') return error;
    const origin = this.#at(error.details.index);
    if (origin === undefined) return error;
    const { index: _, ...details } = error.details;
    const { cause, code, hint, message, retryable } = error;
    return new MillraceError(code, message, {
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
