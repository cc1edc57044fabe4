import type { Cancel } from '../../interfaces/clock.ts';
import type { Chain } from './chain.ts';
import type { StageNode } from './stage-node.ts';
import type { Timers } from './timers.ts';

/** The stage in which callbacks get a turn. */
export interface LateHost {
  chain(): Chain;
  /** Steps until there is nothing left to do, in a turn of its own. */
  turn(step: () => boolean): void | Promise<void>;
  failed(error: unknown): void;
}

/** Calls back later, in a turn of its own: not in the middle of a batch, not while downstream is full. */
export class LateTurns {
  readonly #timers: Timers;
  readonly #host: LateHost;

  constructor(timers: Timers, host: LateHost) {
    this.#timers = timers;
    this.#host = host;
  }

  after(ms: number, node: StageNode, callback: () => unknown): Cancel {
    let called = false;
    let cancelled = false;
    const step = (): boolean => {
      const chain = this.#host.chain();
      if (!called && cancelled) return true;
      if (!called) chain.callBack(node, callback);
      called = true;
      return chain.step();
    };
    const late = async (): Promise<void> => this.#host.turn(step);
    const cancelTimer = this.#timers.schedule(ms, () => {
      late().catch((error: unknown) => this.#host.failed(error));
    });
    return () => {
      cancelled = true;
      cancelTimer();
    };
  }
}
