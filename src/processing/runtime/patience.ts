import { systemClock } from '../../core/clock.ts';
import { MillraceError } from '../../core/errors.ts';

/** How long a run that has failed waits for what may never settle, in milliseconds. */
const PATIENCE = 5000;

/**
 * Waits for `work`, but not for ever: a run must not hang while it is torn down.
 *
 * @throws what `work` rejects with; MillraceError `ERR_TIMEOUT` when it does not settle in time.
 */
export async function patiently(work: Promise<unknown> | undefined, what: string): Promise<void> {
  if (work === undefined) return;
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    cancel = systemClock.schedule(() => {
      reject(new MillraceError('ERR_TIMEOUT', `Cannot wait for ${what}: it took longer than ${PATIENCE} ms`));
    }, PATIENCE);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}
