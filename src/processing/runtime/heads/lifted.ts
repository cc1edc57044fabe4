import { atOnce } from '../../../core/thenable.ts';
import type { SyncLogic } from '../../../interfaces/operator.ts';
import { chained, lateRecords, pushedOutput, refuseLate } from '../operator-results.ts';
import type { HeadLogic } from './head-logic.ts';

/**
 * A synchronous operator as an asynchronous one, so that its retries can wait. What one try emitted
 * before it threw is thrown away with it.
 */
export function liftedLogic(logic: SyncLogic<unknown, unknown>): HeadLogic {
  return {
    call(record) {
      const emitted: unknown[] = [];
      const more = logic.push(record, (one) => {
        emitted.push(one);
      });
      return more === undefined ? emitted : chained(emitted, atOnce(pushedOutput(more)));
    },
    watermark: (time) => lateRecords('watermark', (emit) => logic.watermark?.(time, emit)),
    end: () => lateRecords('end', (emit) => logic.end?.(emit)),
    ...(logic.snapshot !== undefined && { snapshot: () => logic.snapshot!() }),
    close: () => refuseLate('close', logic.close?.()),
  };
}
