import { type BackoffBounds, backoffWait } from '../../../core/backoff.ts';
import { isMillraceError } from '../../../core/errors.ts';
import type { Clock } from '../../../interfaces/clock.ts';
import type { HttpResponse } from './http-response.ts';

/** What a server may ask for by `Retry-After` at the most. */
const LONGEST_ASKED_MS = 120_000;

export interface HttpRetriesSpec {
  readonly retries: number;
  readonly backoff: BackoffBounds;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Counts the tries in a row that failed, and waits between them. */
export class HttpRetries {
  readonly #spec: HttpRetriesSpec;
  #failed = 0;

  constructor(spec: HttpRetriesSpec) {
    this.#spec = spec;
  }

  /** Something came: the next failure is the first of its row. */
  succeeded(): void {
    this.#failed = 0;
  }

  /** Waits before another try, longer when the server asks for it; rethrows `error` when there is none. */
  async after(error: unknown, response?: HttpResponse): Promise<void> {
    const { retries, backoff, clock, random, signal } = this.#spec;
    this.#failed++;
    if (this.#failed > retries || !isMillraceError(error) || !error.retryable || signal.aborted) throw error;
    const asked = retryAfter(response, clock);
    const waitMs = Math.max(asked, backoffWait(backoff, this.#failed, random));
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, waitMs);
      const stop = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

/** Milliseconds that the server asks to wait, as seconds or as a date. */
function retryAfter(response: HttpResponse | undefined, clock: Clock): number {
  const text = response?.headers['retry-after'];
  if (text === undefined) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LONGEST_ASKED_MS);
}
