import { batch, batched, CountedOrigin } from '../../../core/batch.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { AsyncOptions } from '../../../interfaces/operator.ts';
import type { Item, Signal } from '../../../interfaces/signal.ts';
import type { OperatorNode } from '../../graph/node.ts';
import type { WorkPlace } from '../operator-context.ts';
import type { Receiver } from '../streams.ts';
import { traceBatch } from '../trace.ts';
import { Calls } from './calls.ts';
import type { Head, HeadParts } from './head.ts';
import { headContext } from './head-context.ts';
import type { CreateLogic, HeadLogic } from './head-logic.ts';
import { pour } from './pour.ts';
import { Results } from './results.ts';
import { Slot } from './slot.ts';

interface Taken {
  readonly batch: Batch<unknown>;
  next: number;
  /** All records of the batch have been started. */
  readonly started: () => void;
}

/**
 * Runs an asynchronous operator: at most `concurrency` records in flight, in order unless told not
 * to, each outcome of the callback turned into a result or a decision of the policies. Results
 * leave in batches: when there are enough, else once a turn of the event loop.
 */
export class AsyncHead implements Head {
  readonly receivers: readonly Receiver[];
  readonly waitingFor = 'its callback';
  readonly #parts: HeadParts;
  readonly #logic: HeadLogic;
  readonly #options: AsyncOptions;
  readonly #many: boolean;
  readonly #calls: Calls;
  /** Records in flight; in order of their start when order is kept. */
  readonly #slots = new Set<Slot>();
  #taken: Taken | undefined;
  #starting = false;
  readonly #results: Results;
  #idle: (() => void)[] = [];
  /** Nothing more is begun: the operator said so, or a record failed the run. */
  #stopped = false;
  #over = false;
  /** Records that were emitted without one that led to them. */
  #released = 0;

