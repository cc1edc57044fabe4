import { hashValue } from '../../processing/operators/aggregates/hash-value.ts';
import { addHash, type Estimate, estimated } from '../../processing/operators/aggregates/hyper-log-log.ts';

/** How many different values are shown. */
const SAMPLES = 3;

/** What is known of one column. */
export interface ColumnSummary {
  readonly name: string;
  /** Values that are there: neither null nor missing nor text without a character. */
  readonly count: number;
  readonly empty: number;
  /** How many different ones there are; within 0.8 % above 512. */
  readonly distinct: number;
  /** Of numbers by what they are worth, of text by its characters; null where there is neither. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** Of the numbers among them. */
  readonly mean: number | null;
  readonly samples: readonly unknown[];
}

/** Gathers what there is to say of one column, in bounded memory. */
export class ColumnProfile {
  readonly #name: string;
  #count = 0;
  #distinct: Estimate = new Set();
  readonly #samples = new Set<unknown>();
  #numbers = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  #first: string | undefined;
  #last: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  add(value: unknown): void {
    if (value === null || value === undefined || value === '') return;
    this.#count++;
    if (typeof value === 'number' || typeof value === 'bigint') this.#number(Number(value));
    else if (typeof value === 'string') this.#text(value);
    const plain = typeof value === 'object' ? JSON.stringify(value) : value;
    this.#distinct = addHash(this.#distinct, hashValue(plain));
    if (this.#samples.size < SAMPLES) this.#samples.add(plain);
  }

  /** `records`: how many there were in all; in those that never named the column it is empty. */
  summary(records: number): ColumnSummary {
    const ofNumbers = this.#numbers > 0;
    return {
      name: this.#name,
      count: this.#count,
      empty: records - this.#count,
      distinct: estimated(this.#distinct),
      min: ofNumbers ? this.#least : (this.#first ?? null),
      max: ofNumbers ? this.#most : (this.#last ?? null),
      mean: ofNumbers ? this.#sum / this.#numbers : null,
      samples: [...this.#samples],
    };
  }

  #number(value: number): void {
    this.#numbers++;
    this.#sum += value;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  #text(value: string): void {
    if (this.#first === undefined || value < this.#first) this.#first = value;
    if (this.#last === undefined || value > this.#last) this.#last = value;
  }
}

/** The profiles of all columns, in the order in which they come. Records that are no objects are one column, `value`. */
export class RecordProfile {
  readonly #columns = new Map<string, ColumnProfile>();
  #records = 0;

  get records(): number {
    return this.#records;
  }

  add(record: unknown): void {
    this.#records++;
    if (typeof record !== 'object' || record === null) this.#column('value').add(record);
    else for (const [name, value] of Object.entries(record)) this.#column(name).add(value);
  }

  /** Makes a column known that may never have a value. */
  names(names: readonly string[]): void {
    for (const name of names) this.#column(name);
  }

  summary(): readonly ColumnSummary[] {
    return [...this.#columns.values()].map((column) => column.summary(this.#records));
  }

  #column(name: string): ColumnProfile {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const column = new ColumnProfile(name);
    this.#columns.set(name, column);
    return column;
  }
}
