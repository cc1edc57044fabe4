import { batch as makeBatch } from '../../core/batch.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Emit, OperatorContext } from '../../interfaces/operator.ts';
import type { Barrier, Item, Signal } from '../../interfaces/signal.ts';
import { Chain } from './chain.ts';
import type { ChainHost, Mark } from './chain-host.ts';
import { LateTurns } from './late-turns.ts';
import { lettersOrigin } from './letters-origin.ts';
import { operatorContext } from './operator-context.ts';
import { type Port, roomOf } from './port.ts';
import type { RunContext } from './run-context.ts';
import type { StageNode } from './stage-node.ts';
import { stepByStep } from './steps.ts';
import { Stopwatch } from './stopwatch.ts';
import { singleTail, splitTail, type Tail } from './tail.ts';
import { Timers } from './timers.ts';
import { traceSampled } from './trace.ts';
import { Turnstile } from './turnstile.ts';

export interface BodyParts {
  readonly head: StageNode | undefined;
  readonly fused: readonly StageNode[];
  readonly split: StageNode | undefined;
  readonly port: (name: string) => Port;
  readonly run: RunContext;
  /** A barrier goes on, behind all that came before it. */
  readonly passed: (barrier: Barrier) => void;
}

/**
 * What every stage but a sink has behind its head: the fused operators and the output ports. Takes
 * one batch at a time and waits for room downstream between batches, never in the middle of a record.
 */
export class Body {
  readonly chain: Chain;
  readonly stopwatch = new Stopwatch();
  /** Settles when all output has been sent and the ports have ended, or nobody wants it. */
  readonly finished: Promise<void>;
  /** The head stops taking input: an operator completed, or downstream gave up. */
  onOver: () => void = () => {};
  readonly #tail: Tail;
  readonly #passed: BodyParts['passed'];
  readonly #head: StageNode | undefined;
  /** The nodes behind the head. */
  readonly #behind: readonly StageNode[];
  readonly #nodes: readonly StageNode[];
  readonly #run: RunContext;
  readonly #turns = new Turnstile();
  readonly #late: LateTurns;
  readonly timers: Timers;
  readonly #finish: () => void;
  #over = false;