  constructor(parts: HeadParts, options: AsyncOptions, create: CreateLogic) {
    this.#parts = parts;
    this.#options = options;
    this.#results = new Results(parts, () => this.#proceed());
    const context = headContext(
      parts,
      () => this.#complete(),
      () => this.#place(),
    );
    const { logic, many } = create(context);
    this.#logic = logic;
    this.#many = many;
    this.#calls = new Calls(parts, options, logic, {
      resolved: (slot, value) => this.#resolved(slot, value),
      gaveUp: (slot, error) => this.#giveUp(slot, error),
    });
    this.receivers = [
      {
        receive: (item) => this.#receive(item),
        ended: () => this.#end(),
        crashed: (error) => parts.run.fail(error),
      },
    ];
  }

  #receive(item: Item<unknown>): void | Promise<void> {
    if (item.kind !== 'batch') return this.#signal(item);
    const { node, run } = this.#parts;
    node.counters.in += item.records.length;
    traceBatch(run, node.name, item);
    if (this.#over) {
      node.counters.discarded += item.records.length;
      return;
    }
    return new Promise<void>((resolve) => {
      this.#taken = { batch: item, next: 0, started: resolve };
      this.#start();
    });
  }

  /** A signal goes on when all that came before it has. */
  async #signal(signal: Signal): Promise<void> {
    await this.#drained();
    if (signal.kind === 'watermark') await this.#release(this.#logic.watermark?.(signal.time));
    await this.#parts.body.signal(signal);
  }

  async #end(): Promise<void> {
    await this.#drained();
    if (!this.#over) await this.#release(this.#logic.end?.());
    await this.#parts.body.end();
  }

  /** What a synchronous operator is at: here, it runs one record at a time. */
  #place(): WorkPlace | undefined {
    const [slot] = this.#slots;
    const { operator } = this.#parts.node.vertex.node as OperatorNode;
    if (slot === undefined || operator.kind !== 'sync') return undefined;
    return { batch: batch([slot.record], slot.origin), index: slot.index };
  }

  async #complete(): Promise<void> {
    this.#stopped = true;
    await this.#drained();
    await this.#parts.body.end();
  }

  async #release(held: Iterable<unknown> | undefined): Promise<void> {
    if (held === undefined) return;
    const { body, node } = this.#parts;
    for (const records of batched(held)) {
      if (this.#over) return;
      await body.deliver(batch(records, new CountedOrigin(node.name, this.#released + 1)));
      this.#released += records.length;
    }
  }

  /** Starts records while there are free places; called again whenever one becomes free. */
  #start(): void {
    if (this.#starting) return;
    this.#starting = true;
    const { concurrency } = this.#options;
    while (
      this.#taken !== undefined &&
      !this.#over &&
      !this.#stopped &&
      this.#slots.size < concurrency &&
      this.#results.delivering === undefined
    ) {
      const taken = this.#taken;
      const { records, origin } = taken.batch;
      if (taken.next === records.length) {
        this.#taken = undefined;
        taken.started();
        break;
      }
      const index = taken.next++;
      const slot = new Slot(records[index], origin, index);
      this.#slots.add(slot);
      this.#calls.begin(slot);
    }
    this.#starting = false;
    if (this.#slots.size > 0) this.#parts.body.stopwatch.switchTo('busy');
  }

  #resolved(slot: Slot, value: unknown): void {
    slot.value = value;
    slot.yields = this.#many ? 'many' : 'record';
    this.#settled(slot);
  }

  #giveUp(slot: Slot, error: unknown): void {
    const { node, run } = this.#parts;
    const verdict = node.failures.settle(error, slot.record, slot.attempt, {
      origin: () => slot.origin.at(slot.index),
      raw: () => slot.origin.raw?.(slot.index),
    });
    if (verdict.kind === 'fail') {
      this.#stopped = true;
      run.fail(verdict.error);
      return;
    }
    slot.yields = verdict.kind === 'replace' ? 'record' : 'nothing';
    if (verdict.kind === 'replace') slot.value = verdict.record;
    if (verdict.kind === 'dead-letter') node.letters.push(verdict.letter);
    this.#settled(slot);
  }

  #settled(slot: Slot): void {
    slot.state = 'settled';
    if (this.#options.ordered) this.#collectInOrder();
    else this.#collect(slot);
    this.#start();
  }

  #collectInOrder(): void {
    for (const slot of this.#slots) {
      if (slot.state !== 'settled' || this.#collect(slot) === 'pouring') return;
    }
  }

  /** Takes the result of a slot whose turn it is; what has to be pulled keeps the slot for a while. */
  #collect(slot: Slot): 'pouring' | undefined {
    if (slot.yields === 'many' && !Array.isArray(slot.value)) {
      this.#pour(slot);
      return 'pouring';
    }
    this.#slots.delete(slot);
    if (slot.yields === 'record') this.#results.add(slot.value, slot.origin, slot.index);
    else if (slot.yields === 'many') {
      for (const record of slot.value as unknown[]) this.#results.add(record, slot.origin, slot.index);
    }
    this.#results.offer();
  }

  /** Takes output piece by piece; the slot stays in its place until it is exhausted. */
  #pour(slot: Slot): void {
    slot.state = 'pouring';
    const { run } = this.#parts;
    const emit = (record: unknown): void | Promise<void> => {
      this.#results.add(record, slot.origin, slot.index);
      this.#results.offer();
      return this.#results.delivering;
    };
    const ended = () => {
      if (this.#over) return;
      slot.yields = 'nothing';
      this.#settled(slot);
    };
    const failed = (error: unknown) => {
      if (!this.#over) this.#giveUp(slot, error);
    };
    const { timeout } = this.#options;
    pour(slot.value, { clock: run.clock, timeout, emit, stopped: () => this.#over }).then(ended, failed);
  }

  /** Resolves when nothing is in flight and all results have left. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#results.schedule();
    });
  }

  /** Results have left: there may be room to go on, or nothing left to do. */
  #proceed(): void {
    this.#start();
    const { stopwatch } = this.#parts.body;
    stopwatch.switchTo(this.#slots.size > 0 ? 'busy' : 'waiting');
    if (this.#slots.size === 0 && this.#results.empty) this.#wake();
  }

  #wake(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  /** Asked for when nothing is in flight. */
  remembered(): unknown {
    return this.#logic.snapshot?.();
  }

  over(): void {
    this.destroy(undefined);
  }

  destroy(cause: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const { node } = this.#parts;
    const unstarted = this.#taken === undefined ? 0 : this.#taken.batch.records.length - this.#taken.next;
    node.counters.discarded += unstarted + (node.accounting === 'many' ? 0 : this.#results.waiting);
    for (const slot of this.#slots) {
      // A record that was skipped or dead-lettered is accounted for, though its place is still taken.
      if (slot.state !== 'settled' || slot.yields !== 'nothing') node.counters.discarded++;
    }
    this.#calls.close(this.#slots, cause);
    this.#slots.clear();
    this.#taken?.started();
    node.keepFinal(this.#logic);
    this.#parts.run.closing((async () => node.guard('close', () => this.#logic.close?.()))());
    this.#results.close();
    this.#wake();
  }
}
