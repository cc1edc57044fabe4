import { createHash } from 'node:crypto';
import { MillraceError } from '../../core/errors.ts';
import type { OperatorContext } from '../../interfaces/operator.ts';

/** Digits of what is the same for all records of a file: 96 bits, by which even of a milliard files no two are alike. */
const DIGITS = 24;

/** The record of a reader that came last. */
interface Place {
  readonly file: string | undefined;
  readonly occurrence: number | undefined;
  /** What all ids of its file begin with. */
  readonly begin: string;
  record: number;
  /** How many have come of it. */
  count: number;
}

type Kept = readonly [
  reader: string,
  file: string | undefined,
  occurrence: number | undefined,
  record: number,
  count: number,
];

/** Makes the ids of records, from where these came from. */
export class RecordIds {
  readonly #context: Pick<OperatorContext, 'pipeline' | 'node' | 'origin'>;
  readonly #places = new Map<string, Place>();
  #reader = '';
  #place: Place | undefined;
  #record = 0;

  constructor(context: Pick<OperatorContext, 'pipeline' | 'node' | 'origin'>) {
    this.#context = context;
  }

  /**
   * The id of the record in work; the same until it is taken.
   *
   * @throws MillraceError `ERR_CALLBACK` when nobody knows where it came from.
   */
  next(): string {
    const origin = this.#context.origin('brief');
    if (origin?.reader === undefined) throw unknownOrigin(this.#context.node);
    const { reader, file, occurrence, record } = origin;
    if (reader !== this.#reader) this.#place = this.#places.get(reader);
    if (this.#place === undefined || file !== this.#place.file || occurrence !== this.#place.occurrence) {
      this.#place = this.#placed([reader, file, occurrence, record, 0]);
    }
    this.#reader = reader;
    this.#record = record;
    const { begin, record: last, count } = this.#place;
    return record === last && count > 0 ? `${begin}-${record}-${count}` : `${begin}-${record}`;
  }

  /** The record has its id: the next one is another. */
  take(): void {
    const place = this.#place!;
    place.count = place.record === this.#record ? place.count + 1 : 1;
    place.record = this.#record;
  }

  #placed([reader, file, occurrence, record, count]: Kept): Place {
    const { pipeline, node } = this.#context;
    const source = JSON.stringify([pipeline, node, reader, file ?? null, occurrence ?? 1]);
    const begin = createHash('sha256').update(source).digest('hex').slice(0, DIGITS);
    const place = { file, occurrence, begin, record, count };
    this.#places.set(reader, place);
    return place;
  }

  snapshot(): unknown {
    return [...this.#places].map(
      ([reader, { file, occurrence, record, count }]): Kept => [reader, file, occurrence, record, count],
    );
  }

  restore(state: unknown): void {
    for (const kept of state as readonly Kept[]) this.#placed(kept);
  }
}

function unknownOrigin(node: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', 'nobody knows what the record was made of', {
    node,
    hint: 'An operator in front says origins: "kept", and emits when no record is in work: give ids in front of it.',
  });
}
