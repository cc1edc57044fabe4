import { StateCopy } from '../../core/state-copy.ts';
import type { StateBytes } from '../runtime/checkpointing.ts';
import { encodeSnapshot } from './snapshot-codec.ts';

/** The bytes of a state: made at once, since it may change in the next turn, unless it is a copy. */
export function stateBytes(state: unknown, name: string): StateBytes {
  return state instanceof StateCopy ? encodeSnapshot(state.state, name) : [...encodeSnapshot(state, name)];
}
