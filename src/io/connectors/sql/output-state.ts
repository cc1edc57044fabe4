import { z } from 'zod';
import { changedError } from '../../../core/changed-error.ts';
import { LogStateSchema } from './write-log.ts';

/** The table that says, in the transaction of the rows themselves, up to where outputs are in a database. */
export const OUTPUTS_TABLE = 'millrace_outputs';

/** The part of the state of a sink by which a later run tells what of it is in the database. */
export const OutputStateSchema = z.object({
  /** Names the output in the database: made at random when it is first opened. */
  output: z.string().min(1),
  /** What the transaction that was prepared makes the number of commits. */
  sequence: z.int().min(0),
  /** What that number was in the database when this was prepared. */
  since: z.int().min(0),
  /** The rows that came between the two; absent where they are committed with the checkpoint itself. */
  log: z.array(LogStateSchema).optional(),
});

/** See {@link OutputStateSchema}. */
export type OutputState = z.output<typeof OutputStateSchema>;

/**
 * What is left to do for an output to be as a checkpoint has it: nothing, or to write once more what is in its log, in a
 * transaction that makes the number of commits `state.sequence`.
 *
 * @param committed The number in the database; 0 where it knows nothing of the output.
 * @param where The output, for errors.
 * @throws MillraceError `ERR_CHANGED` when the database is neither as it was before that transaction nor as it was behind.
 */
export function standingOf(state: OutputState, committed: number, where: string): 'committed' | 'replay' {
  const { output, sequence, since, log } = state;
  if (committed === sequence) return 'committed';
  if (committed === since && log !== undefined) return 'replay';
  const details = { output, committed, sequence, since };
  const counts = `the database has commit ${committed} of it, the checkpoint commit ${sequence}`;
  if (committed > sequence) {
    throw changedError(
      where,
      `${counts}: it has rows that came behind the checkpoint`,
      'The checkpoint is an older one than the last, or another run has gone on with the output: take the newest checkpoint, or restore the database as it was at this one, or start afresh with an empty table.',
      details,
    );
  }
  throw changedError(
    where,
    `${counts}: rows that were in it are gone`,
    'The database was restored from a backup, or is another one: restore it as it was when the run ended, or start afresh with an empty table.',
    details,
  );
}

/** The error for an output that somebody else has gone on with since it was opened. */
export function goneOnWith(where: string, output: string): Error {
  return changedError(
    where,
    'another run has gone on with it since this one was opened',
    'Stop this run: its checkpoints were taken over.',
    { output },
  );
}

/**
 * A state that a checkpoint has of a sink, once it is known to look like one.
 *
 * @throws MillraceError `ERR_CHANGED` when it does not.
 */
export function checkedState<S extends z.ZodType>(schema: S, state: unknown, where: string): z.output<S> {
  const { success, data } = schema.safeParse(state);
  if (success) return data;
  throw changedError(
    where,
    'what the checkpoint has of it is not of this writer',
    'The writer or its version has changed: start afresh, without the checkpoint.',
  );
}
