import { BATCH_SIZE } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { atOnce, refusePromise } from '../../core/thenable.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { Emit, OperatorContext, SyncLogic } from '../../interfaces/operator.ts';
import { USE_ASYNC } from './plain-logic.ts';
import { type AnyContext, type Phase, processContext } from './process-context.ts';
import type { CheckedProcess } from './process-spec.ts';
import { tagged } from './side-outputs.ts';
import { type KeyTimer, KeyTimers, type TimersSnapshot } from './state/key-timers.ts';
import { type KeyEntry, type KeyedSnapshot, KeyedState } from './state/keyed-state.ts';
import type { StateHandles, StateKinds, Ttl } from './state/state-kind.ts';
import { type ValueState, valueState } from './state/value-state.ts';

/** Timers that one key may set and see fire when the input is over: one that sets itself anew would go on for ever. */
const MOST_LATE = 1000;

/** The piece of state that says that a key is known. */
const KNOWN = '~known';

interface ProcessSnapshot extends KeyedSnapshot, TimersSnapshot {
  readonly event: number;
  readonly begun: number;
}

/** What `process` does in one run: one key at a time, one callback at a time, all of it or nothing. */
export class ProcessLogic implements SyncLogic<unknown, unknown> {
  readonly #key: (record: never) => unknown;
  readonly #spec: CheckedProcess;
  readonly #engine: OperatorContext;
  readonly #keyed: KeyedState<StateKinds>;
  readonly #known: ValueState<boolean> | undefined;
  readonly #timers: KeyTimers;
  readonly #context: AnyContext;
  /** The key that a callback is running for. */
  #entry: KeyEntry | undefined;
  #forgotten = false;
  #emitted: unknown[] = [];
  #now = 0;
  /** The event time that has been reached, and the first that was. */
  #event = Number.NEGATIVE_INFINITY;
  #begun = Number.NEGATIVE_INFINITY;
  #phase: Phase = 'running';
  /** The order of the first timer that was set after the input was over. */
  #late = Number.POSITIVE_INFINITY;
  #wake: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor(key: (record: never) => unknown, spec: CheckedProcess, engine: OperatorContext) {
    this.#key = key;
    this.#spec = spec;
    this.#engine = engine;
    this.#timers = new KeyTimers(spec.maxTimers);
    const kinds: StateKinds =
      spec.onEnd === undefined ? spec.state : { ...spec.state, [KNOWN]: knownFor(spec.state) };
    this.#keyed = new KeyedState(kinds, {
      maxKeys: spec.maxKeys,
      moment: (by) =>
        by === 'clock'
          ? { now: this.#now, begun: Number.NEGATIVE_INFINITY }
          : { now: this.#event, begun: this.#begun },
    });
    const { [KNOWN]: known, ...handles } = this.#keyed.handles as Record<string, unknown>;
    this.#known = known as ValueState<boolean> | undefined;
    this.#context = processContext(spec, engine.clock, handles as StateHandles<StateKinds>, {
      key: () => this.#entry?.key,
      running: () => this.#entry !== undefined,
      phase: () => this.#phase,
      event: () => this.#event,
      put: (record, output) => this.#put(record, output),
      setTimer: (by, at, name) => this.#timers.set(by, at, name),
      cancelTimer: (name) => this.#timers.cancel(name),
      forget: () => {
        this.#forgotten = true;
      },
    });
  }

  push(record: unknown, emit: Emit<unknown>): Iterable<unknown> | undefined {
    const key = this.#key(record as never);
    const emitted = this.#call(this.#keyed.open(key), (context) => {
      this.#known?.set(true);
      return this.#spec.onRecord(record, context);
    });
    if (emitted.length > BATCH_SIZE) return emitted;
    for (const one of emitted) emit(one);
    return undefined;
  }

  watermark(time: number): Iterable<unknown> | undefined {
    if (this.#begun === Number.NEGATIVE_INFINITY) this.#begun = time;
    const first = this.#timers.queues['event-time'].first;
    if (first !== undefined && first.at <= time) return this.#pass(time);
    this.#event = Math.max(this.#event, time);
    return undefined;
  }

  *#pass(time: number): Generator<unknown> {
    yield* this.#fireEvents(time);
    this.#event = Math.max(this.#event, time);
  }

  *end(): Generator<unknown> {
    this.#wake?.cancel();
    this.#wake = undefined;
    this.#phase = 'over';
    this.#late = this.#timers.order;
    const reached = this.#event;
    const queue = this.#timers.queues['event-time'];
    while (queue.size > 0) yield* this.#fireEvents(Number.POSITIVE_INFINITY);
    this.#event = reached;
    this.#phase = 'ending';
    const { onEnd } = this.#spec;
    if (onEnd === undefined) return;
    for (const entry of [...this.#keyed]) {
      yield* this.#call(entry, onEnd);
    }
  }

  close(): void {
    this.#wake?.cancel();
  }

  snapshot(): ProcessSnapshot {
    return {
      event: this.#event,
      begun: this.#begun,
      ...this.#keyed.snapshot(),
      ...this.#timers.snapshot(this.#keyed),
    };
  }

  restore(state: unknown): void {
    const { event, begun, keys, timers } = state as ProcessSnapshot;
    this.#event = event;
    this.#begun = begun;
    this.#keyed.restore({ keys });
    this.#timers.restore({ timers }, this.#keyed);
    for (const entry of this.#keyed) this.#watchAge(entry);
    this.#arm();
  }

  /** Runs a callback for a key, and gives what it emitted. When it fails, all is as it was before. */
  #call(entry: KeyEntry, callback: (context: AnyContext) => unknown): readonly unknown[] {
    this.#enter(entry);
    try {
      const returned = callback(this.#context);
      if (returned !== undefined) this.#gather(returned);
      this.#entry = undefined;
      this.#commit(entry);
    } catch (error) {
      this.#keyed.abandon();
      this.#timers.abandon();
      this.#entry = undefined;
      if (this.#emitted.length > 0) this.#emitted = [];
      throw error;
    }
    this.#arm();
    const emitted = this.#emitted;
    if (emitted.length > 0) this.#emitted = [];
    return emitted;
  }

  #enter(entry: KeyEntry): void {
    if (this.#keyed.ages.includes('clock')) this.#now = this.#engine.clock.now();
    this.#entry = entry;
    this.#forgotten = false;
    this.#keyed.enter(entry);
    this.#timers.enter(entry);
  }

  /** What a callback returns is emitted after what it gave to `emit`. */
  #gather(returned: unknown): void {
    refusePromise(returned, USE_ASYNC);
    if (typeof returned !== 'object' || returned === null || !(Symbol.iterator in returned)) {
      throw new MillraceError(
        'ERR_CALLBACK',
        `its callback returned ${showValue(returned)}, which is no iterable of records`,
        { hint: 'Return nothing, or an array of the records to emit.' },
      );
    }
    for (const record of atOnce(returned as Iterable<unknown>)) this.#put(record, 'main');
  }

  #put(record: unknown, output: string): void {
    this.#emitted.push(this.#spec.outputs.length === 0 ? record : tagged(output, record));
  }

  /** Takes over what was done, keeps a key of which there is something to keep, and lets go of others. */
  #commit(entry: KeyEntry): void {
    this.#keyed.commit(entry);
    this.#timers.commit();
    const vacant = this.#keyed.isBlank(entry) && (entry.timers?.size ?? 0) === 0;
    if (!vacant && !this.#forgotten) {
      if (!this.#keyed.has(entry)) this.#keepNew(entry);
      this.#watchAge(entry);
      return;
    }
    this.#keyed.drop(entry);
    this.#timers.drop(entry);
  }

  #keepNew(entry: KeyEntry): void {
    try {
      this.#keyed.keep(entry);
    } catch (error) {
      this.#timers.drop(entry);
      throw error;
    }
  }

  #watchAge(entry: KeyEntry): void {
    for (const by of this.#keyed.ages) this.#timers.expireAt(entry, by, this.#keyed.expiry(entry, by));
  }

  *#fireEvents(until: number): Generator<unknown> {
    for (const timer of this.#timers.pass('event-time', until)) {
      if (this.#phase === 'over' && timer.id === undefined) continue;
      this.#event = Math.max(this.#event, timer.at);
      if (timer.order >= this.#late) countLate(timer.entry);
      yield* this.#fire(timer);
    }
  }

  *#fireClock(): Generator<unknown> {
    for (const timer of this.#timers.pass('clock', this.#engine.clock.now())) yield* this.#fire(timer);
    this.#arm();
  }

  #fire(timer: KeyTimer): readonly unknown[] {
    const { entry, id, name, at, by } = timer;
    if (id === undefined) {
      this.#enter(entry);
      this.#entry = undefined;
      this.#commit(entry);
      return [];
    }
    const fired = { name, at, by };
    const { onTimer } = this.#spec;
    return this.#call(entry, (context) => onTimer?.(fired, context));
  }

  /** Wakes up when the first timer by the clock is due. */
  #arm(): void {
    const at = this.#timers.queues.clock.first?.at;
    if (at === undefined || this.#phase !== 'running' || (this.#wake !== undefined && this.#wake.at <= at))
      return;
    this.#wake?.cancel();
    const wait = Math.max(0, at - this.#engine.clock.now());
    const cancel = this.#engine.after(wait, () => {
      this.#wake = undefined;
      return this.#phase === 'running' ? this.#fireClock() : undefined;
    });
    this.#wake = { at, cancel };
  }
}

/** A key is known until all of its state is gone, when all of it goes at some time; else until it is forgotten. */
function knownFor(kinds: StateKinds): StateKinds[string] {
  const ttls = Object.values(kinds).map(({ ttl }) => ttl);
  if (ttls.length === 0 || ttls.includes(undefined)) return valueState<boolean>(false);
  const longest = (ttls as Ttl[]).reduce((a, b) => (b.ms > a.ms ? b : a));
  return valueState<boolean>(false, { ttl: longest.ms, by: longest.by });
}

function countLate(entry: KeyEntry): void {
  entry.late = (entry.late ?? 0) + 1;
  if (entry.late <= MOST_LATE) return;
  throw new MillraceError('ERR_LIMIT', `a key set ${MOST_LATE} timers after the input was over`, {
    hint: 'Set none while time.over: a timer that sets the next one would go on for ever.',
    details: { key: entry.key },
  });
}
