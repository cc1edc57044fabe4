import { extname } from 'node:path';
import { didYouMean } from '../core/did-you-mean.ts';
import { MillraceError } from '../core/errors.ts';
import type { Command } from './command.ts';

/** @throws MillraceError `ERR_USAGE` with the nearest name. */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const isModule = /^\.[cm]?[jt]s$/.test(extname(name));
  const hint = isModule
    ? `Did you mean "millrace run ${name}"?`
    : didYouMean(
        name,
        commands.map((one) => one.name),
      );
  throw new MillraceError('ERR_USAGE', `Cannot find the command "${name}"`, { hint });
}
