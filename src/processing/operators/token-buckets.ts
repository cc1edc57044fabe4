import { MillraceError } from '../../core/errors.ts';
import type { Clock } from '../../interfaces/clock.ts';
import { TokenBucket } from './token-bucket.ts';

/** What holds for each bucket, and how many of them there are at the most. */
export interface BucketLimits {
  readonly perMs: number;
  readonly burst: number;
  readonly keys: number;
}

/** A bucket for each key; in the order in which they were last used, so that those that are full come first. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #after: (ms: number, callback: () => void) => void;
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<unknown, TokenBucket>();
  /** When all of them were looked at. */
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, after: (ms: number, callback: () => void) => void, limits: BucketLimits) {
    this.#clock = clock;
    this.#after = after;
    this.#limits = limits;
  }

  pass<A>(record: A, id: unknown): A | Promise<A> {
    const now = this.#clock.now();
    const bucket = this.#bucket(id, now);
    if (bucket.take(now)) return record;
    return new Promise((resolve) => {
      bucket.wait(() => resolve(record));
      if (bucket.waiting === 1) this.#release(bucket, id);
    });
  }

  #bucket(id: unknown, now: number): TokenBucket {
    const known = this.#buckets.get(id);
    if (known === undefined) this.#forget(now);
    const { perMs, burst, keys } = this.#limits;
    if (known === undefined && this.#buckets.size >= keys) {
      throw new MillraceError(
        'ERR_LIMIT',
        `there are more than ${keys} keys whose burst is not whole again`,
        {
          hint: 'Raise `keys` in the options of rateLimit(), or key by something that has fewer values.',
          details: { keys },
        },
      );
    }
    const bucket = known ?? new TokenBucket(perMs, burst, now);
    this.#use(id, bucket);
    return bucket;
  }

  #use(id: unknown, bucket: TokenBucket): void {
    this.#buckets.delete(id);
    this.#buckets.set(id, bucket);
  }

  #release(bucket: TokenBucket, id: unknown): void {
    const ms = bucket.release(this.#clock.now());
    this.#use(id, bucket);
    if (ms !== undefined) this.#after(ms, () => this.#release(bucket, id));
  }

  /**
   * A bucket that is full is as good as none. Those that were used last are full last, mostly: all are looked at
   * only when there is no room.
   */
  #forget(now: number): void {
    const all = this.#buckets.size >= this.#limits.keys && now > this.#lookedAt;
    if (all) this.#lookedAt = now;
    for (const [id, bucket] of this.#buckets) {
      if (bucket.idle(now)) this.#buckets.delete(id);
      else if (!all) return;
    }
  }
}
