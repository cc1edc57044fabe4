import { extname } from 'node:path';
import { didYouMean } from '../core/did-you-mean.ts';
import { MillraceError } from '../core/errors.ts';
import type { Command } from './command.ts';

/** @throws MillraceError `ERR_USAGE` with the nearest name. */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const isModule = /^\.(?:[cm]?[jt]s|ya?ml|json)$/.test(extname(name));
  const hint = isModule ? `Did you mean "millrace run ${name}"?` : didYouMean(name, namesOf(commands));
  throw new MillraceError('ERR_USAGE', `Cannot find the command "${name}"`, { hint });
}

/**
 * The command that the first words mean, one of a group too, and how many words that are. A group by itself is one, too.
 *
 * @throws MillraceError `ERR_USAGE` with the nearest name.
 */
export function commandOf(
  [first, second]: readonly [string, ...string[]],
  commands: readonly Command[],
): { readonly command: Command; readonly words: number } {
  const group = findCommand(first, commands);
  if (group.commands === undefined || second === undefined || second.startsWith('-')) {
    return { command: group, words: 1 };
  }
  const name = `${first} ${second}`;
  const command = group.commands.find((one) => one.name === name);
  if (command !== undefined) return { command, words: 2 };
  const hint = /[./\\]/.test(second)
    ? `Say what to do with it, e.g. "millrace ${group.commands[0]!.name} ${second}".`
    : didYouMean(
        second,
        namesOf(group.commands).map((one) => one.slice(first.length + 1)),
      );
  throw new MillraceError('ERR_USAGE', `Cannot find the command "${name}"`, { hint });
}

function namesOf(commands: readonly Command[]): readonly string[] {
  return commands.map(({ name }) => name);
}
