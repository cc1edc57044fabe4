import { keyId } from '../key-id.ts';
import { type Queued, TimerQueue } from '../state/timer-queue.ts';
import type { SessionWindow } from './window.ts';
import {
  checkRoom,
  type Entry,
  entryResult,
  lateRecord,
  newEntry,
  nextMultiple,
  passesMultiple,
  type WindowEngine,
  type WindowSetup,
} from './window-engine.ts';

interface Session extends Entry, Queued {
  start: number;
  end: number;
  /** Whether its result is out: what comes now is late, and changes it. */
  closed: boolean;
  /** When the queue has it; at most when it is due, since records put that off. */
  at: number;
}

interface SessionsState {
  readonly time: number;
  readonly order: number;
  readonly sessions: readonly Session[];
}

/** Windows that the records of a key make: for each key, those that are open, by their begin. */
export class SessionWindows<T> implements WindowEngine<T> {
  time = Number.NEGATIVE_INFINITY;
  readonly #setup: WindowSetup<T>;
  readonly #gap: number;
  readonly #keys = new Map<unknown, Session[]>();
  readonly #queue = new TimerQueue<Session>();
  #order = 0;
  #nextEarly = Number.POSITIVE_INFINITY;

  constructor(setup: WindowSetup<T>, { gap }: SessionWindow<T>) {
    this.#setup = setup;
    this.#gap = gap;
  }

  get next(): number {
    return Math.min(this.#queue.first?.at ?? Number.POSITIVE_INFINITY, this.#nextEarly);
  }

  add(record: T, time: number): void {
    const { key: keyOf, accumulators, early } = this.#setup;
    const key = keyOf(record);
    const id = keyId(key);
    const sessions = this.#keys.get(id);
    const end = time + this.#gap;
    const met = sessions?.filter((one) => one.start < end && time < one.end) ?? [];
    let session = met[0];
    if (session === undefined) {
      if (end + this.#setup.lateness <= this.time) {
        lateRecord(this.#setup, record, time, this.time);
        return;
      }
      session = this.#begin(id, key, record, time);
    } else if (met.length === 1) {
      accumulators.add(session.states, record);
      session.fresh++;
      this.#extend(session, time, end);
    } else session = this.#join(id, met, newEntry(this.#setup, key, record), time, end);
    if (session.end <= this.time) {
      session.closed = true;
      this.#setup.emit(entryResult(this.#setup, session, session, 'late'));
      return;
    }
    session.closed = false;
    this.#requeue(session);
    if (session.fresh === early?.count) {
      this.#setup.emit(entryResult(this.#setup, session, session, 'early'));
    }
    if (early !== undefined) this.#nextEarly = nextMultiple(this.time, early.every);
  }

  #begin(id: unknown, key: unknown, record: T, time: number): Session {
    checkRoom(this.#setup, this.#queue.size, 1);
    const session: Session = {
      ...newEntry(this.#setup, key, record),
      start: time,
      end: time + this.#gap,
      closed: false,
      at: 0,
      order: this.#order++,
      place: 0,
    };
    this.#keep(id, session);
    return session;
  }

  #keep(id: unknown, session: Session): void {
    const sessions = this.#keys.get(id);
    if (sessions === undefined) this.#keys.set(id, [session]);
    else {
      const behind = sessions.findIndex((other) => other.start > session.start);
      sessions.splice(behind < 0 ? sessions.length : behind, 0, session);
    }
    session.at = session.end;
    this.#queue.add(session);
  }

  #extend(session: Session, time: number, end: number): void {
    session.start = Math.min(session.start, time);
    session.end = Math.max(session.end, end);
  }

  /** One session of several, and of a record between them, which comes last. */
  #join(id: unknown, met: readonly Session[], entry: Entry, time: number, end: number): Session {
    const { accumulators } = this.#setup;
    const [first, ...others] = met;
    for (const other of others) {
      first!.states = accumulators.merge(first!.states, other.states);
      first!.updates += other.updates;
      first!.fresh += other.fresh;
      this.#extend(first!, other.start, other.end);
      this.#forget(id, other);
      this.#queue.remove(other);
    }
    first!.states = accumulators.merge(first!.states, entry.states);
    first!.fresh++;
    this.#extend(first!, time, end);
    return first!;
  }

  #forget(id: unknown, session: Session): void {
    const sessions = this.#keys.get(id)!;
    if (sessions.length === 1) this.#keys.delete(id);
    else sessions.splice(sessions.indexOf(session), 1);
  }

  /** Only what is due earlier than the queue has it has to change its place at once. */
  #requeue(session: Session): void {
    if (session.at <= due(session, this.#setup.lateness)) return;
    this.#queue.remove(session);
    session.at = due(session, this.#setup.lateness);
    this.#queue.add(session);
  }

  advance(time: number): Iterable<unknown> | undefined {
    if (time <= this.time) return undefined;
    const before = this.time;
    this.time = time;
    return time < this.next ? undefined : this.#pass(before, time);
  }

  *#pass(before: number, time: number): Generator<unknown> {
    for (let first = this.#queue.first; first !== undefined && first.at <= time; first = this.#queue.first) {
      this.#queue.remove(first);
      yield* this.#reach(first);
    }
    const every = this.#setup.early?.every;
    if (passesMultiple(before, time, every)) yield* this.#early();
    this.#nextEarly = this.#queue.size === 0 ? Number.POSITIVE_INFINITY : nextMultiple(time, every);
  }

  /** The queue has come to a session, which may have been put off meanwhile. */
  *#reach(session: Session): Generator<unknown> {
    const { lateness } = this.#setup;
    if (session.at === due(session, lateness)) {
      if (!session.closed) {
        session.closed = true;
        yield entryResult(this.#setup, session, session, 'on-time');
      }
      if (session.end + lateness <= this.time) {
        this.#forget(keyId(session.key), session);
        return;
      }
    }
    session.at = due(session, lateness);
    this.#queue.add(session);
  }

  *#early(): Generator<unknown> {
    for (const session of this.#byEnd()) {
      if (!session.closed && session.fresh > 0) yield entryResult(this.#setup, session, session, 'early');
    }
  }

  #byEnd(): Session[] {
    return this.#queue.sorted().sort((a, b) => a.end - b.end || a.order - b.order);
  }

  *end(): Generator<unknown> {
    for (const session of this.#byEnd()) {
      if (!session.closed) yield entryResult(this.#setup, session, session, 'on-time');
      this.#queue.remove(session);
    }
    this.#keys.clear();
  }

  snapshot(): SessionsState {
    return { time: this.time, order: this.#order, sessions: this.#queue.sorted() };
  }

  restore(state: unknown): void {
    const { time, order, sessions } = state as SessionsState;
    this.time = time;
    this.#order = order;
    for (const session of sessions) this.#keep(keyId(session.key), session);
    this.#nextEarly =
      sessions.length === 0 ? Number.POSITIVE_INFINITY : nextMultiple(time, this.#setup.early?.every);
  }
}

function due({ closed, end }: Session, lateness: number): number {
  return closed ? end + lateness : end;
}
