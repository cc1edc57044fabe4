import type { Subject } from 'rxjs';
import type { RunOutcome } from '../../interfaces/plugin.ts';
import type { RunEvent, Summary } from '../../interfaces/run.ts';

/** What is done around a run. */
export interface AroundRun {
  /** Is waited for before anything is opened; when it rejects, the run fails. */
  before(report: (event: RunEvent) => void): Promise<void>;
  /** Is waited for when all is closed. Never rejects. */
  after(outcome: RunOutcome, report: (event: RunEvent) => void): Promise<void>;
}

/** Settles as the run did, when what is done after it is over, and there are no more events. */
export async function afterwards(
  ended: Promise<Summary>,
  around: AroundRun | undefined,
  events: Subject<RunEvent>,
): Promise<Summary> {
  try {
    if (around === undefined) return await ended;
    const outcome = await ended.then(
      (summary) => ({ summary }),
      (error: Error) => ({ error }),
    );
    await around.after(outcome, (event) => events.next(event));
    return await ended;
  } finally {
    events.complete();
  }
}
