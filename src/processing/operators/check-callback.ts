import { MillraceError } from '../../core/errors.ts';

/**
 * @throws MillraceError `ERR_OPTIONS` when `callback` is not a function.
 */
export function checkCallback(operator: string, callback: unknown): void {
  if (typeof callback === 'function') return;
  throw new MillraceError('ERR_OPTIONS', `Cannot use ${operator}(): its callback is ${shown(callback)}`, {
    hint: `Give ${operator}() a function as the first argument.`,
  });
}

/** What a function is called in descriptions; nothing for one without a name. */
export function nameOf(callback: unknown): string | undefined {
  const name = typeof callback === 'function' ? callback.name : '';
  return name === '' ? undefined : name;
}

function shown(value: unknown): string {
  return value === undefined || value === null ? String(value) : `of type ${typeof value}`;
}
