import { MillraceError } from './errors.ts';

/** Whether `value` can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof Reflect.get(value, 'then') === 'function'
  );
}

function ignore(): void {}

/**
 * Refuses a promise where a synchronous callback was asked for: nobody would await it. Its own
 * rejection is taken care of, so that it does not end the process. The message continues the
 * engine's "Cannot process orders.csv line 12 in ...: ".
 *
 * @throws MillraceError `ERR_CALLBACK`, permanent, when `value` can be awaited.
 */
export function refusePromise(value: unknown, hint: string): void {
  if (!isThenable(value)) return;
  value.then(ignore, ignore);
  throw new MillraceError('ERR_CALLBACK', 'its callback returned a promise, which nobody awaits', { hint });
}

/** Refuses a promise of a synchronous operator's `end`: what it would emit later would be lost. */
export function refuseLateEnd(value: unknown): void {
  refusePromise(value, 'Emit what is left before `end` returns, or make the operator an asynchronous one.');
}
