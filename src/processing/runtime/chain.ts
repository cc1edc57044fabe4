import { BATCH_SIZE, CountedOrigin } from '../../core/batch.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import type { OperatorNode } from '../graph/node.ts';
import { entry } from './chain-entry.ts';
import { ChainFailures } from './chain-failures.ts';
import type { ChainHost, Mark } from './chain-host.ts';
import { Deferred } from './deferred.ts';
import { type Loop, prefixLoop } from './loop.ts';
import { laterOnly } from './marks.ts';
import {
  closeLogic,
  createLogic,
  type LateMethod,
  lateOutput,
  outOfTurn,
  rememberedBy,
} from './operator-results.ts';
import type { StageNode } from './stage-node.ts';
import type { Tail } from './tail.ts';

const NOTHING: Batch<never> = { kind: 'batch', records: [], origin: new CountedOrigin('', 1) };

/**
 * A run of synchronous operators fused into one function: `push` of each calls the next directly, so
 * that a record costs function calls and one counter for each operator, and nothing else.
 */
export class Chain {
  /** The batch in work, and the position in it: what failures and provenance refer to. */
  batch: Batch<unknown> = NOTHING;
  index = 0;
  /** Whether an operator said that it will emit nothing more. */
  completed = false;
  /** Set when the loop over a batch has to stop and look: completed, or output was deferred. */
  interrupted = false;
  /** Whether event time from upstream goes on behind the chain. */
  readonly passesTime: boolean;
  readonly nodes: readonly StageNode[];
  readonly #logics: SyncLogic<unknown, unknown>[] = [];
  /** `#entries[k]` takes a record into operator `k`; the last one into the tail. */
  readonly #entries: Emit<unknown>[] = [];
  readonly #deferred: (Deferred | undefined)[] = [];
  readonly #tail: Tail;
  readonly #loop: Loop | undefined;
  #completedAt = -1;
  readonly #failures: ChainFailures;
  #position = 0;
  #closed = false;
  /** The first operator whose `end` has not been called. */
  #ended = 0;
  /** The first operator that has not been told the watermark which is on its way. */
  #marked = 0;
  #betweens = 0;

  constructor(nodes: readonly StageNode[], tail: Tail, host: ChainHost) {
    this.nodes = nodes;
    this.#tail = tail;
    this.#failures = new ChainFailures(this, tail);
    this.#entries[nodes.length] = tail.emit;
    try {
      for (let k = nodes.length - 1; k >= 0; k--) this.#link(k, host);
    } catch (error) {
      this.close();
      throw error;
    }
    this.passesTime = !this.#logics.some((logic) => logic.assignsTime === true);
    if (host.trace === undefined) {
      const counters = nodes.map((node) => node.counters);
      this.#loop = prefixLoop(this.#logics, counters, this.#entries, this);
    }
  }

  /** Operator `k` threw on `record`: called by the compiled loop. */
  failedAt(k: number, record: unknown, error: unknown): void {
    this.#failures.settle(this.nodes[k]!, record, error, this.#entries[k + 1]!);
  }

