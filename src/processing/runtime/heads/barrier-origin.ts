import type { CheckpointedStage } from '../../checkpoint/checkpointed-stage.ts';
import { DuplexHead } from './duplex-head.ts';
import type { Head } from './head.ts';
import { ReadHead } from './read-head.ts';

/** How barriers come into the graph at a head, if they do. */
export function barrierOrigin(head: Head | undefined): CheckpointedStage['reader'] {
  if (head instanceof ReadHead) {
    return {
      get open() {
        return head.opened;
      },
      inject: (barrier) => head.position.inject(barrier),
      halt: () => head.suspend(),
      acknowledge: (position) => head.position.acknowledge(position),
    };
  }
  if (!(head instanceof DuplexHead)) return undefined;
  return {
    get open() {
      return head.giving;
    },
    inject: (barrier) => head.inject(barrier),
    halt() {},
    acknowledge: async () => {},
  };
}
