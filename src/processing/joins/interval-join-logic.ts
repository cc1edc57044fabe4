import { refusePromise } from '../../core/thenable.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import { keyId } from '../operators/key-id.ts';
import { type JoinKind, tooManyRows, unpaired } from './join-kinds.ts';
import type { Sided } from './sided.ts';
import { HELD_HINT, lateError } from './timed-join-options.ts';
import { type Held, TimedSide } from './timed-side.ts';

export interface IntervalJoinSpec {
  readonly on: readonly [(record: unknown) => unknown, (record: unknown) => unknown];
  readonly times: readonly [(record: unknown) => number, (record: unknown) => number];
  /** Milliseconds from a left record to the first and the last right one that it meets. */
  readonly from: number;
  readonly to: number;
  readonly kind: JoinKind;
  readonly merge: (left: unknown, right: unknown) => unknown;
  readonly maxRows: number;
}

interface Sides {
  readonly left: TimedSide;
  readonly right: TimedSide;
}

/** What is past is looked for so often while event time goes on by the length of the interval. */
const SWEEPS = 8;

/** Holds records of both sides until event time has passed all that they could meet. */
export class IntervalJoinLogic<B> implements SyncLogic<Sided, B> {
  readonly #spec: IntervalJoinSpec;
  readonly #keys = new Map<unknown, Sides>();
  /** Where nobody is met: `null` and `undefined` equal nothing. */
  readonly #keyless: Sides = { left: new TimedSide(), right: new TimedSide() };
  readonly #sweepEvery: number;
  readonly #keeps: { readonly left: boolean; readonly right: boolean };
  #rows = 0;
  #time = Number.NEGATIVE_INFINITY;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(spec: IntervalJoinSpec) {
    this.#spec = spec;
    this.#sweepEvery = Math.max(1, (spec.to - spec.from) / SWEEPS);
    const { left, right } = unpaired(spec.kind);
    this.#keeps = { left: left || spec.kind === 'anti', right };
  }

  push({ left, record }: Sided, emit: Emit<B>): Iterable<B> | undefined {
    const { on, times, from, to, maxRows } = this.#spec;
    const side = left ? 0 : 1;
    const time = times[side](record);
    if (time < this.#time) throw lateError(time, this.#time);
    const key = on[side](record);
    const id = key === null || key === undefined ? undefined : keyId(key);
    if (this.#rows === maxRows) throw tooManyRows('intervalJoin', maxRows, HELD_HINT);
    const sides = id === undefined ? this.#keyless : this.#sidesOf(id);
    const held: Held = { record, time, found: false };
    const partners =
      id === undefined
        ? []
        : left
          ? sides.right.between(time + from, time + to)
          : sides.left.between(time - to, time - from);
    const made = this.#meet(held, left, partners);
    (left ? sides.left : sides.right).add(held);
    this.#rows++;
    for (const one of made) emit(one);
    return undefined;
  }

  #sidesOf(id: unknown): Sides {
    let sides = this.#keys.get(id);
    if (sides === undefined) {
      sides = { left: new TimedSide(), right: new TimedSide() };
      this.#keys.set(id, sides);
    }
    return sides;
  }

  #meet(held: Held, left: boolean, partners: readonly Held[]): readonly B[] {
    const { kind } = this.#spec;
    let made: readonly B[];
    if (kind === 'anti') made = [];
    else if (kind === 'semi') {
      const met = left ? partners.slice(0, 1).map(() => held) : partners.filter(({ found }) => !found);
      made = met.map(({ record }) => record as B);
    } else {
      made = partners.map((partner) =>
        left ? this.#merged(held.record, partner.record) : this.#merged(partner.record, held.record),
      );
    }
    for (const partner of partners) partner.found = true;
    held.found = partners.length > 0;
    return made;
  }

  #merged(left: unknown, right: unknown): B {
    const merged = this.#spec.merge(left, right);
    refusePromise(merged, 'Give intervalJoin() a synchronous merge.');
    return merged as B;
  }

  watermark(time: number): Iterable<B> | undefined {
    this.#time = time;
    if (time - this.#swept < this.#sweepEvery) return undefined;
    this.#swept = time;
    return this.#sweep(time);
  }

  end(): Iterable<B> {
    return this.#sweep(Number.POSITIVE_INFINITY);
  }

  /** Drops what can meet nobody who comes at `time` or later. */
  *#sweep(time: number): Generator<B> {
    for (const [id, sides] of this.#keys) {
      yield* this.#drop(sides, time);
      if (sides.left.all.length === 0 && sides.right.all.length === 0) this.#keys.delete(id);
    }
    yield* this.#drop(this.#keyless, time);
  }

  *#drop({ left, right }: Sides, time: number): Generator<B> {
    const { from, to, kind } = this.#spec;
    const lefts = left.dropBefore(time - to);
    const rights = right.dropBefore(time + from);
    this.#rows -= lefts.length + rights.length;
    if (this.#keeps.left) {
      for (const { found, record } of lefts) {
        if (!found) yield kind === 'anti' ? (record as B) : this.#merged(record, undefined);
      }
    }
    if (this.#keeps.right) {
      for (const { found, record } of rights) if (!found) yield this.#merged(undefined, record);
    }
  }

  snapshot(): unknown {
    const plain = ({ left, right }: Sides) => ({ left: left.all, right: right.all });
    const keys = [...this.#keys].map(([id, sides]) => [id, plain(sides)]);
    return { time: this.#time, swept: this.#swept, keys, keyless: plain(this.#keyless) };
  }

  restore(state: unknown): void {
    type Plain = { readonly left: readonly Held[]; readonly right: readonly Held[] };
    const { time, swept, keys, keyless } = state as {
      readonly time: number;
      readonly swept: number;
      readonly keys: readonly (readonly [unknown, Plain])[];
      readonly keyless: Plain;
    };
    this.#time = time;
    this.#swept = swept;
    const fill = (sides: Sides, { left, right }: Plain) => {
      for (const held of left) sides.left.add({ ...held });
      for (const held of right) sides.right.add({ ...held });
      this.#rows += left.length + right.length;
    };
    for (const [id, plain] of keys) fill(this.#sidesOf(id), plain);
    fill(this.#keyless, keyless);
  }

  close(): void {
    this.#keys.clear();
  }
}
