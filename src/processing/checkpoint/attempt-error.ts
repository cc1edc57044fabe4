import { MillraceError } from '../../core/errors.ts';
import type { Attempt } from './attempt.ts';

/** The error for a checkpoint that takes longer than it may. */
export function tooSlow({ id, writing }: Attempt, waiting: readonly string[], store: string): MillraceError {
  const names = waiting.map((name) => `"${name}"`).join(', ');
  const what = writing ? `it is still being written to ${store}` : `its barrier has not passed ${names}`;
  return new MillraceError('ERR_CHECKPOINT', `Cannot complete checkpoint ${id}: ${what}`, {
    hint: 'Raise the timeout of the checkpoints, or look at what holds the stage back.',
  });
}

/** The error that a run ends with when its checkpoints come to nothing. */
export function cameToNothing(
  pipeline: string,
  { last }: Attempt,
  inRow: number,
  cause: Error,
): MillraceError {
  const which = last ? 'the one at its end' : `${inRow} in a row`;
  return new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot make checkpoints of "${pipeline}": ${which} came to nothing: ${cause.message}`,
    { cause, hint: 'A later run goes on from the last one that is complete.' },
  );
}