  #link(k: number, host: ChainHost): void {
    const node = this.nodes[k]!;
    const next = this.#entries[k + 1]!;
    const { operator } = node.vertex.node as OperatorNode;
    if (operator.kind !== 'sync') throw new TypeError(`${node.name} is not synchronous`);
    const complete = () => this.#complete(k);
    const cancelled = () => this.#closed || this.#completedAt >= k;
    const context = host.context(
      node,
      complete,
      cancelled,
      next,
      laterOnly((mark) => this.#mark(k + 1, mark)),
    );
    const logic = createLogic(node, 'push', () => operator.create(context), host.restored(node));
    this.#logics[k] = logic;
    const failed = (one: unknown, error: unknown): void => this.#failures.settle(node, one, error, next);
    if (operator.cardinality === 'many') this.#deferred[k] = this.#defer(k, logic, next, failed);
    this.#entries[k] = entry({
      node,
      logic,
      next,
      deferred: this.#deferred[k],
      tail: this.#tail,
      interrupt: () => (this.interrupted = true),
      failed,
      trace: host.trace,
    });
  }

  #defer(
    k: number,
    logic: SyncLogic<unknown, unknown>,
    emit: Emit<unknown>,
    failed: (record: unknown, error: unknown) => void,
  ): Deferred {
    return new Deferred({
      push: (record) => logic.push(record, emit),
      emit,
      free: () => k > this.#completedAt && this.#tail.gathered < BATCH_SIZE && this.#idleFrom(k + 1),
      failed,
      broke: (error) => this.#failures.broke(this.nodes[k]!, error),
      told: (mark) => this.#tell(k, mark),
      passed: (mark) => this.#mark(k + 1, mark),
    });
  }

  /** Takes a batch into work; `step` does the work. */
  begin(batch: Batch<unknown>): void {
    this.checkTurn();
    this.batch = batch;
    this.#position = 0;
    this.#tail.begin(batch);
  }

  /**
   * Works until the batch is used up, an operator completed, or deferred output is due; returns
   * whether there is nothing left to do. Between steps, what the tail gathered is to be sent.
   */
  step(): boolean {
    if (this.#deferred.length > 0 && !this.#pull()) return this.completed;
    const { records } = this.batch;
    this.interrupted = this.completed;
    this.#position = this.#loop === undefined ? this.#walk(records) : this.#loop(records, this.#position);
    this.#failures.rethrow();
    return this.completed || (this.#position === records.length && this.#idleFrom(0));
  }

  #walk(records: readonly unknown[]): number {
    const enter = this.#entries[0]!;
    let position = this.#position;
    while (position < records.length && !this.interrupted) {
      this.index = position;
      enter(records[position]);
      position++;
    }
    return position;
  }

  /** Records of the batch in work that no operator has taken. */
  get untaken(): number {
    return this.batch.records.length - this.#position;
  }

  /** Pulls deferred output, the deepest first; returns whether nothing is left of it. */
  #pull(): boolean {
    let left = BATCH_SIZE;
    for (let k = this.nodes.length - 1; k >= 0 && left > 0; k--) {
      const deferred = this.#deferred[k];
      if (deferred === undefined || deferred.empty) continue;
      left -= deferred.pull(left);
      if (!this.#idleFrom(k)) return false;
    }
    return this.#idleFrom(0);
  }

  #idleFrom(k: number): boolean {
    return this.#deferred.every((deferred, at) => at < k || deferred?.empty !== false);
  }

  /** Event time goes on to operator `k`, behind all that waits in front of it, and to those behind it. */
  #mark(k: number, mark: Mark): void {
    const deferred = this.#deferred[k];
    if (k === this.nodes.length) this.#tail.mark(mark);
    else if (deferred?.empty !== false) this.#tell(k, mark);
    else {
      deferred.mark(mark);
      this.interrupted = true;
    }
  }

  #tell(k: number, mark: Mark): void {
    const logic = this.#logics[k]!;
    if (logic.assignsTime === true) return;
    if (mark !== 'idle' && logic.watermark !== undefined) {
      const next = this.#entries[k + 1]!;
      if (this.#late(k, 'watermark', () => logic.watermark!(mark, next), mark)) return;
    }
    this.#mark(k + 1, mark);
  }

  /**
   * Calls an operator without a record. What it returned is pulled later, and then event time, if any, goes on: says
   * whether there is such.
   */
  #late(k: number, method: LateMethod, call: () => unknown, then?: Mark): boolean {
    const output = this.nodes[k]!.guard('process in', () => lateOutput(method, call()));
    if (output === undefined) return false;
    const deferred = this.#deferred[k];
    if (deferred === undefined) {
      // An operator that makes no more of a record than one holds little, if it holds anything.
      for (const record of output) this.#entries[k + 1]!(record);
      return false;
    }
    deferred.late(output, then);
    this.interrupted = true;
    return true;
  }

  /**
   * Event time has reached `time`: the next operator that cares is told, after all that those before it
   * made has been pulled. Returns whether there is nothing left to do. Where an operator says by itself
   * what time it is, the way ends.
   */
  watermarkStep(time: number): boolean {
    if (!this.#idleFrom(0)) {
      this.#pull();
      return this.completed;
    }
    for (; this.#marked < this.nodes.length; this.#marked++) {
      const logic = this.#logics[this.#marked]!;
      if (logic.assignsTime === true) break;
      if (logic.watermark === undefined) continue;
      const next = this.#entries[++this.#marked]!;
      this.#between(this.#marked - 1, 'watermark', () => logic.watermark!(time, next));
      return this.completed;
    }
    this.#marked = 0;
    return true;
  }

  /**
   * The input is over: the next operator emits what it holds, after all that those before it made was
   * pulled. After `completed`, only those behind. Returns whether there is nothing left to do.
   */
  endStep(): boolean {
    if (!this.#idleFrom(0)) {
      this.#pull();
      return false;
    }
    this.#ended = Math.max(this.#ended, this.#completedAt + 1);
    const logic = this.#logics[this.#ended];
    if (logic === undefined) return true;
    const next = this.#entries[++this.#ended]!;
    this.#between(this.#ended - 1, 'end', () => logic.end?.(next));
    return false;
  }

  /** Runs what an operator asked to be called back with: outside of any batch. */
  callBack(node: StageNode, callback: () => unknown): void {
    this.#between(this.nodes.indexOf(node), 'after', callback);
  }

  #between(k: number, method: LateMethod, call: () => unknown): void {
    this.checkTurn();
    this.batch = { ...NOTHING, origin: new CountedOrigin(this.nodes[k]!.name, ++this.#betweens) };
    this.#position = 0;
    this.index = 0;
    this.#tail.begin(NOTHING);
    this.#late(k, method, call);
    this.#failures.rethrow();
  }

  #complete(k: number): void {
    if (k > this.#completedAt) this.#completedAt = k;
    this.completed = true;
    this.interrupted = true;
    for (let at = 0; at <= k; at++) this.#deferred[at]?.close();
  }

  /** Throws an error that no policy upstream in the chain may settle. */
  raise(error: unknown): never {
    return this.#failures.raise(error);
  }

  /** What is gathered before any work began was emitted behind the engine's back, and would be lost. */
  checkTurn(): void {
    if (this.#tail.gathered > 0) throw outOfTurn(this.nodes.at(-1)!);
  }

  /** What the operators remember; asked for between batches only. */
  remembered(): [StageNode, unknown][] {
    return this.#logics.flatMap((logic, k) => rememberedBy(this.nodes[k]!, logic));
  }

  /** Frees what operators hold; what they throw is collected. */
  close(): unknown[] {
    if (this.#closed) return [];
    this.#closed = true;
    for (const deferred of this.#deferred) deferred?.close();
    return this.#logics.flatMap((logic, k) => closeLogic(this.nodes[k]!, logic));
  }
}
