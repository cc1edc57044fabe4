import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';

/**
 * Takes the inputs one after the other: the edge of the next is connected when the one before has
 * ended. A watermark says something about all that follows, so only the last input's go on.
 */
export function concatHead(
  { run, body, node }: HeadParts,
  count: number,
  connect: (index: number) => void,
): Head {
  let passed = 0;
  return {
    waitingFor: 'its inputs',
    receivers: Array.from({ length: count }, (_, index) => ({
      receive(item) {
        if (item.kind === 'watermark' && index < count - 1) return;
        if (item.kind === 'barrier') {
          // A reader that was opened while it was on its way sends it, too, behind nothing.
          if (item.id <= passed) return;
          passed = item.id;
        }
        if (item.kind === 'batch') {
          node.counters.in += item.records.length;
          traceBatch(run, node.name, item);
        }
        return body.accept(item);
      },
      ended() {
        if (index === count - 1) return body.end();
        connect(index + 1);
      },
      crashed: (error) => run.fail(error),
    })),
  };
}
