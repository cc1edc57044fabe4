import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { accepting } from './plain-logic.ts';
import { type KeyFunction, keyOption, recordKey } from './record-key.ts';

/** How `dedupe` works. */
export interface DedupeOptions<A> extends OperatorOptions {
  /** How long records with an equal key are dropped, from the one that was let through on, e.g. `'10m'`. */
  readonly within: Duration;
  /** What records are told apart by: text, a number, a `Date`, a list of such. @default the record itself */
  readonly key?: KeyFunction<A>;
  /** Keys that are kept at the most; one more fails. @default 1_000_000 */
  readonly max?: number;
}

/** The options of `dedupe`. */
export const dedupeOptions = operatorOptions.extend({
  within: z.union([z.number(), z.string()]).describe('How long records with an equal key are dropped'),
  key: keyOption,
  max: z.number().int().min(1).default(1_000_000).describe('Keys that are kept at the most'),
});

/**
 * Drops a record when one with an equal key was let through less than `within` ago, by the clock.
 *
 * - Emits: each record whose key it does not keep, and keeps that for `within`. A key that comes again
 *   and again is let through once in `within`.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `key` throws is a failure of the record; so is a key that cannot be compared,
 *   `ERR_KEY`, and a new one when `max` are kept, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `within` is a duration and `max` a whole number from 1.
 * @example
 * ```ts
 * import { dedupe, from } from 'millrace';
 *
 * const alerts = from([{ host: 'a' }, { host: 'a' }]).pipe(
 *   dedupe({ key: (alert) => alert.host, within: '10m' }),
 * );
 * ```
 */
export function dedupe<A>(options: DedupeOptions<A>): Operator<A, A> {
  const { key, max, onError, ...rest } = parseOptions(dedupeOptions, options, 'dedupe');
  const within = duration(rest.within, 'time of dedupe()');
  const identity = recordKey(key as KeyFunction<A> | undefined);
  return defineOperator<A, A>({
    name: 'dedupe',
    remembers: 'snapshot',
    cardinality: 'filter',
    repeats: false,
    detail: `within ${formatDuration(within)}`,
    onError,
    create({ clock }) {
      const kept = new AgingKeys();
      return {
        ...accepting((record: A) => {
          const id = identity(record);
          const now = kept.age(clock.now(), within);
          if (kept.times.has(id)) return false;
          if (kept.times.size >= max) throw tooMany(max, within);
          kept.times.set(id, now);
          return true;
        }),
        snapshot: () => ({ now: kept.now, keys: [...kept.times] }),
        restore: (state) => kept.restore(state as Aged),
      };
    },
  });
}

interface Aged {
  readonly now: number;
  readonly keys: readonly (readonly [unknown, number])[];
}

/** Keys in the order of the times at which they came. */
class AgingKeys {
  /** A clock that is set back must not disturb the order. */
  now = Number.NEGATIVE_INFINITY;
  times = new Map<unknown, number>();
  // One walk for all: it goes on behind what is gone, which a new one would have to pass again.
  #walk = this.times.entries();
  #oldest: readonly [unknown, number] | undefined;

  /** It is `time`: forgets what came `within` ago. Returns the time, never earlier than before. */
  age(time: number, within: number): number {
    this.now = Math.max(this.now, time);
    for (;;) {
      this.#oldest ??= this.#next();
      if (this.#oldest === undefined || this.now - this.#oldest[1] < within) return this.now;
      this.times.delete(this.#oldest[0]);
      this.#oldest = undefined;
    }
  }

  #next(): readonly [unknown, number] | undefined {
    const { value } = this.#walk.next();
    if (value === undefined) this.#walk = this.times.entries();
    return value;
  }

  restore({ now, keys }: Aged): void {
    this.now = now;
    this.times = new Map(keys);
    this.#walk = this.times.entries();
    this.#oldest = undefined;
  }
}

function tooMany(max: number, within: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `${max} keys came within ${formatDuration(within)}, and this one is new`,
    {
      hint: 'Raise max of dedupe() if memory allows it, or keep keys for a shorter time.',
      details: { max },
    },
  );
}
