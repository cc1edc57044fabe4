import { MillraceError } from '../../core/errors.ts';
import type { Attempt } from './attempt.ts';

/** What a checkpoint waits for, in words; `missing` are the first nodes of the stages that it has not passed. */
export function waitsFor({ writing }: Attempt, missing: readonly string[], store: string): string {
  if (writing) return `it is still being written to ${store}`;
  return `its barrier has not passed ${missing.map((name) => `"${name}"`).join(', ')}`;
}

/** The error for a checkpoint that takes longer than it may. */
export function tooSlow({ id }: Attempt, waiting: string | undefined): MillraceError {
  return new MillraceError('ERR_CHECKPOINT', `Cannot complete checkpoint ${id}: ${waiting}`, {
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
