import { MillraceError } from './errors.ts';

/**
 * Loads a package that millrace works with and does not bring along, when it is first needed.
 *
 * @param load Imports it, e.g. `() => import('yauzl')`: spelled out, so that bundlers and types see it.
 * @param doing What needs it, e.g. `read orders.zip`.
 * @throws MillraceError `ERR_PEER` when it is not installed.
 */
export async function optionalPeer<M>(name: string, load: () => Promise<M>, doing: string): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw new MillraceError('ERR_PEER', `Cannot ${doing}: the package ${name} is not installed`, {
      cause,
      hint: `Install it: npm install ${name}`,
      details: { package: name },
    });
  }
}

/** Whether it is the package itself that is missing, and not something that it imports. */
function isMissing(cause: unknown, name: string): boolean {
  if (!(cause instanceof Error) || Reflect.get(cause, 'code') !== 'ERR_MODULE_NOT_FOUND') return false;
  return cause.message.includes(`'${name}'`);
}
