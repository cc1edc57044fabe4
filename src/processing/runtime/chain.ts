import { BATCH_SIZE, CountedOrigin } from '../../core/batch.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import type { OperatorNode } from '../graph/node.ts';
import { entry } from './chain-entry.ts';
import type { ChainHost, Mark } from './chain-host.ts';
import { Deferred } from './deferred.ts';
import type { Verdict } from './failures.ts';
import { compileLoop, type Loop, plainPrefix } from './loop.ts';
import { laterOnly } from './marks.ts';
import { closeLogic, createLogic, outOfTurn, refuseLate } from './operator-results.ts';
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
  #fatal: { readonly error: unknown } | undefined;
  #position = 0;
  #closed = false;
  /** The first operator whose `end` has not been called. */
  #ended = 0;
  /** The first operator that has not been told the watermark which is on its way. */
  #marked = 0;
  /** How often operators could emit outside of any batch. */
  #between = 0;

  constructor(nodes: readonly StageNode[], tail: Tail, host: ChainHost) {
    this.nodes = nodes;
    this.#tail = tail;
    this.#entries[nodes.length] = tail.emit;
    try {
      for (let k = nodes.length - 1; k >= 0; k--) this.#link(k, host);
    } catch (error) {
      this.close();
      throw error;
    }
    this.passesTime = !this.#logics.some((logic) => logic.assignsTime === true);
    const plain = host.trace === undefined ? plainPrefix(this.#logics) : 0;
    if (plain > 0) {
      const counters = nodes.map((node) => node.counters);
      this.#loop = compileLoop(this.#logics.slice(0, plain), counters, this.#entries[plain]!, this);
    }
  }

  /** Operator `k` threw on `record`: called by the compiled loop. */
  failedAt(k: number, record: unknown, error: unknown): void {
    this.#failed(this.nodes[k]!, record, error, this.#entries[k + 1]!);
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
    const logic = createLogic(node, 'push', () => operator.create(context));
    this.#logics[k] = logic;
    if (operator.cardinality === 'many') this.#deferred[k] = new Deferred();
    const enter = entry({
      node,
      logic,
      next,
      deferred: this.#deferred[k],
      tail: this.#tail,
      interrupt: () => (this.interrupted = true),
      failed: (record, error) => this.#failed(node, record, error, next),
    });
    this.#entries[k] =
      host.trace === undefined
        ? enter
        : (record) => {
            host.trace!(node, record);
            enter(record);
          };
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
    this.#rethrow();
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

  /** Pulls deferred output, the deepest first; returns whether new records may enter operator `first`. */
  #pull(first = 0): boolean {
    let left = BATCH_SIZE;
    for (let k = this.nodes.length - 1; k >= 0 && left > 0; k--) {
      const deferred = this.#deferred[k];
      if (deferred === undefined || deferred.empty) continue;
      const node = this.nodes[k]!;
      const next = this.#entries[k + 1]!;
      const free = () => k > this.#completedAt && this.#tail.gathered < BATCH_SIZE && this.#idleFrom(k + 1);
      left -= deferred.pull(
        this.#logics[k]!,
        next,
        left,
        free,
        (record, error) => this.#failed(node, record, error, next),
        (mark) => this.#tell(k, mark),
      );
      if (!this.#idleFrom(k)) return false;
    }
    return this.#idleFrom(first);
  }

  #idleFrom(k: number): boolean {
    for (let at = k; at < this.#deferred.length; at++) if (this.#deferred[at]?.empty === false) return false;
    return true;
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
      this.nodes[k]!.guard('process in', () => refuseLate('watermark', logic.watermark!(mark, next)));
    }
    this.#mark(k + 1, mark);
  }

  /**
   * Event time has reached `time`: the next operator that cares is told, after all that those before it
   * made has been pulled. Returns whether there is nothing left to do. Where an operator says by itself
   * what time it is, the way ends.
   */
  watermarkStep(time: number): boolean {
    if (!this.#idleFrom(this.#marked)) {
      this.#pull(this.#marked);
      return this.completed;
    }
    for (; this.#marked < this.nodes.length; this.#marked++) {
      const logic = this.#logics[this.#marked]!;
      if (logic.assignsTime === true) break;
      if (logic.watermark === undefined) continue;
      const next = this.#entries[++this.#marked]!;
      this.between(this.nodes[this.#marked - 1]!, () =>
        refuseLate('watermark', logic.watermark!(time, next)),
      );
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
    if (!this.#idleFrom(this.#ended)) {
      this.#pull(this.#ended);
      return false;
    }
    this.#ended = Math.max(this.#ended, this.#completedAt + 1);
    const logic = this.#logics[this.#ended];
    if (logic === undefined) return true;
    const next = this.#entries[++this.#ended]!;
    this.between(this.nodes[this.#ended - 1]!, () => refuseLate('end', logic.end?.(next)));
    return false;
  }

  /** Runs something of an operator that emits outside of any batch. */
  between(node: StageNode, work: () => void): void {
    this.checkTurn();
    this.batch = { ...NOTHING, origin: new CountedOrigin(node.name, ++this.#between) };
    this.#position = 0;
    this.index = 0;
    this.#tail.begin(NOTHING);
    node.guard('process in', work);
    this.#rethrow();
  }

  #complete(k: number): void {
    if (k > this.#completedAt) this.#completedAt = k;
    this.completed = true;
    this.interrupted = true;
    for (let at = 0; at <= k; at++) this.#deferred[at]?.close();
  }

  #failed(node: StageNode, record: unknown, error: unknown, next: Emit<unknown>): void {
    if (this.#fatal !== undefined && error === this.#fatal.error) throw error;
    const { batch, index } = this;
    const verdict = node.failures.settle(error, record, 1, {
      origin: () => batch.origin.at(index),
      raw: () => batch.origin.raw?.(index),
    });
    this.#carryOut(verdict, node, next);
  }

  #carryOut(verdict: Verdict, node: StageNode, next: Emit<unknown>): void {
    switch (verdict.kind) {
      case 'fail':
        this.raise(verdict.error);
        break;
      case 'replace':
        next(verdict.record);
        return;
      case 'dead-letter':
        node.letters.push(verdict.letter);
        break;
    }
    this.#tail.dropped(this.index);
  }

  /** Throws an error that no policy upstream in the chain may settle. */
  raise(error: unknown): never {
    this.#fatal = { error };
    throw error;
  }

  /** What is gathered before any work began was emitted behind the engine's back, and would be lost. */
  checkTurn(): void {
    if (this.#tail.gathered > 0) throw outOfTurn(this.nodes.at(-1)!);
  }

  /** An operator may have caught what its `emit` threw: the run fails all the same. */
  #rethrow(): void {
    if (this.#fatal !== undefined) throw this.#fatal.error;
  }

  /** Frees what operators hold; what they throw is collected. */
  close(): unknown[] {
    if (this.#closed) return [];
    this.#closed = true;
    for (const deferred of this.#deferred) deferred?.close();
    return this.#logics.flatMap((logic, k) => closeLogic(this.nodes[k]!, logic));
  }
}
