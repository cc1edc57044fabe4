import { MillraceError } from '../../../core/errors.ts';
import type { KeyEntry } from './keyed-state.ts';
import type { Ttl } from './state-kind.ts';
import { type Queued, TimerQueue } from './timer-queue.ts';

/** A timer of one key. */
export interface KeyTimer extends Queued {
  readonly entry: KeyEntry;
  readonly by: Ttl['by'];
  readonly name: string | undefined;
  /** By which a timer that is set again is known; none for what looks for contents that are too old. */
  readonly id: string | undefined;
}

interface Wanted {
  readonly id: string;
  /** Absent to cancel. */
  readonly timer?: { readonly by: Ttl['by']; readonly at: number; readonly name: string | undefined };
}

export interface TimersSnapshot {
  /** In the order in which they were set; `key` counts from 0 in the order of the keys. */
  readonly timers: readonly {
    readonly key: number;
    readonly by: Ttl['by'];
    readonly at: number;
    readonly name: string | undefined;
  }[];
}

/** Marks a timer that waits for the end of the pass in which it was set. */
const ASIDE = -1;

/**
 * The timers of all keys. What a callback sets or cancels takes effect with `commit`. While timers fire, those
 * that are set for no later time than the one that fires wait for the next pass, so that no pass is endless.
 */
export class KeyTimers {
  readonly queues = { clock: new TimerQueue<KeyTimer>(), 'event-time': new TimerQueue<KeyTimer>() } as const;
  readonly #max: number;
  #entry: KeyEntry | undefined;
  #wanted: Wanted[] = [];
  #order = 0;
  #firing: { readonly by: Ttl['by']; at: number } | undefined;
  #aside: KeyTimer[] = [];

  /** `max`: timers that one key may have. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Says how many timers were set so far. */
  get order(): number {
    return this.#order;
  }

  enter(entry: KeyEntry): void {
    this.#entry = entry;
  }

  /**
   * @throws MillraceError `ERR_LIMIT` when the key has as many as it may.
   */
  set(by: Ttl['by'], at: number, name: string | undefined): void {
    const id = identity(by, at, name);
    this.#wanted.push({ id, timer: { by, at, name } });
    if ((this.#entry!.timers?.size ?? 0) + this.#wanted.length <= this.#max) return;
    const ids = new Set(this.#entry!.timers?.keys());
    for (const wanted of this.#wanted) {
      if (wanted.timer === undefined) ids.delete(wanted.id);
      else ids.add(wanted.id);
    }
    if (ids.size <= this.#max) return;
    throw new MillraceError('ERR_LIMIT', `the key already has ${this.#max} timers`, {
      hint: 'Set a timer again under its name, or raise maxTimers.',
      details: { maxTimers: this.#max },
    });
  }

  cancel(name: string): void {
    this.#wanted.push({ id: identity('clock', 0, name) });
  }

  commit(): void {
    const entry = this.#entry!;
    const wanted = this.#wanted;
    this.#entry = undefined;
    if (wanted.length === 0) return;
    this.#wanted = [];
    for (const { id, timer } of wanted) {
      const known = entry.timers?.get(id);
      if (known !== undefined && known.at === timer?.at && known.by === timer.by) continue;
      if (known !== undefined) this.#remove(known);
      if (timer !== undefined) this.#add({ ...timer, entry, id, order: this.#order++, place: ASIDE });
    }
  }

  abandon(): void {
    this.#entry = undefined;
    if (this.#wanted.length > 0) this.#wanted = [];
  }

  #add(timer: KeyTimer): void {
    timer.entry.timers ??= new Map();
    timer.entry.timers.set(timer.id!, timer);
    if (this.#firing?.by === timer.by && timer.at <= this.#firing.at) this.#aside.push(timer);
    else this.queues[timer.by].add(timer);
  }

  #remove(timer: KeyTimer): void {
    timer.entry.timers!.delete(timer.id!);
    if (timer.place === ASIDE) this.#aside.splice(this.#aside.indexOf(timer), 1);
    else this.queues[timer.by].remove(timer);
  }

  /** Looks at the contents of a key at that time, if not before; `Infinity` for not at all. */
  expireAt(entry: KeyEntry, by: Ttl['by'], at: number): void {
    const known = entry.expiries?.get(by);
    if (at === Number.POSITIVE_INFINITY || (known !== undefined && known.at <= at)) return;
    if (known !== undefined) this.queues[by].remove(known);
    const timer: KeyTimer = { entry, by, at, name: undefined, id: undefined, order: -1, place: ASIDE };
    entry.expiries ??= new Map();
    entry.expiries.set(by, timer);
    this.queues[by].add(timer);
  }

  /** Takes out all timers of a key. */
  drop(entry: KeyEntry): void {
    for (const timer of entry.timers?.values() ?? []) this.#remove(timer);
    for (const [by, timer] of entry.expiries ?? []) this.queues[by].remove(timer);
    delete entry.timers;
    delete entry.expiries;
  }

  /** Takes out, one by one and in order, what is due by `until`; what is set meanwhile for before then waits for the next time. */
  *pass(by: Ttl['by'], until: number): Generator<KeyTimer> {
    const queue = this.queues[by];
    this.#firing = { by, at: Number.NEGATIVE_INFINITY };
    for (let next = queue.first; next !== undefined && next.at <= until; next = queue.first) {
      queue.remove(next);
      if (next.id === undefined) next.entry.expiries!.delete(by);
      else next.entry.timers!.delete(next.id);
      this.#firing.at = Math.max(this.#firing.at, next.at);
      yield next;
    }
    this.#firing = undefined;
    for (const timer of this.#aside.splice(0)) this.queues[timer.by].add(timer);
  }

  snapshot(entries: Iterable<KeyEntry>): TimersSnapshot {
    const places = new Map([...entries].map((entry, place) => [entry, place]));
    const timers = [...this.queues.clock.sorted(), ...this.queues['event-time'].sorted()]
      .filter(({ id }) => id !== undefined)
      .toSorted((a, b) => a.order - b.order);
    return {
      timers: timers.map(({ entry, by, at, name }) => ({ key: places.get(entry)!, by, at, name })),
    };
  }

  restore({ timers }: TimersSnapshot, entries: Iterable<KeyEntry>): void {
    const list = [...entries];
    for (const { key, by, at, name } of timers) {
      this.enter(list[key]!);
      this.#wanted.push({ id: identity(by, at, name), timer: { by, at, name } });
      this.commit();
    }
  }
}

/** A timer with a name is one; without, it is one for each time. */
function identity(by: Ttl['by'], at: number, name: string | undefined): string {
  return name === undefined ? `${by} ${at}` : `name ${name}`;
}
