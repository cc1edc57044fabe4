import type { RunHandle, Summary } from '../interfaces/run.ts';
import { turns } from './turns.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Turns of the event loop after which everything has happened that was due, in a graph of usual size. */
const QUIET = 20;

/**
 * Lets a run go on, and time with it: whenever there is nothing left to do, the clock moves to the next timer.
 * A run that is not over at `stopAt` is stopped then, before what is due at that time. Resolves and rejects like the run.
 */
export async function playRun(
  handle: RunHandle,
  clock: VirtualClock,
  stopAt = Number.POSITIVE_INFINITY,
): Promise<Summary> {
  let over = false;
  let stopped = false;
  const settled = () => {
    over = true;
  };
  handle.done.then(settled, settled);
  while (!over) {
    await turns(QUIET);
    const next = clock.next ?? Number.POSITIVE_INFINITY;
    if (over) break;
    if (!stopped && next >= stopAt && stopAt < Number.POSITIVE_INFINITY) {
      stopped = true;
      handle.stop().catch(() => {});
    } else if (next < Number.POSITIVE_INFINITY) await clock.advance(next - clock.now());
  }
  if (stopped) await clock.advance(Math.max(0, stopAt - clock.now()));
  return handle.done;
}