  constructor({ head, fused, split, port, run, passed }: BodyParts) {
    this.#run = run;
    this.#passed = passed;
    this.timers = new Timers(run.clock);
    this.#late = new LateTurns(this.timers, {
      chain: () => this.chain,
      turn: (step) => this.#turns.pass(() => this.#loop(step, 'deliver')),
      failed: (error) => run.fail(error),
    });
    this.#head = head;
    this.#behind = split === undefined ? fused : [...fused, split];
    this.#nodes = head === undefined ? this.#behind : [head, ...this.#behind];
    const aligned = fused.every((node) => node.accounting === 'one');
    this.#tail =
      split === undefined
        ? singleTail(port('out'), this.#nodes.at(-1)!, aligned, () => this.chain)
        : splitTail(
            split,
            port,
            () => this.chain,
            run.debug ? (record) => this.#trace(split, record) : undefined,
          );
    const host = {
      context: (...parts: Parameters<ChainHost['context']>) => this.#context(...parts),
      restored: (node: StageNode) => run.checkpoints?.restored(node.name)?.state,
      ...(run.debug ? { trace: (node: StageNode, record: unknown) => this.#trace(node, record) } : {}),
    };
    this.chain = new Chain(fused, this.#tail, host);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** Whether no more input is of use. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Sends a batch through the fused operators and on; resolves when the next may come. A function makes it when its
   * turn has come, so that what it takes the records from is as it was for all that goes before.
   */
  deliver(given: Batch<unknown> | (() => Batch<unknown> | undefined)): void | Promise<void> {
    return this.#turns.pass(() => {
      const batch = typeof given === 'function' ? given() : given;
      if (batch === undefined) return;
      if (this.#over) {
        this.#discard(batch.records.length);
        return;
      }
      if (this.#behind.length === 0) {
        this.#tail.pass(batch);
        this.#sendLetters();
        return this.#room();
      }
      this.chain.begin(batch);
      return this.#loop(() => this.chain.step(), 'deliver');
    });
  }

  /** Steps until there is nothing left to do, and waits for room after each step. */
  #loop(step: () => boolean, until: 'deliver' | 'end'): void | Promise<void> {
    return stepByStep(() => {
      if (this.#over) return this.#giveUp(until);
      this.stopwatch.switchTo('busy');
      const done = step();
      this.#send();
      this.stopwatch.switchTo('waiting');
      if (this.#over) return this.#giveUp(until);
      if (until === 'deliver' && this.chain.completed) {
        this.#discard(this.chain.untaken);
        return this.#end();
      }
      const held = this.#room();
      if (done) return until === 'end' ? this.#leave() : held;
      // Output without end must not starve the event loop, even when downstream is always ready.
      return { pause: held ?? new Promise<void>((resolve) => setImmediate(resolve)) };
    });
  }

  /** Downstream wants no more, in the middle of a batch. */
  #giveUp(until: 'deliver' | 'end'): void {
    if (until === 'deliver') this.#discard(this.chain.untaken);
  }

  /** Passes a signal on behind all that came before it. */
  signal(signal: Signal): void | Promise<void> {
    return this.#turns.pass(() => {
      if (this.#over) return;
      if (signal.kind === 'barrier') {
        this.#sendLetters();
        this.#passed(signal);
        const room = this.#forward(signal);
        // What waits for its turn is part of the checkpoint as it is: it will have it in a later run.
        return this.#run.checkpoints?.isLast(signal.id) === true ? new Promise<void>(() => {}) : room;
      }
      if (this.#behind.length === 0) return this.#forward(signal);
      const told = signal.idle
        ? undefined
        : this.#loop(() => this.chain.watermarkStep(signal.time), 'deliver');
      if (!this.chain.passesTime) return told;
      return told === undefined ? this.#forward(signal) : told.then(() => this.#forward(signal));
    });
  }

  #forward(signal: Signal): void | Promise<void> {
    if (this.#over) return;
    for (const port of this.#ports()) port.send(signal);
    return this.#room();
  }

  /** Sends the dead letters that have come up between batches. */
  flush(): void | Promise<void> {
    return this.#turns.pass(() => {
      if (this.#over) return;
      this.#send();
      return this.#room();
    });
  }

  /** Takes whatever travels on an edge. */
  accept(item: Item<unknown>): void | Promise<void> {
    return item.kind === 'batch' ? this.deliver(item) : this.signal(item);
  }

  /** The input is over: what is held goes out, budgets are judged, the ports end. */
  end(): void | Promise<void> {
    return this.#turns.pass(() => {
      if (!this.#over) return this.#end();
    });
  }

  #end(): void | Promise<void> {
    return this.#loop(() => this.chain.endStep(), 'end');
  }

  #leave(): void {
    this.chain.checkTurn();
    this.#settleBudgets();
    this.#stop();
    for (const port of this.#ports()) port.end();
    this.#finishBehind();
  }

  /** What is under way, or waits for its turn, has to account for itself first. */
  #finishBehind(): void {
    this.#turns.pass(this.#finish);
  }

  /** It was over in the run that this one goes on with: what follows hears of that, and no more. */
  skip(): void {
    this.#stop();
    for (const port of this.#ports()) port.end();
    this.#finish();
  }

  /** Nothing downstream wants more. */
  cancelled(): void {
    if (this.#over || !this.#tail.ports.every((port) => port.cancelled)) return;
    this.#stop();
    this.#sendLetters();
    for (const { lettersPort } of this.#nodes) lettersPort?.end();
    try {
      this.#settleBudgets();
    } catch (error) {
      this.#run.fail(error);
    }
    this.#finishBehind();
  }

  #settleBudgets(): void {
    for (const node of this.#nodes) node.failures.settleBudgets();
  }

  #stop(): void {
    this.#over = true;
    this.timers.cancel();
    const failures = this.chain.close();
    this.onOver();
    for (const error of failures) this.#run.fail(error);
  }

  /** Frees what is held when the run is over for another reason. */
  destroy(): void {
    if (!this.#over) {
      this.#over = true;
      this.timers.cancel();
      for (const error of this.chain.close()) this.#run.fail(error);
    }
    this.#finish();
  }

  #send(): void {
    this.#tail.send();
    this.#sendLetters();
  }

  #sendLetters(): void {
    for (const node of this.#nodes) {
      if (node.letters.length === 0) continue;
      node.lettersPort!.send(makeBatch(node.letters, lettersOrigin(node.letters)));
      node.letters = [];
    }
  }

  #ports(): Port[] {
    const letters = this.#nodes.map((node) => node.lettersPort).filter((port) => port !== undefined);
    return [...this.#tail.ports, ...letters];
  }

  #room(): void | Promise<void> {
    const room = roomOf(this.#ports());
    if (room === undefined) return;
    this.stopwatch.switchTo('held-back');
    return room.then(() => this.stopwatch.switchTo('waiting'));
  }

  /** Accounts for records that reached the stage after it had enough. */
  #discard(records: number): void {
    const [first] = this.#behind;
    if (first !== undefined) first.counters.in += records;
    const counters = (first ?? this.#head!).counters;
    if (first !== undefined || this.#head?.accounting !== 'many') counters.discarded += records;
  }

  #context(
    node: StageNode,
    complete: () => void,
    cancelled: () => boolean,
    emit: Emit<unknown>,
    mark: (mark: Mark) => void,
  ): OperatorContext {
    return operatorContext(node, this.#run, {
      complete,
      cancelled,
      advance: mark,
      idle: () => mark('idle'),
      place: () => this.chain,
      after: (ms, callback) => this.#late.after(ms, node, () => callback(emit)),
    });
  }

  #trace(node: StageNode, record: unknown): void {
    const { batch, index } = this.chain;
    traceSampled(this.#run, node.name, batch, index, record);
  }
}
