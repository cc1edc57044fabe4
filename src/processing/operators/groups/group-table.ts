import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { isFieldAggregate, type NumberColumns } from '../aggregates/field-aggregate.ts';
import { keyId } from '../key-id.ts';

/** An aggregate's numbers: from which place in those of a group on. */
export interface Placed {
  readonly place: number;
  readonly columns: NumberColumns<unknown>;
  readonly first: number;
}

/** What a table remembers, as plain data: copies, but for the accumulators among `objects`. */
export interface TableState {
  readonly keys: readonly unknown[];
  /** How many numbers each aggregate has, in their order; 0 for one that is not made of numbers. */
  readonly layout: readonly number[];
  readonly numbers: Float64Array;
  /** Accumulators that are not made of numbers (yet), each with its place. */
  readonly objects: readonly (readonly [place: number, state: unknown])[];
}

/**
 * The accumulators of each key. Numbers lie side by side in one array, so that a record touches one place in memory and
 * nothing is left for the collector; others, and those that are not made of numbers (yet), lie in `objects`, and then
 * the first of their numbers is `NaN`.
 */
export class GroupTable {
  /** The number of each group, by the identity of its key, in the order in which they came. */
  readonly ids = new Map<unknown, number>();
  readonly keys: unknown[] = [];
  numbers: Float64Array;
  readonly objects: unknown[] = [];
  /** How many numbers a group has. */
  readonly width: number;
  readonly placed: readonly Placed[];
  readonly aggregates: readonly Aggregate<unknown, unknown>[];
  readonly #maxKeys: number;

  constructor(aggregates: readonly Aggregate<unknown, unknown>[], maxKeys: number) {
    let width = 0;
    const placed: Placed[] = [];
    for (const [place, aggregate] of aggregates.entries()) {
      if (!isFieldAggregate(aggregate) || aggregate.columns === undefined) continue;
      placed.push({ place, columns: aggregate.columns, first: width });
      width += aggregate.columns.width;
    }
    this.aggregates = aggregates;
    this.placed = placed;
    this.width = width;
    this.numbers = new Float64Array(16 * width);
    this.#maxKeys = maxKeys;
  }

  /**
   * Accumulators for a key that is new.
   *
   * @throws MillraceError `ERR_LIMIT` when there is no room for it.
   */
  fresh(key: unknown): unknown[] {
    this.#checkRoom(key);
    return this.aggregates.map((aggregate) => aggregate.create());
  }

  append(id: unknown, key: unknown, states: readonly unknown[]): void {
    this.write(this.#open(id, key), states);
  }

  /**
   * A group for a key that is new, all of whose accumulators the caller fills with numbers.
   *
   * @throws MillraceError `ERR_LIMIT` when there is no room for it.
   */
  begin(id: unknown, key: unknown): number {
    this.#checkRoom(key);
    return this.#open(id, key);
  }

  #open(id: unknown, key: unknown): number {
    const group = this.keys.length;
    if (this.width * (group + 1) > this.numbers.length) this.#grow();
    for (let place = 0; place < this.aggregates.length; place++) this.objects.push(undefined);
    this.keys.push(key);
    this.ids.set(id, group);
    return group;
  }

  #checkRoom(key: unknown): void {
    if (this.keys.length >= this.#maxKeys) throw tooManyKeys(key, this.#maxKeys);
  }

  #grow(): void {
    const grown = new Float64Array(this.numbers.length * 2);
    grown.set(this.numbers);
    this.numbers = grown;
  }

  /** The accumulators of a group: those made of numbers are copies. */
  read(group: number): unknown[] {
    const { numbers, objects, width, placed, aggregates } = this;
    const from = group * aggregates.length;
    const states = objects.slice(from, from + aggregates.length);
    for (const { place, columns, first } of placed) {
      const at = group * width + first;
      if (!Number.isNaN(numbers[at])) states[place] = columns.unpack(numbers, at);
    }
    return states;
  }

  write(group: number, states: readonly unknown[]): void {
    const { numbers, objects, width, placed, aggregates } = this;
    const from = group * aggregates.length;
    for (let place = 0; place < aggregates.length; place++) objects[from + place] = states[place];
    for (const { place, columns, first } of placed) {
      const at = group * width + first;
      if (columns.pack(states[place], numbers, at)) objects[from + place] = undefined;
      else numbers[at] = Number.NaN;
    }
  }

  snapshot(): TableState {
    const objects: [number, unknown][] = [];
    for (let place = 0; place < this.objects.length; place++) {
      if (this.objects[place] !== undefined) objects.push([place, this.objects[place]]);
    }
    const numbers = this.numbers.slice(0, this.keys.length * this.width);
    return { keys: this.keys.slice(), layout: this.#layout, numbers, objects };
  }

  restore({ keys, layout, numbers, objects }: TableState): void {
    if (layout.join() !== this.#layout.join()) throw otherLayout();
    for (const key of keys) this.#open(keyId(key), key);
    this.numbers.set(numbers);
    for (const [place, state] of objects) this.objects[place] = state;
  }

  get #layout(): readonly number[] {
    const placed = new Map(this.placed.map(({ place, columns }) => [place, columns.width]));
    return this.aggregates.map((_aggregate, place) => placed.get(place) ?? 0);
  }
}

function otherLayout(): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT',
    'the accumulators in the checkpoint are of other aggregates, or of another version of them',
    { hint: 'Let its state go (allowDroppedState), or begin anew (fresh: true).' },
  );
}

/** The error for a key more than may be kept. */
export function tooManyKeys(key: unknown, maxKeys: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `the key ${showValue(key)} is new, and there are ${maxKeys} already`,
    {
      hint: 'Raise maxKeys if memory allows it, key by something coarser, or work in windows, which end.',
      details: { maxKeys },
    },
  );
}
