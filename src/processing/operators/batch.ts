import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import { formatSize, size as parseSize, type Size } from '../../core/size.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { Emit, Operator } from '../../interfaces/operator.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { bytesOf, measured } from './record-bytes.ts';

export interface BatchOptions<A> extends OperatorOptions {
  /** Longest time that a record is held, e.g. `'2s'`. @default until the array is full */
  readonly within?: Duration;
  /** Bytes in one array at the most, e.g. `'1 MiB'`; a record that is larger has an array of its own. @default no limit */
  readonly bytes?: Size;
  /** Bytes of a record, where `bytes` bounds them. @default those of text and of bytes, and of the JSON of all else */
  readonly sizeOf?: (record: A) => number;
}

/** All that bounds an array: at least one of `size` and `bytes`. */
export interface BatchLimits<A> extends BatchOptions<A> {
  /** Records in one array. @default no limit */
  readonly size?: number;
}

/** The options of `batch`. */
export const batchOptions = operatorOptions.extend({
  size: z.number().int().min(1).optional().describe('Records in one array'),
  bytes: z.union([z.number(), z.string()]).optional().describe('Bytes in one array at the most'),
  within: z.union([z.number(), z.string()]).optional().describe('Longest time that a record is held'),
  sizeOf: z.unknown().optional().describe('Bytes of a record'),
});
const schema = batchOptions.refine(
  ({ size, bytes }) => size !== undefined || bytes !== undefined,
  'give a size, or bytes, or both',
);

interface Held<A> {
  readonly records: readonly A[];
  readonly bytes: number;
  /** When the time of the first one is up. */
  readonly due: number;
}

/**
 * Gathers records into arrays of `size`, or of so many `bytes`; the last one may be shorter. A watermark
 * closes the open array, so that no record falls behind its time.
 *
 * - Emits: an array when `size` records are held, before a record that would make it more than `bytes`, when
 *   the first of them is held for `within`, at a watermark, and what is left when the input is over. Never an
 *   empty array.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over and the rest is emitted.
 * - Cancels: when downstream does.
 * - On error: what `sizeOf` throws is a failure of the record, and so is what is no number of bytes,
 *   `ERR_CALLBACK`; the open array stays as it was.
 *
 * @throws MillraceError `ERR_OPTIONS` unless there is a `size`, which is a whole number from 1, or `bytes`, and
 * `within` is a duration.
 * @example
 * ```ts
 * import { batch, from } from 'millrace';
 *
 * const pages = from(['a', 'b', 'c']).pipe(batch(2, { within: '2s' }));
 * const bodies = from(['a', 'b', 'c']).pipe(batch({ size: 500, bytes: '1 MiB', within: '2s' }));
 * ```
 */
export function batch<A>(size: number, options?: BatchOptions<A>): Operator<A, A[]>;
export function batch<A>(limits: BatchLimits<A>): Operator<A, A[]>;
export function batch<A>(first: number | BatchLimits<A>, options: BatchLimits<A> = {}): Operator<A, A[]> {
  const given = typeof first === 'object' && first !== null ? first : { ...options, size: first };
  const parsed = parseOptions(schema, given, 'batch');
  const within = parsed.within === undefined ? undefined : duration(parsed.within, 'time of batch()');
  const most = parsed.size ?? Number.POSITIVE_INFINITY;
  const mostBytes = parsed.bytes === undefined ? undefined : parseSize(parsed.bytes, 'bytes of batch()');
  const { sizeOf = bytesOf } = given;
  checkCallback('batch', sizeOf);
  return defineOperator<A, A[]>({
    name: 'batch',
    remembers: 'snapshot',
    cardinality: 'many',
    repeats: within === undefined,
    detail: [
      ...(parsed.size === undefined ? [] : [String(parsed.size)]),
      ...(mostBytes === undefined ? [] : [formatSize(mostBytes)]),
      ...(within === undefined ? [] : [`within ${formatDuration(within)}`]),
    ].join(' '),
    onError: parsed.onError,
    create(context) {
      let held: A[] = [];
      let bytes = 0;
      let due = 0;
      let cancel: Cancel | undefined;

      const flush = (emit: Emit<A[]>): void => {
        cancel?.();
        cancel = undefined;
        bytes = 0;
        if (held.length === 0) return;
        const full = held;
        held = [];
        emit(full);
      };

      return {
        push(record, emit) {
          const more = mostBytes === undefined ? 0 : measured(sizeOf(record));
          if (mostBytes !== undefined && bytes + more > mostBytes) flush(emit);
          held.push(record);
          bytes += more;
          if (held.length >= most || (mostBytes !== undefined && bytes >= mostBytes)) flush(emit);
          else if (held.length === 1 && within !== undefined) {
            due = context.clock.now() + within;
            cancel = context.after(within, flush);
          }
        },
        watermark: (_time, emit) => flush(emit),
        end: flush,
        close: () => cancel?.(),
        snapshot: (): Held<A> => ({ records: [...held], bytes, due }),
        restore(state) {
          const { records, ...rest } = state as Held<A>;
          held = [...records];
          ({ bytes, due } = rest);
          if (held.length === 0 || within === undefined) return;
          cancel = context.after(Math.max(0, due - context.clock.now()), flush);
        },
      };
    },
  });
}
