import type { CheckpointOptions } from '../interfaces/run.ts';
import { usage } from './arguments.ts';
import type { Arguments, Command } from './command.ts';

const GUARANTEES: Readonly<Record<string, CheckpointOptions['require']>> = {
  'exactly-once': 'exactly once',
  'at-least-once': 'at least once',
};

/** Options that say something of checkpoints only. */
const DEPENDENT = ['every', 'fresh', 'require', 'allow-dropped-state', 'take-over'];

/**
 * How the command line wants checkpoints; `undefined` where it wants none.
 *
 * @throws MillraceError `ERR_USAGE` for options without `--checkpoints`, and for no guarantee.
 */
export async function checkpointOptions(
  command: Pick<Command, 'name'>,
  given: Arguments,
): Promise<CheckpointOptions | undefined> {
  const store = given.value('checkpoints');
  if (store === undefined) {
    const idle = DEPENDENT.find((option) => given.has(option));
    if (idle === undefined) return undefined;
    throw usage(
      command,
      `--${idle} says something of checkpoints, and there are none`,
      'Add --checkpoints with a folder or a database.',
    );
  }
  const asked = given.value('require');
  const required = asked === undefined ? undefined : GUARANTEES[asked];
  if (asked !== undefined && required === undefined) {
    throw usage(
      command,
      `--require ${asked} is no guarantee`,
      `Write ${Object.keys(GUARANTEES).join(' or ')}.`,
    );
  }
  const every = given.value('every');
  const { namedStore } = await import('../spec/named-store.ts');
  return {
    // An empty text, as of a variable of the shell that is not set, is refused with the other options.
    store: store === '' ? store : await namedStore(store, 'run with checkpoints'),
    ...(every !== undefined && { every }),
    ...(given.has('fresh') && { fresh: true }),
    ...(given.has('take-over') && { takeOver: true }),
    ...(required !== undefined && { require: required }),
    allowDroppedState: given.values('allow-dropped-state'),
  };
}
