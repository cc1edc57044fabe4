import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';
import { Inputs } from './inputs.ts';

/** Takes from all inputs as they come. Also where dead letters of many nodes meet. */
export function mergeHead({ run, body, node }: HeadParts, count: number): Head {
  const restored = run.checkpoints?.restored(node.name)?.state?.value;
  const inputs = new Inputs(count, (signal) => body.signal(signal), restored);
  run.checkpoints?.watch({ givenUp: (barrier) => inputs.giveUp(barrier) });
  return {
    remembered: () => inputs.remembered,
    waitingFor: 'its inputs',
    over: () => inputs.release(),
    destroy: () => inputs.release(),
    receivers: Array.from({ length: count }, (_, index) => ({
      receive(item) {
        if (item.kind !== 'batch') return inputs.signal(index, item);
        inputs.active(index);
        node.counters.in += item.records.length;
        traceBatch(run, node.name, item);
        return body.deliver(item);
      },
      async ended() {
        await inputs.ended(index);
        if (inputs.allEnded) await body.end();
      },
      crashed: (error) => run.fail(error),
    })),
  };
}
