import type { Cancel } from '../../interfaces/clock.ts';
import type { StageSnapshot } from '../runtime/checkpointing.ts';

/** A checkpoint on its way: its barrier is passing through the graph, or it is being written. */
export class Attempt {
  readonly id: number;
  readonly began: number;
  /** Whether the run stops behind it. */
  readonly last: boolean;
  readonly passed = new Map<number, StageSnapshot>();
  readonly positions = new Map<string, unknown>();
  /** Readers that have the barrier. */
  readonly injected = new Set<string>();
  writing = false;
  cancelTimeout: Cancel = () => {};
  /** Whether it has come to something. */
  readonly settled: Promise<boolean>;
  readonly settle: (complete: boolean) => void;

  constructor(id: number, began: number, last: boolean) {
    this.id = id;
    this.began = began;
    this.last = last;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.settled = promise;
    this.settle = resolve;
  }
}
