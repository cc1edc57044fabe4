import { COMMON_OPTIONS, type Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { commandOf } from '../find-command.ts';
import { commandHelp, overview } from '../help-text.ts';

/** `millrace help`, which knows the other commands. */
export function helpFor(commands: readonly Command[]): Command {
  const help: Command = Object.freeze({
    name: 'help',
    summary: 'Show what millrace can do, or one command',
    argument: '[command] [subcommand]',
    options: COMMON_OPTIONS,
    async run({ given, terminal }) {
      const all = [...commands, help];
      const [first, ...rest] = given.positionals;
      terminal.print(
        first === undefined ? overview(all) : commandHelp(commandOf([first, ...rest], all).command),
      );
      return EXIT.done;
    },
  } satisfies Command);
  return help;
}
