import { type Observable, Subject, takeUntil } from 'rxjs';
import { batch, MarkedOrigin } from '../../../core/batch.ts';
import { DemandGate } from '../../../core/demand.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import type { Barrier, Item } from '../../../interfaces/signal.ts';
import { isIdentified } from '../../graph/origins.ts';
import type { Stage } from '../../plan/plan.ts';
import { traceBatch } from '../trace.ts';
import { BadRecords } from './bad-records.ts';
import type { Head, HeadParts } from './head.ts';
import { ReadPosition } from './read-position.ts';

/** Items a reader may emit while it is asked to pause: what was on its way, and no more. */
const GRACE = 4;

/** How long a reader may keep the event loop to itself, in milliseconds. */
const TURN_MS = 10;

/** Subscribes to a reader when data is first asked for, and makes it hold back while the graph is full. */
export class ReadHead implements Head {
  readonly receivers = [];
  readonly waitingFor = 'its input';
  readonly position: ReadPosition;
  /** Whether it was stopped before it came to its end. */
  stoppedEarly = false;
  readonly #parts: HeadParts;
  readonly #reader: Reader<unknown>;
  readonly #badRecords: BadRecords;
  /** What the origins of records say besides, where these are given ids by them. */
  readonly #mark: { readonly reader: string } | undefined;
  readonly #demand = new DemandGate();
  readonly #halt = new Subject<void>();
  #pending: Promise<void> | undefined;
  #queued = 0;
  #opened = false;
  #halted = false;
  /** Nothing is read behind the barrier that goes in next, if any: the run goes on another time. */
  #suspended = false;
  /** That barrier has gone in: leaving the reader is not its end. */
  #standsStill = false;
  #ended = false;
  /** What was read could not be taken in: nothing may follow it, not even the end. */
  #broken = false;
  /** What emits the records that the reader holds. */
  readonly #holding = new Set<() => void>();
  #attempts = 0;
  /** Bytes that it has said are left to read, in this run. */
  #expected = 0;
  #cancelRetry: () => void = () => {};
  #breathed = performance.now();

