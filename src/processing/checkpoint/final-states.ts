import { stateOf } from '../../core/state-copy.ts';
import type { StateBytes } from '../runtime/checkpointing.ts';
import { encodeSnapshot } from './snapshot-codec.ts';

/** Bytes that are kept together, in memory until the run is over: no run goes on from them. */
const MOST_BYTES = 64 * 2 ** 20;

/** What nodes remembered when they were over, for whoever looks into a run that is. */
export class FinalStates {
  readonly states: [name: string, bytes: StateBytes][] = [];
  /** Nodes whose state is too large, or cannot be kept. */
  readonly withheld: string[] = [];
  #left: number;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#left = mostBytes;
  }

  /** Never throws: that a state cannot be looked at harms no run. */
  keep(node: string, remembered: () => unknown): void {
    const chunks: Uint8Array[] = [];
    let left = this.#left;
    try {
      for (const chunk of encodeSnapshot(stateOf(remembered()), `the state of "${node}"`)) {
        left -= chunk.length;
        if (left < 0) break;
        chunks.push(chunk);
      }
    } catch {
      left = -1;
    }
    if (left < 0) {
      this.withheld.push(node);
      return;
    }
    this.#left = left;
    this.states.push([node, chunks]);
  }
}
