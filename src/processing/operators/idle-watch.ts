import type { Cancel } from '../../interfaces/clock.ts';
import type { OperatorContext } from '../../interfaces/operator.ts';

/** Says that nothing comes when no record has come for a while. */
export interface IdleWatch {
  /** A record has come. */
  active(): void;
  cancel(): void;
}

/** A timer that is so many milliseconds late was not: the stage was held back. */
const HELD_BACK = 1000;

/**
 * Watches from now on. A record costs a look at a flag: the clock is looked at once for those that are
 * pushed in one turn.
 */
export function watchIdle<B>(
  { clock, after, idle }: Pick<OperatorContext<B>, 'clock' | 'after' | 'idle'>,
  ms: number,
): IdleWatch {
  let last = clock.now();
  let inTurn = false;
  let timer: Cancel | undefined;

  const check = (): void => {
    const now = clock.now();
    // Long overdue: downstream was full, and records may have been waiting for it, too.
    if (now - last > ms + HELD_BACK) last = now;
    const left = last + ms - now;
    timer = left > 0 ? after(left, check) : undefined;
    if (left <= 0) idle();
  };
  const turnOver = (): void => {
    inTurn = false;
    last = clock.now();
  };
  timer = after(ms, check);

  return {
    active() {
      if (inTurn) return;
      inTurn = true;
      last = clock.now();
      queueMicrotask(turnOver);
      timer ??= after(ms, check);
    },
    cancel: () => timer?.(),
  };
}
