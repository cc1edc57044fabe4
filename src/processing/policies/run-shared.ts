import { isDeepStrictEqual } from 'node:util';
import { MillraceError } from '../../core/errors.ts';
import type { CallLimitContext } from '../../interfaces/call-limit.ts';

interface Shared<S> {
  readonly settings: unknown;
  readonly state: S;
}

/** State that operators of one run share, under a name or under what they were given. */
export class RunShared<S> {
  readonly #what: string;
  /** By the signal of the run, which no other run has. */
  readonly #runs = new WeakMap<AbortSignal, Map<unknown, Shared<S>>>();

  /** `what` is shared, in words, for errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * What is shared under `key`; made when first asked for.
   *
   * @throws MillraceError `ERR_OPTIONS` when it was made with other settings.
   */
  of(context: CallLimitContext, key: unknown, settings: unknown, make: () => S): S {
    const shared = this.#runs.get(context.signal) ?? new Map<unknown, Shared<S>>();
    this.#runs.set(context.signal, shared);
    const known = shared.get(key);
    if (known === undefined) {
      const state = make();
      shared.set(key, { settings, state });
      return state;
    }
    if (isDeepStrictEqual(known.settings, settings)) return known.state;
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot use the ${this.#what} "${String(key)}" in "${context.node}": another one of that name has other options`,
      {
        node: context.node,
        hint: 'Make it once and give it to all who share it, or give it a name of its own.',
      },
    );
  }
}
