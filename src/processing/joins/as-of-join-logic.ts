import { refusePromise } from '../../core/thenable.ts';
import type { SyncLogic } from '../../interfaces/operator.ts';
import { keyId } from '../operators/key-id.ts';
import { tooManyRows } from './join-kinds.ts';
import type { Sided } from './sided.ts';
import { HELD_HINT, lateError } from './timed-join-options.ts';
import { type Held, TimedSide } from './timed-side.ts';

export interface AsOfJoinSpec {
  readonly on: readonly [(record: unknown) => unknown, (record: unknown) => unknown];
  readonly times: readonly [(record: unknown) => number, (record: unknown) => number];
  readonly kind: 'left' | 'inner';
  /** Milliseconds that the right record may be older. */
  readonly tolerance: number;
  readonly merge: (left: unknown, right: unknown) => unknown;
  readonly maxRows: number;
}

/** A left record that waits for event time. */
interface Waiting extends Held {
  /** The identity of its key; absent where nothing can be its equal. */
  readonly id?: unknown;
}

interface AsOfState {
  readonly time: number;
  readonly swept: number;
  readonly waiting: readonly Waiting[];
  readonly rights: readonly (readonly [unknown, readonly Held[]])[];
}

/** Keys are looked through for what is past when there are twice as many records as after the last time. */
const SWEEP_FROM = 1024;

/** Holds left records until event time has passed them, and of the right ones those that are still to be asked for. */
export class AsOfJoinLogic<B> implements SyncLogic<Sided, B> {
  readonly #spec: AsOfJoinSpec;
  readonly #waiting = new TimedSide();
  readonly #rights = new Map<unknown, TimedSide>();
  #rows = 0;
  #time = Number.NEGATIVE_INFINITY;
  #sweepAt = SWEEP_FROM;

  constructor(spec: AsOfJoinSpec) {
    this.#spec = spec;
  }

  push({ left, record }: Sided): void {
    const { on, times, maxRows } = this.#spec;
    const side = left ? 0 : 1;
    const time = times[side](record);
    if (time < this.#time) throw lateError(time, this.#time);
    const key = on[side](record);
    const keyless = key === null || key === undefined;
    const id = keyless ? undefined : keyId(key);
    if (this.#rows === maxRows) this.#sweep();
    if (this.#rows === maxRows) throw tooManyRows('asOfJoin', maxRows, HELD_HINT);
    if (left) {
      const waiting: Waiting = { record, time, found: false, ...(!keyless && { id }) };
      this.#waiting.add(waiting);
    } else if (keyless) return;
    else this.#rightsOf(id).add({ record, time, found: false });
    this.#rows++;
  }

  #rightsOf(id: unknown): TimedSide {
    let rights = this.#rights.get(id);
    if (rights === undefined) {
      rights = new TimedSide();
      this.#rights.set(id, rights);
    }
    return rights;
  }

  *watermark(time: number): Generator<B> {
    this.#time = time;
    yield* this.#resolve(time);
    if (this.#rows >= this.#sweepAt) this.#sweep();
  }

  #sweep(): void {
    for (const [id, rights] of this.#rights) this.#forget(id, rights, this.#time);
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * this.#rows);
  }

  end(): Iterable<B> {
    return this.#resolve(Number.POSITIVE_INFINITY);
  }

  /** Left records before `time` have all right ones that they could have. */
  *#resolve(time: number): Generator<B> {
    const { kind, tolerance, merge } = this.#spec;
    const done = this.#waiting.dropBefore(time) as readonly Waiting[];
    this.#rows -= done.length;
    for (const one of done) {
      const rights = 'id' in one ? this.#rights.get(one.id) : undefined;
      const latest = rights?.latest(one.time);
      const found = latest !== undefined && one.time - latest.time <= tolerance ? latest : undefined;
      if (found === undefined && kind === 'inner') continue;
      const merged = merge(one.record, found?.record);
      refusePromise(merged, 'Give asOfJoin() a synchronous merge.');
      yield merged as B;
    }
  }

  /** Of those before `time` only the latest is still asked for, unless it is too old for whoever comes. */
  #forget(id: unknown, rights: TimedSide, time: number): void {
    const latest = rights.latest(time);
    const oldest = Math.max(time - this.#spec.tolerance, latest?.time ?? Number.NEGATIVE_INFINITY);
    this.#rows -= rights.dropBefore(oldest).length;
    if (rights.all.length === 0) this.#rights.delete(id);
  }

  snapshot(): AsOfState {
    return {
      time: this.#time,
      swept: this.#sweepAt,
      waiting: this.#waiting.all,
      rights: [...this.#rights].map(([id, rights]) => [id, rights.all]),
    };
  }

  restore(state: unknown): void {
    const { time, swept, waiting, rights } = state as AsOfState;
    this.#time = time;
    this.#sweepAt = swept;
    for (const held of waiting) this.#waiting.add(held);
    for (const [id, list] of rights) for (const held of list) this.#rightsOf(id).add(held);
    this.#rows = waiting.length + rights.reduce((sum, [, list]) => sum + list.length, 0);
  }

  close(): void {
    this.#rights.clear();
  }
}
