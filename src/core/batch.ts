import type { Batch, BatchOrigin, Origin } from '../interfaces/batch.ts';

/** Records a batch holds when nothing else decides, e.g. when it is filled from an iterable. */
export const BATCH_SIZE = 1024;

export function batch<T>(records: readonly T[], origin: BatchOrigin): Batch<T> {
  return { kind: 'batch', records, origin };
}

/** Records in arrays of at most {@link BATCH_SIZE}. */
export function* batched<T>(records: Iterable<T>): Generator<T[]> {
  let gathered: T[] = [];
  for (const record of records) {
    gathered.push(record);
    if (gathered.length < BATCH_SIZE) continue;
    yield gathered;
    gathered = [];
  }
  if (gathered.length > 0) yield gathered;
}

/** Provenance of records that have no more than a running number. */
export class CountedOrigin implements BatchOrigin {
  readonly source: string;
  readonly #first: number;

  /** `first` is the number of the batch's first record, counted from 1. */
  constructor(source: string, first: number) {
    this.source = source;
    this.#first = first;
  }

  at(index: number): Origin {
    return { source: this.source, record: this.#first + index };
  }
}

/** An origin without what has to be looked for in the text. */
export function briefOrigin(of: BatchOrigin, index: number): Origin {
  return of.brief === undefined ? of.at(index) : of.brief(index);
}

/** Provenance of a batch whose record `i` was made from record `indices[i]` of another. */
export class PickedOrigin implements BatchOrigin {
  readonly source: string;
  readonly #of: BatchOrigin;
  readonly #indices: readonly number[];

  constructor(of: BatchOrigin, indices: readonly number[]) {
    this.source = of.source;
    this.#of = of;
    this.#indices = indices;
  }

  at(index: number): Origin {
    return this.#of.at(this.#indices[index] ?? 0);
  }

  brief(index: number): Origin {
    return briefOrigin(this.#of, this.#indices[index] ?? 0);
  }

  raw(index: number): string | undefined {
    return this.#of.raw?.(this.#indices[index] ?? 0);
  }
}

/** Provenance of a batch that was gathered record by record from several. */
export class GatheredOrigin implements BatchOrigin {
  readonly source: string;
  readonly #of: readonly BatchOrigin[];
  readonly #indices: readonly number[];

  constructor(of: readonly BatchOrigin[], indices: readonly number[]) {
    this.source = of[0]?.source ?? '';
    this.#of = of;
    this.#indices = indices;
  }

  at(index: number): Origin {
    return this.#of[index]!.at(this.#indices[index]!);
  }

  brief(index: number): Origin {
    return briefOrigin(this.#of[index]!, this.#indices[index]!);
  }

  raw(index: number): string | undefined {
    return this.#of[index]!.raw?.(this.#indices[index]!);
  }
}

/** Provenance of a record by itself, of which no more is known than this. */
export class KnownOrigin implements BatchOrigin {
  readonly #origin: Origin;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  get source(): string {
    return this.#origin.source;
  }

  at(): Origin {
    return this.#origin;
  }
}

/** Provenance with more to it that is the same for all records. */
export class MarkedOrigin implements BatchOrigin {
  readonly #of: BatchOrigin;
  readonly #marks: Partial<Origin>;

  constructor(of: BatchOrigin, marks: Partial<Origin>) {
    this.#of = of;
    this.#marks = marks;
  }

  get source(): string {
    return this.#of.source;
  }

  at(index: number): Origin {
    return { ...this.#of.at(index), ...this.#marks };
  }

  brief(index: number): Origin {
    return { ...briefOrigin(this.#of, index), ...this.#marks };
  }

  raw(index: number): string | undefined {
    return this.#of.raw?.(index);
  }
}

/** The origin in words: `orders.csv line 12 (record 10, byte 3400)`. */
export function formatOrigin(origin: Origin): string {
  const where = origin.file ?? origin.source;
  if (origin.line === undefined) return `${where} record ${origin.record}`;
  const byte = origin.byte === undefined ? '' : `, byte ${origin.byte}`;
  return `${where} line ${origin.line} (record ${origin.record}${byte})`;
}
