import type { Sink, Writer } from '../../interfaces/writer.ts';

const SINK: Sink<unknown> = Object.freeze({
  write: () => {},
  prepare: async () => null,
  commit: async () => {},
  suspend: async () => {},
  close: async () => {},
  abort: async () => {},
});

/**
 * A writer that takes records and forgets them. They count as written in the balance. In runs with checkpoints nothing
 * that comes twice can be told from what comes once.
 *
 * @example
 * ```ts
 * import { discard, from, pipeline, run } from 'millrace';
 *
 * const summary = await run(pipeline('count', [from([1, 2, 3]).to(discard())]));
 * console.log(summary.balance.written); // 3
 * ```
 */
export function discard<T = unknown>(): Writer<T> {
  return Object.freeze({
    name: 'discard',
    label: 'discard',
    traits: Object.freeze({ commit: 'truncate' as const }),
    open: async () => SINK,
  });
}
