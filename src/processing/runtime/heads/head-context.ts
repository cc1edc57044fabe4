import { batch, batched, CountedOrigin } from '../../../core/batch.ts';
import type { Emit, OperatorContext } from '../../../interfaces/operator.ts';
import type { Watermark } from '../../../interfaces/signal.ts';
import { operatorContext, type Standing } from '../operator-context.ts';
import { lateRecords } from '../operator-results.ts';
import type { HeadParts } from './head.ts';

/**
 * What an operator that is a stage's head gets: what it emits late goes through the body like its
 * results. `completed` does what is left to do once the operator has said that nothing more follows; `place` says what
 * it is at.
 */
export function headContext(
  { body, node, run }: HeadParts,
  completed: () => Promise<void> = async () => {
    // Not in the middle of what the operator is at, which may be its creation.
    await Promise.resolve();
    await body.end();
  },
  place: Standing['place'] = () => undefined,
): OperatorContext {
  let emitted = 0;
  const late = async (callback: (emit: Emit<unknown>) => unknown): Promise<void> => {
    for (const records of batched(lateRecords('after', callback))) {
      if (body.over) return;
      const origin = new CountedOrigin(node.name, emitted + 1);
      emitted += records.length;
      await body.deliver(batch(records, origin));
    }
  };
  const tell = (signal: Watermark): void => {
    (async () => body.signal(signal))().catch((error: unknown) => run.fail(error));
  };
  return operatorContext(node, run, {
    cancelled: () => body.over,
    place,
    advance(time) {
      tell({ kind: 'watermark', time });
    },
    idle() {
      tell({ kind: 'watermark', time: Number.NEGATIVE_INFINITY, idle: true });
    },
    complete() {
      completed().catch((error: unknown) => run.fail(error));
    },
    after(ms, callback) {
      return body.timers.schedule(ms, () => {
        late(callback).catch((error: unknown) => run.fail(error));
      });
    },
  });
}
