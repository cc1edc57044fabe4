import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import type { CheckpointStore } from '../../interfaces/checkpoint.ts';
import { namedStore } from '../../spec/named-store.ts';
import { usage } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';

type Doing = Pick<Command, 'name' | 'doing'>;

/**
 * The store that the command line names: a folder or a database.
 *
 * @throws MillraceError `ERR_USAGE` when it names none.
 */
export async function storeOf(command: Doing, { argument }: Arguments): Promise<CheckpointStore> {
  // An empty text, as of a variable of the shell that is not set, would be the working folder.
  if (argument !== undefined && argument !== '') return namedStore(argument, command.doing ?? command.name);
  throw usage(
    command,
    'no folder or database is given',
    `Name the one that was given to "millrace run --checkpoints": millrace ${command.name} ./state`,
  );
}

/**
 * The pipelines that are meant: the one that is named, else all.
 *
 * @throws MillraceError `ERR_NOT_FOUND` when the store has no checkpoints of it.
 */
export async function pipelinesOf(
  { doing }: Doing,
  store: CheckpointStore,
  given: Arguments,
): Promise<readonly string[]> {
  const there = await store.pipelines();
  const named = given.value('pipeline');
  if (named === undefined) return there;
  if (there.includes(named)) return [named];
  throw new MillraceError(
    'ERR_NOT_FOUND',
    `Cannot ${doing}: there are none of the pipeline "${named}" in ${store.label}`,
    { hint: there.length === 0 ? NONE : didYouMean(named, there) },
  );
}

/**
 * The one pipeline that is meant.
 *
 * @throws MillraceError `ERR_NOT_FOUND` when there is none, `ERR_USAGE` when it is not said which of several.
 */
export async function pipelineOf(command: Doing, store: CheckpointStore, given: Arguments): Promise<string> {
  const [first, ...others] = await pipelinesOf(command, store, given);
  if (first === undefined) throw noneThere(command, store);
  if (others.length === 0) return first;
  const names = [first, ...others];
  throw usage(
    command,
    `${store.label} has those of ${names.length} pipelines`,
    `Say which: ${names.map((name) => `--pipeline ${shellWord(name)}`).join(', ')}`,
  );
}

const NONE = 'Name the folder or database that was given to "millrace run --checkpoints".';

/** The error for a store that has no checkpoints at all. */
export function noneThere({ doing }: Doing, store: CheckpointStore): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot ${doing}: there are none in ${store.label}`, {
    hint: NONE,
  });
}

function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
