import { setImmediate } from 'node:timers';
import { systemClock } from '../../../../src/core/clock.ts';
import type { Cancel, Clock } from '../../../../src/interfaces/clock.ts';

/** What every clock of the sweep says: outputs have times in them, and are to be the same in all runs. */
const NOW = Date.UTC(2025, 0, 1);

export interface RecordClock extends Clock {
  /** Records have come. */
  tick(count?: number): void;
}

/** A clock whose milliseconds are records, so that a job has as many checkpoints on a slow machine as on a fast one. */
export function recordClock(): RecordClock {
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  let records = 0;
  return {
    now: () => NOW,
    schedule(callback, ms): Cancel {
      const timer = { due: records + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    tick(count = 1) {
      records += count;
      for (const timer of timers) {
        if (timer.due > records) continue;
        timers.delete(timer);
        // Whoever waits for a time is called in a turn of its own.
        setImmediate(timer.callback);
      }
    },
  };
}

/** The system's timers. */
export function timerClock(): RecordClock {
  return { now: () => NOW, schedule: systemClock.schedule, tick: () => {} };
}