  /** With `narrowed`, that reader is read, and what replaces a bad record gets its fields only, too. */
  constructor(parts: HeadParts, reader: Reader<unknown>, narrowed?: Stage['narrowed']) {
    this.#parts = parts;
    this.#reader = narrowed?.reader ?? reader;
    this.#mark = isIdentified(parts.node.vertex) ? { reader: parts.node.name } : undefined;
    this.position = new ReadPosition(parts.node.name, parts.run, {
      free: () => this.#free(),
      send: (barrier) => this.#send(barrier),
    });
    this.#badRecords = new BadRecords(parts, narrowed?.fields, {
      emitted: () => this.position.begin(),
      flush: () => {
        if (this.#pending === undefined) this.#pass(() => parts.body.flush());
      },
    });
  }

  get bounded(): boolean {
    return this.#reader.traits.bounded;
  }

  demanded(): void {
    if (this.#opened) return;
    this.#opened = true;
    if (!this.#suspended) {
      if (this.#halted) this.#end();
      else this.#subscribe();
    }
    this.#parts.run.checkpoints?.opened(this.#parts.node.name);
  }

  #subscribe(): void {
    this.#attempts++;
    this.#expected = 0;
    let items: Observable<Item<unknown>>;
    try {
      items = this.#reader.open(this.#context()).pipe(takeUntil(this.#halt));
    } catch (error) {
      this.#failed(error);
      return;
    }
    items.subscribe({
      next: (item) => this.#next(item),
      error: (error: unknown) => this.#failed(error),
      complete: () => this.#end(),
    });
  }

  #next(given: Item<unknown>): void {
    const { body, node, run } = this.#parts;
    const item = this.#mark === undefined ? given : this.#marked(given);
    this.position.begin();
    if (item.kind === 'batch') {
      node.counters.in += item.records.length;
      traceBatch(run, node.name, item);
    }
    if (this.#pending !== undefined) this.#queue(item);
    else this.#pass(() => body.accept(item) ?? this.#breather());
    this.position.settle();
  }

  #marked(item: Item<unknown>): Item<unknown> {
    if (item.kind !== 'batch') return item;
    return batch(item.records, new MarkedOrigin(item.origin, this.#mark!));
  }

  #pass(work: () => void | Promise<void>): void {
    try {
      const held = work();
      if (held !== undefined) this.#hold(held);
    } catch (error) {
      this.#break(error);
    }
  }

  /** Whether all that was emitted has been taken in, and nothing else is going on: asked for while a barrier waits. */
  #free(): boolean {
    const { body } = this.#parts;
    if (this.#pending !== undefined || this.#ended || body.over) return false;
    // An operator may be at work by itself, called back after a time.
    this.#pass(() => body.flush());
    return this.#pending === undefined && !this.#broken;
  }

  /** A barrier goes behind all that was emitted. */
  #send(barrier: Barrier): void {
    if (this.#suspended) {
      this.#standsStill = true;
      this.#stopReading();
    }
    this.#pass(() => this.#parts.body.accept(barrier));
  }

  /** A source and a sink that never wait must not starve timers and signals. */
  #breather(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.#breathed < TURN_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#breathed = performance.now();
        resolve();
      });
    });
  }

  #hold(held: Promise<void>): void {
    this.#demand.pause();
    const pending = held.then(
      () => {
        if (this.#pending !== pending) return;
        this.#pending = undefined;
        this.position.settle();
        if (this.#pending === undefined) this.#demand.resume();
      },
      (error: unknown) => this.#break(error),
    );
    this.#pending = pending;
  }

  /** A reader that emits although it was asked to pause. */
  #queue(item: Item<unknown>): void {
    this.#queued++;
    if (this.#queued > GRACE) {
      this.#break(
        new MillraceError(
          'ERR_DEMAND',
          `Cannot read ${this.#reader.label}: it keeps emitting while it is asked to pause`,
          {
            node: this.#parts.node.name,
            hint: 'After each next(), let the reader await demand.ready() while demand.paused.',
          },
        ),
      );
      return;
    }
    this.#hold(
      this.#pending!.then(() => {
        this.#queued--;
        if (!this.#broken) return this.#parts.body.accept(item);
      }),
    );
  }

  #failed(error: unknown): void {
    const { node, run } = this.#parts;
    try {
      const waitMs = this.position.begun ? undefined : node.failures.retryAfter(error, this.#attempts);
      if (waitMs === undefined) run.fail(node.explain(error, `read ${this.#reader.label}`));
      else this.#cancelRetry = run.clock.schedule(() => this.#subscribe(), waitMs);
    } catch (thrown) {
      run.fail(thrown);
    }
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#parts.run.fail(error);
    this.#stopReading();
  }

  #end(): void {
    if (this.#ended || this.#standsStill) return;
    this.#ended = true;
    const { body, run } = this.#parts;
    const end = async () => {
      while (this.#pending !== undefined && !this.#broken) await this.#pending;
      if (!this.#broken) await body.end();
    };
    end().catch((error: unknown) => run.fail(error));
  }

  halt(): void {
    this.stoppedEarly = !this.#ended;
    for (const emitHeld of this.#holding) emitHeld();
    this.#stopReading();
    // Between two tries nothing is subscribed that could complete.
    if (this.#opened) this.#end();
  }

  /** Reads no more behind the barrier that goes in next, and does not end. */
  suspend(): void {
    this.#suspended = true;
    for (const emitHeld of this.#holding) emitHeld();
  }

  /** Whether it is open, or has been. */
  get opened(): boolean {
    return this.#opened;
  }

  over(): void {
    this.#stopReading();
  }

  destroy(): void {
    this.#stopReading();
  }

  #stopReading(): void {
    this.#halted = true;
    this.#cancelRetry();
    this.#halt.next();
    this.#demand.resume();
  }

  #context(): ReadContext {
    const { node, run } = this.#parts;
    return {
      ...(this.position.from !== undefined && { from: this.position.from }),
      ...(run.plan?.checkPath && { checkPath: run.plan.checkPath }),
      positioned: this.position.positioned,
      demand: this.#demand,
      signal: run.signal,
      clock: run.clock,
      failed: (failure) => this.#badRecords.settle(failure),
      closing: (closed) => run.closing(closed),
      stopping: (emitHeld) => this.#holding.add(emitHeld),
      expected: (bytes) => {
        this.#expected += bytes;
        node.counters.bytesExpected = (node.before?.bytesIn ?? 0) + this.#expected;
      },
      consumed: (bytes) => {
        node.counters.bytesIn += bytes;
      },
      overflowed: (records) => {
        node.counters.overflowed += records;
      },
    };
  }
}
