import { atOnce } from '../../../core/thenable.ts';
import type { Emit, SyncLogic } from '../../../interfaces/operator.ts';
import { pushedOutput, refuseLate } from '../operator-results.ts';
import type { HeadLogic } from './head-logic.ts';

/**
 * A synchronous operator as an asynchronous one, so that its retries can wait. What one try emitted
 * before it threw is thrown away with it.
 */
export function liftedLogic(logic: SyncLogic<unknown, unknown>): HeadLogic {
  return {
    call(record) {
      let more: ReturnType<typeof logic.push>;
      const emitted = gathered((emit) => {
        more = logic.push(record, emit);
      });
      return more === undefined ? emitted : chained(emitted, atOnce(pushedOutput(more)));
    },
    watermark: (time) => gathered((emit) => refuseLate('watermark', logic.watermark?.(time, emit))),
    end: () => gathered((emit) => refuseLate('end', logic.end?.(emit))),
    close: () => refuseLate('close', logic.close?.()),
  };
}

function gathered(work: (emit: Emit<unknown>) => void): unknown[] {
  const records: unknown[] = [];
  work((record) => {
    records.push(record);
  });
  return records;
}

function* chained(first: Iterable<unknown>, second: Iterable<unknown>): Generator<unknown> {
  yield* first;
  yield* second;
}
