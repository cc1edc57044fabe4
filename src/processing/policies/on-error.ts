import { MillraceError } from '../../core/errors.ts';
import type { OnError, Policy } from '../../interfaces/policy.ts';

const KINDS: readonly unknown[] = ['fail', 'skip', 'retry', 'dead-letter', 'fallback'];

const NONE: readonly Policy[] = Object.freeze([]);

/**
 * The policies in the order in which they are tried; none for `undefined`.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything but policies, and for a policy that stands behind
 * one that settles every failure.
 */
export function onErrorList(onError: OnError | undefined): readonly Policy[] {
  if (onError === undefined) return NONE;
  const list: readonly Policy[] = Object.freeze(Array.isArray(onError) ? [...onError] : [onError as Policy]);
  for (const policy of list) {
    if (typeof policy !== 'object' || policy === null || !KINDS.includes(policy.kind)) {
      throw new MillraceError('ERR_OPTIONS', `Cannot use onError: ${shown(policy)} is not a policy`, {
        hint: 'Use fail(), skip(), retry(), deadLetter() or fallback(), or a list of them.',
      });
    }
  }
  const settling = list.findIndex((policy) => policy.kind !== 'retry');
  if (settling !== -1 && settling < list.length - 1) {
    const [first, second] = [list[settling]!.kind, list[settling + 1]!.kind];
    throw new MillraceError('ERR_OPTIONS', `Cannot use onError: ${second} is never reached after ${first}`, {
      hint: 'Put retry() first; of the others only one can settle a failure, and it comes last.',
    });
  }
  return list;
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
}
